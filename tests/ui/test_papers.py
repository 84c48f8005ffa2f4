"""A shipment's paper is scanned at the terminal, without a network."""

import pytest
from sqlmodel import select

from station.receival.between_silos.shipment_paper import written
from station.store.tables import ExpectedShipment
from tests.api.test_shipments import PAPER
from tests.ui.rig import Station
from tests.ui.terminal import terminal
from ui.tui.papers import is_paper
from ui.tui.screens.queue import QueueScreen

pytestmark = pytest.mark.long


def state(station: Station) -> list[tuple[str, bool]]:
    with station.silo.desk.ledger.read() as tx:
        return [(row.state, row.verified) for row in tx.exec(select(ExpectedShipment))]


async def test_a_scanned_paper_is_known_and_its_truck_is_entered(station: Station) -> None:
    async with terminal(station, "en") as t:
        await t.scan(written(PAPER, None))
        await t.see("Shipment sud-7 from Silo Sud: CC-333-CC", "not verified")
        await t.press("enter")
        await t.at(QueueScreen)
        await t.see("CC-333-CC", "Silo Sud")
    assert state(station) == [("arrived", False)]


async def test_one_that_goes_elsewhere_is_asked_about(station: Station) -> None:
    async with terminal(station, "en") as t:
        await t.scan(written(PAPER.model_copy(update={"to_site": "nord"}), None))
        await t.see("shipment sud-7 goes to nord")
        assert state(station) == []
        await t.press("down", "enter")
        await t.see("Shipment sud-7 from Silo Sud")
    assert state(station) == [("expected", False)]


def test_a_barcode_is_no_paper() -> None:
    assert not is_paper("SILO1")
    assert not is_paper("S" * 60)
