"""What one operator may not decide is approved on the terminal by figures; the visual check is one key."""

import pytest
from sqlmodel import select

from station.acts.answers import answer_to
from station.receival.persons import enrolments
from station.store.tables import Load, Person
from tests.receival.guarded import mouldy, weighed
from tests.ui.rig import Station
from tests.ui.terminal import Terminal, terminal
from ui.tui.figure_dialogs import ApprovalDialog
from ui.tui.screens.load import LoadScreen

pytestmark = pytest.mark.long


def add_marc(station: Station) -> bytes:
    """A manager whose phone has a secret."""
    silo = station.silo
    with silo.desk.ledger.write() as tx:
        tx.add(Person(id="marc", name="Marc", name_key="marc", roles=["manager"], pin_hash="x"))
    return enrolments.enrol(silo.desk, "marc", silo.clock())[1]


async def choose_c1(t: Terminal) -> None:
    await t.press("f5")
    await t.at(LoadScreen)
    await t.see("éch. S")
    await t.press("f6")
    await t.see("Quelle autre cellule ?")
    await t.write("cellule c1")
    await t.press("enter")
    await t.see("Pourquoi fosse 1 → cellule C1 ?")
    await t.press("down", "enter")


def challenge(t: Terminal) -> str:
    assert isinstance(t.app.screen, ApprovalDialog)
    return t.app.screen._challenge


async def test_the_answer_of_a_far_manager_decides(station: Station) -> None:
    secret, load = add_marc(station), mouldy(station.silo)
    async with terminal(station) as t:
        await t.see("AB-123-CD")
        await choose_c1(t)
        await t.see("donne son accord ?", "Marc, par téléphone : cet apport")
        await t.press("down", "enter")
        await t.see("Accord de Marc, jusqu'à", "blé tendre", "à ne jamais mélanger", "█")
        await t.write("abc")
        await t.press("enter")
        await t.see("La réponse a 8 chiffres.")
        await t.write("0000 0000")
        await t.press("enter")
        await t.see("pas la réponse", "encore 4 essais")
        await t.write(answer_to(challenge(t), secret))
        await t.press("enter")
        await t.hear("AB-123-CD : FOSSE 1, cellule C1")
        decided = (await t.app.client.load(load.id)).decision
        assert decided is not None
        assert (decided.by, decided.approved_by) == ("Anne", "Marc")
        await t.press("f5")
        await t.at(LoadScreen)
        await t.see("DÉCIDÉ", "accord de Marc : à ne jamais mélanger")


async def test_who_goes_back_has_decided_nothing(station: Station) -> None:
    add_marc(station)
    load = mouldy(station.silo)
    async with terminal(station) as t:
        await t.see("AB-123-CD")
        await choose_c1(t)
        await t.see("donne son accord ?")
        await t.press("down", "enter")
        await t.see("Accord de Marc")
        await t.press("escape")
        await t.at(LoadScreen)
        assert (await t.app.client.load(load.id)).decision is None


async def test_where_nobody_is_enrolled_the_screen_says_for_whom_the_truck_waits(station: Station) -> None:
    silo = station.silo
    with silo.desk.ledger.write() as tx:
        tx.add(Person(id="marc", name="Marc", name_key="marc", roles=["manager"], pin_hash="x"))
    mouldy(silo)
    async with terminal(station) as t:
        await t.see("AB-123-CD")
        await choose_c1(t)
        await t.hear("AB-123-CD attend l'accord d'un responsable : Marc.")


async def test_one_answer_is_for_every_load_while_the_analyzer_is_broken(station: Station) -> None:
    secret = add_marc(station)
    weighed(station.silo, "gac")
    async with terminal(station) as t:
        await t.see("AB-123-CD")
        await choose_c1(t)
        await t.see("tous les apports de blé tendre sans protéines")
        await t.press("down", "down", "enter")
        await t.see("tous les apports de blé tendre, jusqu'au retour")
        await t.write(answer_to(challenge(t), secret))
        await t.press("enter")
        await t.hear("Marc a donné son accord pour tous ces apports")
        await t.see("CELLULE C5", "Accord donné sans : protéines")
        await t.press("enter")
        await t.hear("AB-123-CD : FOSSE 1, cellule C5")
        await t.open("mesures")
        await t.see("retirer : blé tendre sans protéines, accord de Marc")
        await t.press("down", "enter")
        await t.hear("La mesure est de nouveau obligatoire.")


async def test_the_visual_check_is_one_key_and_a_finding_one_more(station: Station) -> None:
    load: Load = weighed(station.silo, "gac", "nir")
    async with terminal(station) as t:
        await t.see("FOSSE 1 → CELLULE C1")
        await t.press("ctrl+g")
        await t.hear("AB-123-CD : agréage visuel, rien à signaler.")
        await t.press("ctrl+b")
        await t.see("1 odeur", "2 insectes vivants", "3 échauffement", "4 ergot")
        await t.press("2")
        await t.hear("AB-123-CD est bloqué : insectes vivants.")
        await t.press("f5")
        await t.see("CELLULE Q1")
        await t.press("ctrl+b", "3")
        await t.hear("AB-123-CD est bloqué : insectes vivants, échauffement.")
        await t.press("ctrl+g")
        await t.hear("Vous l'avez constaté vous-même : échauffement, insectes vivants")
        checked = (await t.app.client.load(load.id)).visual_check
        assert checked is not None
        assert checked.findings == ["live_insects", "heat"]


async def test_a_manager_at_the_terminal_waives_what_open_loads_lack(station: Station) -> None:
    silo = station.silo
    with silo.desk.ledger.write() as tx:
        anne = tx.exec(select(Person)).one()
        anne.roles = ["manager"]
        tx.add(anne)
    weighed(silo, "gac")
    async with terminal(station, signed_in=False) as t:
        await t.sign_in()
        await t.see("AB-123-CD", "manque : protéines")
        await t.open("mesures")
        await t.see("accorder : blé tendre sans protéines")
        await t.press("down", "enter")
        await t.see("Pourquoi n'est-ce pas mesuré ?")
        await t.press("down", "enter")
        await t.hear("Accordé : blé tendre sans protéines.")
        assert [row.by for row in await t.app.client.waivers()] == ["Anne"]
