"""Grain is followed from one silo to another, in headquarters' tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from station.receival.storage import movements
from station.store import traced
from station.store.books import Books
from station.store.tables import CellMovement
from tests.headquarters.shipping_rig import House, opened
from tests.post.post_rig import HUB
from tests.silo_rig import ANNE


@pytest.fixture
def house(tmp_path: Path, silo_folder: Path) -> Iterator[House]:
    yield from opened(tmp_path, silo_folder)


@pytest.fixture
def travelled(house: House) -> str:
    """Grain of nord's c1 went into a cell of sud, and from there to a mill; the shipment's number."""
    number = house["nord"].ship("sud").number
    house.settle()
    silo, visit = house["sud"].silo, house["sud"].unload(number, 26_300)
    load = silo.loads(visit)[0]
    with silo.desk.ledger.read() as tx:
        cell = tx.exec(select(CellMovement.cell_id).where(CellMovement.load_id == load.id)).one()
    movements.move_out(silo.desk, cell, 10_000, "Moulin", "BL-9", ANNE, silo.clock())
    house.settle()
    return number


def trace(house: House, sought: str, sites: frozenset[str] | None = None) -> traced.Trace:
    with house.engine.connect() as connection:
        books = Books(connection, HUB, sites=sites)
        (subject,) = traced.subjects(books, sought)
        return traced.trace(books, subject)


def test_a_lot_of_one_silo_is_traced_back_to_the_cell_of_another(house: House, travelled: str) -> None:
    found = trace(house, "BL-9")
    assert "nord" in {one.site for one in found.sources}
    assert found.kg == pytest.approx(10_000)
    assert abs(found.difference_kg) < 1e-3


def test_a_shipment_is_traced_on_and_its_freinte_is_in_the_balance(house: House, travelled: str) -> None:
    found = trace(house, travelled)
    assert found.kg == pytest.approx(26_400)
    assert [(one.site, one.paper_number) for one in found.lots] == [("sud", "BL-9")]
    assert "nord" in {one.site for one in found.lying}
    assert found.lost_kg == pytest.approx(100)


def test_who_sees_one_silo_is_told_of_no_other(house: House, travelled: str) -> None:
    found = trace(house, "BL-9", frozenset({"sud"}))
    assert {one.site for one in (*found.sources, *found.lying, *found.lots)} == {"sud"}
