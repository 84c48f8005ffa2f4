"""What was on the road in the time that a restored station lost: it is known again, and is counted once."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from station.receival.between_silos import expected_shipments, shipments
from station.receival.between_silos.expected_shipments import Arriving
from station.receival.between_silos.shipment_paper import ShipmentPaper
from station.store.tables import CellMovement, ExpectedShipment, Shipment
from tests.api.test_shipments import PAPER
from tests.post.test_recovery import Station
from tests.receival.two_silos import HEADQUARTERS
from tests.silo_rig import ANNE

pytestmark = pytest.mark.long


def ship(station: Station, plate: str) -> Shipment:
    silo = station.silo
    return shipments.ship(silo.desk, "c1", 26_400, shipments.Journey("sud", plate), ANNE, silo.clock())


def hear(station: Station, paper: ShipmentPaper = PAPER) -> ExpectedShipment:
    return expected_shipments.hear(station.silo.desk, paper, HEADQUARTERS, station.silo.clock())


def test_shipments_of_the_lost_time_come_back_and_their_numbers_are_not_given_again(tmp_path: Path) -> None:
    station = Station.begin(tmp_path / "a")
    station.post.settle()
    backup = station.backup(tmp_path / "backup.db")
    kept, gone = ship(station, "AA-111-AA"), ship(station, "BB-222-BB")
    shipments.cancel(station.silo.desk, gone.number, "broke down", ANNE, station.silo.clock())
    hear(station)
    silo = station.silo
    visit = expected_shipments.arrive(silo.desk, Arriving(PAPER.number), ANNE, silo.clock())
    silo.confirm(41_300, visit, "first")
    silo.decide(silo.loads(visit)[0])
    silo.confirm(15_000, visit, "last")
    tonnes = station.tonnes()
    station.post.settle()

    again = station.restored(backup, tmp_path / "b")
    again.meet(holds=True)
    hear(again)  # headquarters tells it anew
    again.reconcile()
    assert again.tonnes() == tonnes
    with again.post.ledger.read() as tx:
        left = tx.exec(select(Shipment).order_by(col(Shipment.number))).all()
        assert [(row.number, row.state) for row in left] == [
            (kept.number, "left"),
            (gone.number, "cancelled"),
        ]
        assert all(tx.get(CellMovement, row.movement_id) for row in left)
        came = tx.exec(select(ExpectedShipment)).one()
    assert (came.number, came.state, came.received_kg) == (PAPER.number, "received", 26_300)
    assert again.tickets() == []
    next_one = ship(again, "CC-333-CC")
    assert int(next_one.number.rpartition("-")[2]) > int(gone.number.rpartition("-")[2]) + 1
    back = shipments.take_back(again.silo.desk, kept.number, "closed", ANNE, again.silo.clock())
    assert back.state == "returned"
    assert again.tonnes() == tonnes
