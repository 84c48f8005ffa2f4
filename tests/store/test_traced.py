"""Where grain came from and went, asked of a ledger that acts have written."""

import pytest
from sqlmodel import SQLModel

from station.receival.masters.external import External
from station.receival.storage import cells, movements, treatments
from station.receival.storage.treatments import Dose
from station.store import traced
from station.store.books import Books
from tests.receival.bringing import bring
from tests.silo_rig import ANNE, MARC, Silo


def find(silo: Silo, sought: str) -> list[traced.Subject]:
    with silo.desk.ledger.read() as tx:
        return traced.subjects(Books(tx.connection(), SQLModel.metadata, "s1"), sought)


def trace(silo: Silo, sought: str) -> traced.Trace:
    (subject,) = find(silo, sought)
    with silo.desk.ledger.read() as tx:
        return traced.trace(Books(tx.connection(), SQLModel.metadata, "s1"), subject)


@pytest.fixture
def traded(silo: Silo) -> Silo:
    """Two loads into c5, half of it into c3, and a lot out of each."""
    movements.correct_inventory(silo.desk, "c3", 0, "empty", "", MARC, silo.clock(), despite_kg=0)
    bring(silo, "c5", 30_000, 71)
    bring(silo, "c5", 10_000, 72)
    movements.transfer(silo.desk, "c5", "c3", 20_000, "room", "", MARC, silo.clock(), despite_kg=20_000)
    for cell, paper in (("c5", "BL-1"), ("c3", "BL-2")):
        movements.move_out(
            silo.desk, cell, 12_000, "sale", paper, ANNE, silo.clock(), external=External("erp", paper)
        )
    return silo


def test_a_lot_is_traced_back_to_its_suppliers(traded: Silo) -> None:
    found = trace(traded, "BL-2")
    assert (found.subject.kind, found.kg) == ("lot", 12_000)
    assert [(one.ticket, one.supplier, one.in_kg) for one in found.sources] == [
        ("2026/71", "EARL 71", 9_000), ("2026/72", "EARL 72", 3_000)
    ]  # fmt: skip


def test_the_same_grain_is_found_in_other_lots_and_cells(traded: Silo) -> None:
    found = trace(traded, "BL-2")
    assert [(one.paper_number, one.kg, one.of_kg) for one in found.lots] == [
        ("BL-1", 12_000, 12_000), ("BL-2", 12_000, 12_000)
    ]  # fmt: skip
    assert [(one.cell, one.kg, one.of_kg) for one in found.lying] == [
        ("c3", 8_000, 8_000),
        ("c5", 8_000, 8_000),
    ]
    assert found.came_kg == 40_000
    assert abs(found.difference_kg) < 1e-3


def test_a_ticket_is_traced_forward(traded: Silo) -> None:
    found = trace(traded, "2026/72")
    assert (found.subject.kind, found.kg) == ("ticket", 10_000)
    assert [(one.paper_number, one.of_kg) for one in found.lots] == [("BL-1", 3_000), ("BL-2", 3_000)]
    assert [(one.cell, one.of_kg) for one in found.lying] == [("c3", 2_000), ("c5", 2_000)]


def test_a_cell_says_what_lies_in_it_and_where_more_of_it_went(traded: Silo) -> None:
    found = trace(traded, "c3")
    assert {one.ticket: one.in_kg for one in found.sources} == {"2026/71": 6_000, "2026/72": 2_000}
    assert [one.paper_number for one in found.lots] == ["BL-1", "BL-2"]


def test_what_nobody_knows_is_found_nowhere(traded: Silo) -> None:
    assert find(traded, "BL-9") == []
    assert find(traded, "2025/71") == []
    assert find(traded, "9" * 40) == []
    assert [one.kind for one in find(traded, "71")] == ["ticket"]


def test_a_load_that_came_into_a_cell_below_nothing_is_named_in_the_lot_that_left_before_it(
    silo: Silo,
) -> None:
    """10 t were there, 15 t left: of the next load 5 t are supposed to have been in that lot, and only what
    the balance says lies there."""
    bring(silo, "c5", 10_000, 71)
    movements.move_out(
        silo.desk, "c5", 15_000, "sale", "BL-1", ANNE, silo.clock(), despite_kg=15_000,
        external=External("erp", "BL-1"),
    )  # fmt: skip
    unknown = trace(silo, "BL-1")
    assert [(one.kind, one.ticket, one.in_kg) for one in unknown.sources] == [
        ("load", "2026/71", 10_000), ("unknown", None, 5_000)
    ]  # fmt: skip
    assert unknown.supposed_kg == 0
    bring(silo, "c5", 8_000, 72)
    lot = trace(silo, "BL-1")
    assert [(one.ticket, one.in_kg) for one in lot.sources] == [("2026/71", 10_000), ("2026/72", 5_000)]
    assert (lot.supposed_kg, lot.difference_kg) == (5_000, 0)
    late = trace(silo, "2026/72")
    assert [(one.cell, one.kg, one.of_kg) for one in late.lying] == [("c5", 3_000, 3_000)]
    assert [(one.paper_number, one.of_kg) for one in late.lots] == [("BL-1", 5_000)]
    assert (late.came_kg, late.supposed_kg, late.difference_kg) == (8_000, 5_000, 0)
    with silo.desk.ledger.read() as tx:
        row = cells.last_movement(tx, "c5")
    assert row is not None
    assert row.content_kg == 3_000


@pytest.mark.parametrize(
    ("sought", "kind", "name"),
    [
        ("bl-1", "lot", "BL-1"),
        (" Bl-1 ", "lot", "BL-1"),
        ("C5", "cell", "Cell C5"),
        ("cell c5", "cell", "Cell C5"),
    ],
)
def test_what_is_typed_in_small_letters_is_found(traded: Silo, sought: str, kind: str, name: str) -> None:
    assert [(one.kind, one.name) for one in find(traded, sought)] == [(kind, name)]


def test_what_was_put_on_the_grain_and_what_it_honours_goes_with_it(traded: Silo) -> None:
    dose = Dose("Phostoxin", 2.0, "g/m3", "phosphine", "fumigation")
    treatments.treat_cell(traded.desk, "c5", dose, ANNE, traded.clock())
    movements.move_out(traded.desk, "c5", 1_000, "sale", "BL-3", ANNE, traded.clock())
    found = trace(traded, "BL-3")
    pasts = {one.paper_number: one.past for one in found.lots}
    assert pasts["BL-3"].treated == ("phosphine",)
    assert pasts["BL-1"].treated == (), "it left before"
    assert [(one.cell, one.dose, one.unit) for one in found.treatments] == [("c5", 2.0, "g/m3")]
    assert {one.cell: one.past.treated for one in found.lying}["c5"] == ("phosphine",)
    assert {one.cell: one.past.lost for one in found.lying}["c3"] == ("organic",)
