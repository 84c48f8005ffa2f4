"""Whatever comes between them, visits end with the same weights, tickets and cells: every kilogram is once in
a weighing, once on a ticket and once in a cell.
"""

import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from station.receival import decisions, visits
from station.receival.paper_pad import Pad, Read, close_from_pad
from station.receival.tipped_elsewhere import correct_tipping
from station.receival.tippings import Tipped, tippings_of
from station.receival.visits import NewLoad
from station.store.tables import CellMovement, Ticket, Visit, Weighing
from tests.draws import examples
from tests.receival.test_conserved import every_cell, last
from tests.silo_rig import ANNE, GOOD, START, Silo

Step = Callable[[], object]


class Truck:
    """One visit, step by step."""

    def __init__(self, silo: Silo, number: int, protein: float, *shares: float) -> None:
        self.silo, self.number, self.protein, self.shares = silo, number, protein, shares
        self.plate = f"AB-{number}00-CD"
        self.visit: Visit | None = None

    def arrive(self) -> None:
        new = [
            NewLoad("soft_wheat", barcode=f"N{self.number}{position}", share=share)
            for position, share in enumerate(self.shares)
        ]
        self.visit = self.silo.arrive(self.plate, *new)

    @property
    def here(self) -> Visit:
        assert self.visit is not None
        return self.visit

    def weigh(self, kg: float, role: str, **said: object) -> Step:
        return lambda: self.silo.confirm(kg, self.here, role, **said)

    def measure(self) -> None:
        for load in self.silo.loads(self.here):
            barcode = self.silo.barcode(load)
            self.silo.measure("gac", GOOD, barcode)
            self.silo.measure("nir", {"protein": self.protein, "moisture": 13.5}, barcode)

    def decide(self, cell: str, pit: str) -> Step:
        return lambda: [self.silo.decide(load, cell, pit) for load in self.silo.loads(self.here)]

    def tip_apart(self) -> None:
        """ "Cell 1 is full!" """
        (load,) = self.silo.loads(self.here)
        tipped = {load.id: [Tipped("p2", "c5", kg=12_501.0), Tipped("p1", "c1")]}
        self.silo.confirm(15_240, self.here, "last", tipped=tipped)

    def correct(self) -> None:
        (load,) = self.silo.loads(self.here)
        parts = [Tipped("p1", "c4", kg=7_777.0), Tipped("p1", "c1")]
        correct_tipping(self.silo.desk, load.id, parts, "cell full", ANNE, self.silo.clock())

    def refuse(self) -> None:
        (load,) = self.silo.loads(self.here)
        decisions.refuse(self.silo.desk, load.id, "insects", ANNE, self.silo.clock())

    def leave(self) -> None:
        (load,) = self.silo.loads(self.here)
        decisions.leave(self.silo.desk, load.id, "price", ANNE, self.silo.clock())

    def cancel(self) -> None:
        visits.cancel_visit(self.silo.desk, self.here.id, "entered twice", ANNE, self.silo.clock())

    def close_from_pad(self) -> None:
        (load,) = self.silo.loads(self.here)
        full, empty = START - timedelta(hours=2), START - timedelta(hours=1)
        tipped = (Tipped("p2", "c5"),)
        pad = Pad(f"P-{self.number}", Read(14_000.0, empty), Read(41_000.0, full), tipped)
        close_from_pad(self.silo.desk, load.id, pad, ANNE, self.silo.clock())


def trucks(silo: Silo) -> list[list[Step]]:
    one, parted, two = Truck(silo, 1, 9.0, 1.0), Truck(silo, 2, 11.0, 1.0), Truck(silo, 3, 10.0, 0.4, 0.6)
    refused, gone, wrong, paper = (Truck(silo, number, 12.0, 1.0) for number in (4, 5, 6, 7))
    return [
        [one.arrive, one.weigh(43_120, "first"), one.measure, one.decide("c1", "p1"), one.tip_apart,
         one.correct],
        [parted.arrive, parted.measure, parted.weigh(20_120, "first", part="uncoupled"),
         parted.weigh(23_000, "first"), parted.decide("c4", "p1"),
         parted.weigh(8_000, "last", part="uncoupled"), parted.weigh(7_241, "last")],
        [two.arrive, two.weigh(50_000, "first"), two.measure, two.decide("c1", "p1"),
         two.weigh(36_001, "intermediate"), two.weigh(20_000, "last")],
        [refused.arrive, refused.weigh(40_000, "first"), refused.refuse],
        [gone.arrive, gone.measure, gone.weigh(39_000, "first"), gone.decide("c5", "p2"), gone.leave],
        [wrong.arrive, wrong.cancel],
        [paper.arrive, paper.measure, paper.close_from_pad],
    ]  # fmt: skip


NETS = [13_999.0, 16_001.0, 27_000.0, 27_879.0, 27_880.0]
COUNTS = [len(steps) for steps in trucks(None)]  # type: ignore[arg-type] # nothing is done yet
orders = st.permutations([truck for truck, count in enumerate(COUNTS) for _ in range(count)])


@settings(max_examples=examples(6))
@given(order=orders)
def test_any_order_of_visits_ends_the_same(
    tmp_path_factory: pytest.TempPathFactory, silo_folder: Path, order: Sequence[int]
) -> None:
    ends = []
    for one in (order, sorted(order)):
        silo = Silo.reopen(shutil.copytree(silo_folder, tmp_path_factory.mktemp("silo") / "data"))
        before = {cell: _held(silo, cell)[0] for cell in every_cell(silo)}
        waiting = [iter(steps) for steps in trucks(silo)]
        for truck in one:
            next(waiting[truck])()
        ends.append({cell: _held(silo, cell) for cell in every_cell(silo)})
        _check_kilograms(silo, {cell: ends[-1][cell][0] - kg for cell, kg in before.items()})
        silo.desk.ledger.close()
    assert ends[0] == ends[1]


def _held(silo: Silo, cell: str) -> tuple[float, dict[str, float]]:
    row = last(silo, cell)
    if row is None:
        return 0.0, {}
    return round(row.content_kg, 3), {name: round(one["value"], 4) for name, one in row.content.items()}


def _check_kilograms(silo: Silo, gained: dict[str, float]) -> None:
    with silo.desk.ledger.read() as tx:
        every = tx.exec(select(Ticket).order_by(col(Ticket.number))).all()
        moved = tx.exec(select(CellMovement).where(col(CellMovement.load_id).is_not(None))).all()
        assert [ticket.number for ticket in every] == list(range(1, len(NETS) + 2))  # one was corrected
        tickets = [ticket for ticket in every if ticket.current]
        assert sorted(ticket.net_kg for ticket in tickets) == NETS
        for ticket in tickets:
            own = [row.kg for row in moved if row.load_id == ticket.load_id]
            assert ticket.gross_kg - ticket.tare_kg == ticket.net_kg == sum(own)
            assert sum(one.kg for one in tippings_of(tx, ticket.load_id)) == ticket.net_kg
            assert sum(part["kg"] for part in ticket.document["tipped"]) == ticket.net_kg
        offered = tx.exec(select(Weighing.id).where(Weighing.state == "offered")).all()
    assert all(row.kg.is_integer() for row in moved)
    assert round(sum(gained.values()), 3) == sum(NETS)
    assert offered == []
