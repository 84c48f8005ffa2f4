"""A ticket is printed again from the list of tickets, by one key."""

from dataclasses import replace

import pytest
from sqlmodel import col, select

from station.acts.printers import Printer
from station.receival.leaving import outbound
from station.receival.leaving.outbound_loading import Drawn
from station.store.tables import PrintJob
from tests.receival.test_outbound import leave, ready
from tests.silo_rig import ANNE
from tests.ui.rig import Station
from tests.ui.terminal import terminal
from ui.tui.screens.load import LoadScreen

PONT = Printer("pont", "escpos", "tcp:127.0.0.1:9", automatic=frozenset({"ticket"}))


def with_printers(station: Station, *printers: Printer) -> Station:
    """The station starts again with these in its site file."""
    assert station._context is not None
    station.stop()
    station.silo.desk = replace(station.silo.desk, printers=printers)
    station._context = replace(station._context, desk=station.silo.desk)
    station.start()
    return station


@pytest.fixture
def printing(station: Station) -> Station:
    return with_printers(station, PONT)


def jobs(station: Station) -> list[tuple[str, str, bool]]:
    with station.silo.desk.ledger.read() as tx:
        rows = tx.exec(select(PrintJob).order_by(col(PrintJob.seq)))
        return [(row.printer, row.state, row.is_duplicate) for row in rows]


async def test_one_key_prints_the_marked_ticket(printing: Station) -> None:
    printing.silo.receive("AB-123-CD")
    async with terminal(printing) as t:
        await t.open("bons")
        await t.see("Ctrl+P le réimprimer")
        await t.press("ctrl+p")
        await t.hear("Le bon 1 part à l'imprimante pont.")
    assert jobs(printing) == [("pont", "dropped", False), ("pont", "waiting", False)]


async def test_one_of_several_printers_is_chosen_and_a_duplicate_says_so(station: Station) -> None:
    with_printers(
        station, PONT, Printer("bureau", "cups", "Brother"), Printer("colis", "cups", "x", prints=frozenset())
    )
    station.silo.receive("AB-123-CD")
    with station.silo.desk.ledger.write() as tx:
        row = tx.exec(select(PrintJob)).one()
        row.state = "printed"
        tx.add(row)
    async with terminal(station) as t:
        await t.open("bons")
        await t.press("ctrl+p")
        await t.see("Bon 1 : quelle imprimante ?", "pont", "bureau")
        await t.press("down", "enter")
        await t.hear("Le bon 1 part à l'imprimante bureau, en DUPLICATA.")
    assert jobs(station) == [("pont", "printed", False), ("bureau", "waiting", True)]


async def test_a_load_that_has_ended_is_printed_from_its_list_and_its_page(printing: Station) -> None:
    printing.silo.receive("AB-123-CD")
    async with terminal(printing) as t:
        await t.press("ctrl+t")
        await t.see("Ctrl+P réimprimer son bon")
        await t.press("ctrl+p")
        await t.hear("Le bon 1 part à l'imprimante pont.")
        await t.press("enter")
        await t.at(LoadScreen)
        await t.see("Ctrl+P réimprimer son bon")
        await t.press("ctrl+p")
        await t.until(lambda: len(jobs(printing)) == 3, "the second copy")
        (load,) = printing.silo.loads(printing.silo.arrive("EF-456-GH"))
        await t.app.client.refuse(load.id, "trop humide")
        await t.press("ctrl+t")
        await t.see("EF-456-GH")
        await t.press("home", "ctrl+p")
        await t.hear("Cet apport n'a pas de bon.")


async def test_a_site_without_a_printer_says_so(station: Station) -> None:
    station.silo.receive("AB-123-CD")
    async with terminal(station) as t:
        await t.open("bons")
        await t.press("ctrl+p")
        await t.hear("Le site n'a pas d'imprimante de bons.")
    assert jobs(station) == []


async def test_a_delivery_note_and_a_sample_s_labels_are_printed_from_their_screens(station: Station) -> None:
    every = Printer("pont", "escpos", "tcp:127.0.0.1:9", prints=frozenset({"delivery", "label"}))
    with_printers(station, every)
    silo = station.silo
    row = ready(silo)
    kept = outbound.seal_sample(silo.desk, row.id, "S90001", ANNE, silo.clock(), seal="PL-77", parts=2)
    leave(silo, row, 43_980, Drawn("c1"))
    async with terminal(station) as t:
        await t.open("expéditions")
        await t.see("Ctrl+P imprimer un bon de livraison")
        await t.press("ctrl+p")
        await t.see("Quel bon de livraison ?", "1 · EX-001-PO")
        await t.press("enter")
        await t.hear("Le bon de livraison 1 part à l'imprimante pont.")
        await t.open("échantillons conservés")
        await t.see(kept.number)
        await t.press("ctrl+p")
        await t.hear(f"Les étiquettes de {kept.number} partent à l'imprimante pont.")
    assert jobs(station) == [("pont", "waiting", False), ("pont", "waiting", False)]
