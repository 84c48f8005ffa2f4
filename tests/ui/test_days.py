"""A day begins and ends at the terminal: what is not in order has its reason, and who signs has a name."""

from dataclasses import replace

from sqlmodel import select

from station.receival.persons import people
from station.store.tables import DayClosing, DayOpening, HandOver
from tests.ui.rig import Station
from tests.ui.terminal import WIDTH, Terminal, plain, terminal
from ui.tui.screens.closing import ClosingScreen
from ui.tui.screens.morning import MorningScreen
from ui.tui.screens.queue import QueueScreen


def fits(t: Terminal) -> bool:
    return all(len(line) <= WIDTH for line in t.text.split("\n"))


async def test_the_list_of_the_morning_is_waved_on_line_by_line_and_signed(station: Station) -> None:
    station.devices[0] = replace(station.devices[0], weight_kg=40.0)
    async with terminal(station) as t:
        await t.open("ouverture")
        await t.at(MorningScreen)
        await t.see("Ouverture du 20/07/2026 · non signée", "! à voir", "Ctrl+S signer la liste")
        await t.see("Bridge affiche 40 kg", "F7 pourquoi la journée commence quand même")
        assert fits(t)
        await t.press("f7")
        await t.see("Pourquoi ?", "réparation en cours")
        await t.write("bâche sur le pont")
        await t.press("enter")
        await t.see("└ bâche sur le pont")
        await t.press("ctrl+s")
        await t.see("Sauvegarde", "Pourquoi ?")
        await t.press("down", "enter")
        await t.hear("Ouverture de la journée signée par Anne.")
        await t.see("signée par Anne, 08:00", "└ bâche sur le pont", "└ réparation en cours")
    with station.silo.desk.ledger.read() as tx:
        row = tx.exec(select(DayOpening)).one()
    assert {one["topic"]: one["reason"] for one in row.lines if one["reason"]} == {
        "bridge": "bâche sur le pont", "backup": "réparation en cours",
    }  # fmt: skip


async def test_a_day_is_explained_signed_and_looked_at_again(station: Station) -> None:
    station.silo.receive("AA-111-AA")
    visit = station.silo.arrive("BB-222-BB")
    async with terminal(station) as t:
        await t.open("clôture")
        await t.at(ClosingScreen)
        await t.see("Clôture du 20/07/2026 · en cours", "! BB-222-BB est encore sur site")
        await t.see("27 880", "EARL Dupont", "F7 le motif", "Ctrl+S signer et clôturer")
        assert fits(t)
        await t.press("ctrl+s")
        await t.see("BB-222-BB est encore sur site", "continue demain")
        await t.press("down", "enter")
        await t.see("jamais rouverte", "└ continue demain")
        await t.press("escape", "f7")
        await t.write("panne dans la cour")
        await t.press("enter")
        await t.see("└ panne dans la cour")
        await t.press("ctrl+s")
        await t.see("oui, signer et clôturer")
        await t.press("down", "enter")
        await t.hear("Journée du 20/07/2026 clôturée par Anne.")
        await t.see("signée par Anne, 20/07 08:0", "└ panne dans la cour")
        assert "Ctrl+S" not in t.text
        await t.press("ctrl+s", "escape", "f6")
        await t.see("Quelle journée clôturée ?", "20/07/2026")
        await t.press("enter")
        await t.see("signée par Anne")
        await t.press("escape", "escape")
        await t.at(QueueScreen)
    with station.silo.desk.ledger.read() as tx:
        (finding,) = tx.exec(select(DayClosing)).one().document["findings"]
    assert (finding["key"], finding["reason"]) == (f"visit {visit.id}", "panne dans la cour")


async def test_every_line_of_a_days_sheet_is_reached_by_the_arrows(station: Station) -> None:
    for number in range(5):
        station.silo.receive(f"AA-11{number}-AA")
    async with terminal(station) as t:
        await t.open("clôture")
        await t.see("Rien : tout concorde.")
        await t.press("end")
        await t.see("Enregistré depuis sur des journées clôturées")
        assert fits(t)
        await t.press("f11")
        await t.see("Recorded since of closed days")


async def test_a_shift_is_handed_over_at_the_terminal_by_the_pin_of_who_comes(station: Station) -> None:
    desk = station.silo.desk
    people.add_person(desk, "Marc", "1357", ["manager"], "en", station.silo.clock())
    visit = station.silo.arrive("BB-222-BB")
    async with terminal(station) as t:
        await t.see("BB-222-BB")
        await t.open("relève")
        await t.see(
            "1 passage ouvert : BB-222-BB", "0 exceptions, 0 blocages", "Qui prend la suite ?", "Marc"
        )
        assert "Anne" not in t.app.screen.query_one("#options").shown  # type: ignore[attr-defined]
        await t.press("down", "enter")
        await t.see("Que doit savoir Marc ?")
        await t.write("fosse 2 lente")
        await t.press("enter")
        await t.see("Marc : code")
        await t.write("0000")
        assert "0000" not in t.text
        await t.press("enter")
        await t.see("✗")
        await t.write("1357")
        await t.press("enter")
        await t.hear("The shift is handed over. Good day, Marc.")
        assert t.app.client.person is not None
        assert t.app.client.person.name == "Marc"
        assert "Marc" in plain(t.text)
    with desk.ledger.read() as tx:
        row = tx.exec(select(HandOver)).one()
    assert (row.carried["visits"], row.note) == ([visit.id], "fosse 2 lente")
