"""What is still where of one load is what a trace of everything says of it."""

import random

import pytest
from sqlmodel import SQLModel

from station.receival.storage import cell_acts, cells, movements
from station.receival.storage.cell_acts import Drying, Said
from station.receival.storage.following import follow
from station.store import traced
from station.store.books import Books
from station.store.tables import CellMovement
from tests.receival.bringing import bring
from tests.silo_rig import MARC, Silo

CELLS = ("c1", "c3", "c5")


def move_at_random(silo: Silo, draw: random.Random, number: int) -> None:
    cell, other = draw.sample(CELLS, 2)
    with silo.desk.ledger.read() as tx:
        last = cells.last_movement(tx, cell)
    kg = draw.choice([0.05, 0.3, 1.0]) * (last.content_kg if last else 0.0)
    desk, at, what = silo.desk, silo.clock(), draw.choice(["out", "transfer", "back", "dry", "count", "load"])
    if what == "load" or kg < 100:
        bring(silo, cell, 20_000 + number, 100 + number)
    elif what == "out":
        movements.move_out(desk, cell, kg, "sale", f"BL-{number}", MARC, at)
    elif what == "back":
        gone = movements.move_out(desk, cell, kg, "sale", f"BL-{number}", MARC, at)
        with desk.ledger.write() as tx:
            row = tx.get_one(CellMovement, gone.id)
            movements.bring_back(tx, row, other, kg / 4, "refused", MARC, silo.clock(), despite_kg=kg / 4)
    elif what == "transfer":
        movements.transfer(desk, cell, other, kg, "room", "", MARC, at, despite_kg=kg)
    elif what == "dry":
        cell_acts.dry_grain(desk, cell, Drying(kg, 17.0, 14.0, to_cell=other), Said("wet", "", kg), MARC, at)
    else:
        movements.correct_inventory(desk, cell, kg * 0.9, "counted", "", MARC, at, despite_kg=kg * 0.9)


@pytest.mark.parametrize("seed", range(4))
def test_a_load_lies_and_left_as_a_trace_of_everything_says(silo: Silo, seed: int) -> None:
    draw = random.Random(seed)
    bring(silo, "c5", 30_000, 71)
    load_id = bring(silo, "c1", 25_000, 72)
    for number in range(25):
        move_at_random(silo, draw, number)
    with silo.desk.ledger.read() as tx:
        found = follow(tx, load_id)
        books = Books(tx.connection(), SQLModel.metadata, "s1")
        (subject,) = traced.subjects(books, "2026/72")
        whole = traced.trace(books, subject)
    assert found.cells == pytest.approx(
        {one.cell: one.of_kg for one in whole.lying if one.of_kg > 0.01}, abs=0.05
    )
    lots = {one.movement_id: one.of_kg for one in whole.lots if one.of_kg > 0.01}
    assert {one.movement_id: one.load_kg for one in found.lots} == pytest.approx(lots, abs=0.05)
    assert whole.difference_kg == 0


def test_no_lot_holds_more_of_a_load_than_went_in_it(silo: Silo) -> None:
    movements.correct_inventory(silo.desk, "c5", -10_000, "the book is wrong", "", MARC, silo.clock())
    load_id = bring(silo, "c5", 30_000, 71)
    movements.move_out(silo.desk, "c5", 20_000, "sale", "BL-1", MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        found = follow(tx, load_id)
    assert [one.load_kg for one in found.lots] == [pytest.approx(20_000)]
    assert found.cells == {}  # what the count missed makes good the rest
