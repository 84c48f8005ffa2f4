"""Movements of cells are listed and entered; what a person may not do is not offered."""

import pytest

from station.api import schemas
from tests.silo_rig import MARC
from tests.ui.events import events_of
from tests.ui.rig import Station
from tests.ui.terminal import WIDTH, Terminal, terminal
from ui.tui.screens.movements import MovementsScreen
from ui.words.numbers import masses_in

pytestmark = pytest.mark.long


async def open_screen(t: Terminal) -> None:
    await t.open("mouvements")
    await t.at(MovementsScreen)


async def choose(t: Terminal, title: str, text: str) -> None:
    await t.see(title)
    await t.write(text)
    await t.press("enter")


async def enter_out(t: Terminal, quantity: str) -> None:
    await t.press("f7")
    await choose(t, "Que s'est-il passé ?", "du grain est sorti")
    await choose(t, "Quelle cellule ?", "cell c1")
    await choose(t, "Quelle quantité ?", quantity)
    await choose(t, "Pour quel motif ?", "vente")
    await choose(t, "Numéro de la pièce", "BL-7")


async def test_what_left_is_asked_once_more_then_written_and_listed(station: Station) -> None:
    async with terminal(station) as t:
        await open_screen(t)
        await t.see("Aucun mouvement saisi.", "F7 saisir un mouvement")
        await enter_out(t, "26,4 t")
        await t.see("Cellule C1 : 26,4 t (26 400 kg) sortis du site.", "Motif : vente", "pièce n° BL-7")
        assert events_of(station.silo, "grain_moved_out") == []
        await t.press("down", "enter")
        await t.hear("Écrit : cellule C1, 26,4 t (26 400 kg).")
        await t.see("−26 400 kg", "sortie", "Anne", "└ vente · pièce n° BL-7")
        assert all(len(line) <= WIDTH for line in t.text.split("\n"))
    (event,) = events_of(station.silo, "grain_moved_out")
    assert (event.data["kg"], event.data["paper_number"]) == (-26_400, "BL-7")


async def test_escape_at_the_question_writes_nothing(station: Station) -> None:
    async with terminal(station) as t:
        await open_screen(t)
        await enter_out(t, "26 400 kg")
        await t.see("oui, l'écrire")
        await t.press("escape")
        await t.see("Aucun mouvement saisi.")
    assert events_of(station.silo, "grain_moved_out") == []


async def test_more_than_is_known_is_asked_about(station: Station) -> None:
    async with terminal(station) as t:
        await open_screen(t)
        await enter_out(t, "900 t")
        await t.see("oui, l'écrire")
        await t.press("down", "enter")
        await t.see("800 000 kg connus, pas 900 000 kg", "oui, c'est juste")
        await t.press("down", "enter")
        await t.hear("Écrit : cellule C1")
    (event,) = events_of(station.silo, "grain_moved_out")
    assert event.data["despite"] == ["more_than_known"]


async def test_an_operator_is_offered_neither_a_count_nor_a_cell_that_takes_a_manager(
    station: Station,
) -> None:
    async with terminal(station) as t:
        await open_screen(t)
        await t.press("f7")
        await t.see("du grain est sorti")
        assert "inventorié" not in t.text
        await choose(t, "Que s'est-il passé ?", "du grain est passé")
        await choose(t, "De quelle cellule ?", "cell c1")
        await t.see("Vers quelle cellule ?", "Cell C5")
        assert "Cell C3" not in t.text
        await choose(t, "Vers quelle cellule ?", "cell c5")
        await choose(t, "Quelle quantité ?", "50 t")
        await choose(t, "Pour quel motif ?", "mélange")
        await t.see("Numéro de la pièce")
        await t.press("enter")
        await t.see("Cellules C1 → C5 : 50 t (50 000 kg) transférés.")
        await t.press("down", "enter")
        await t.see("C1 → C5", "transfert", "50 000 kg", "└ mélange")
    assert len(events_of(station.silo, "grain_transferred")) == 1


async def test_an_installer_is_offered_no_movement(station: Station) -> None:
    async with terminal(station) as t:
        t.app.client.person = schemas.Person(id="", name="Ines", roles=["installer"])
        await open_screen(t)
        await t.see("Aucun mouvement saisi.")
        assert "saisir un mouvement" not in t.text
        await t.press("f7")
        await t.hear("Seuls les opérateurs et les responsables saisissent les mouvements.")


async def test_a_count_is_a_managers_and_says_what_was_known(station: Station) -> None:
    async with terminal(station) as t:
        t.app.client.person = schemas.Person(id="", name="Marc", roles=["manager"])
        await open_screen(t)
        await t.press("f7")
        await choose(t, "Que s'est-il passé ?", "le contenu")
        await choose(t, "Quelle cellule ?", "cell c1")
        await choose(t, "Quelle quantité a été", "790 t")
        await choose(t, "Pour quel motif ?", "inventaire")
        await t.see("Numéro de la pièce")
        await t.press("enter")
        await t.see("Cellule C1 : 790 t (790 000 kg) inventoriés.", "Jusqu'ici, 800,000 t y sont connus.")


async def test_what_others_enter_comes_to_the_open_screen(station: Station) -> None:
    from station.receival.storage import movements

    async with terminal(station, "en") as t:
        await t.open("movements")
        await t.see("No movement has been entered.")
        silo = station.silo
        movements.correct_inventory(silo.desk, "c1", 810_000, "count", "", MARC, silo.clock())
        await t.see("+10,000 kg", "inventory", "└ count")


@pytest.mark.parametrize(
    ("text", "kg"),
    [
        ("26,4 t", (26_400,)),
        ("26.4t", (26_400,)),
        ("26 400 kg", (26_400,)),
        ("26,400 kg", (26_400,)),
        ("1,250 T", (1_250_000, 1250)),
        ("26 400", ()),
        ("t", ()),
        ("-3 t", ()),
        ("kg", ()),
    ],
)
def test_a_quantity_has_its_unit(text: str, kg: tuple[float, ...]) -> None:
    assert masses_in(text) == kg


async def test_a_drying_is_asked_step_by_step_and_says_both_masses(station: Station) -> None:
    async with terminal(station) as t:
        await open_screen(t)
        await t.press("f7")
        await choose(t, "Que s'est-il passé ?", "du grain a été séché")
        await choose(t, "De quelle cellule ?", "cell c1")
        await choose(t, "Vers quelle cellule ?", "cell c1")
        await choose(t, "entrée au séchoir ?", "100 t")
        await choose(t, "Humidité avant séchage", "16,2")
        await choose(t, "Humidité après séchage", "14")
        await choose(t, "pesée en sortie ?", "97,4 t")
        await t.see("C1 : séchage", "97 400 kg pesés en", "oui, l'écrire")
        await t.press("down", "enter")
        await t.see("16,2 % avant séchage", "connue à 13,4 %", "oui, c'est juste")
        await t.press("down", "enter")
        await choose(t, "Pour quel motif ?", "le contenu était estimé")
        await t.hear("Écrit : C1, séchage")
        await t.see("−2 600 kg", "100 000 kg entrés, 97 400 kg sortis")
        assert all(len(line) <= WIDTH for line in t.text.split("\n"))
    (event,) = events_of(station.silo, "grain_dried")
    assert (event.data["despite"], event.data["reason"]) == (["other_moisture"], "le contenu était estimé")
    assert event.data["act"]["freinte_kg"] == pytest.approx(100_000 * 83.8 / 86 - 97_400, abs=1e-3)


async def test_a_treatment_of_another_product_asks_for_its_substance(station: Station) -> None:
    async with terminal(station) as t:
        await open_screen(t)
        await t.press("f7")
        await choose(t, "Que s'est-il passé ?", "une cellule a été traitée")
        await choose(t, "Quelle cellule ?", "cell c1")
        await choose(t, "Quel produit ?", "K-Obiol")
        await choose(t, "Sa substance active", "deltaméthrine")
        await choose(t, "Quel type de traitement ?", "insecticide")
        await choose(t, "Dose", "20 ml/t")
        await t.see("K-Obiol (deltaméthrine) 20 ml/t", "oui, l'écrire")
        await t.press("down", "enter")
        await t.hear("Écrit : C1, traitement")
    (event,) = events_of(station.silo, "treatment_recorded")
    assert (event.data["product"], event.data["dose"], event.data["unit"]) == ("K-Obiol", 20.0, "ml/t")


async def test_a_flushed_line_is_recorded_with_what_flushed_it(station: Station) -> None:
    async with terminal(station) as t:
        await open_screen(t)
        await t.press("f7")
        await choose(t, "Que s'est-il passé ?", "un circuit a été rincé")
        await choose(t, "Quel circuit ?", "line 1")
        await choose(t, "Rincé avec quoi ?", "grain fourrager")
        await t.see("oui, l'écrire")
        await t.press("down", "enter")
        await t.hear("Écrit :")
    (event,) = events_of(station.silo, "line_flushed")
    assert event.data["line"] == "l1"


async def test_a_load_that_is_here_is_treated_at_its_intake(station: Station) -> None:
    station.silo.arrive("AB-123-CD")
    async with terminal(station) as t:
        await open_screen(t)
        await t.press("f7")
        await choose(t, "Que s'est-il passé ?", "un apport a été traité")
        await choose(t, "Quel apport ?", "AB-123-CD")
        await choose(t, "Quel produit ?", "K-Obiol")
        await choose(t, "Sa substance active", "deltaméthrine")
        await choose(t, "Quel type de traitement ?", "insecticide")
        await choose(t, "Dose", "20 ml/t")
        await t.see("oui, l'écrire")
        await t.press("down", "enter")
        await t.hear("Écrit : AB-123-CD")
    (event,) = events_of(station.silo, "treatment_recorded")
    assert event.load_id is not None
