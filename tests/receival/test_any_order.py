"""Whatever comes between them, visits end with the same weights, tickets and cells: every kilogram is once in
a weighing, once on a ticket or a delivery note, and once in a cell.
"""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from station.grain.carriage import PreviousCargo
from station.receival.bridge.weighings import Confirmed
from station.receival.days import day_closing
from station.receival.leaving.outbound_loading import Drawn
from station.receival.storage import cells
from station.receival.storage.tipped_elsewhere import correct_tipping
from station.receival.storage.tippings import Tipped, tippings_of
from station.store.tables import CellMovement, DeliveryNote, Ticket, Visit, Weighing
from tests.draws import examples
from tests.receival.passages import CLEAN, Carrier, Step, Truck
from tests.receival.test_conserved import every_cell, last
from tests.silo_rig import ANNE, Silo

DAY = date(2026, 7, 20)
FOR_SALE = "h1"  # nobody brings anything there: what is drawn has the same values in any order
FOR_SALE_KG = 100_000.0
Contents = dict[str, tuple[float, dict[str, float]]]  # by cell, kilograms and means


def trucks(silo: Silo) -> list[list[Step]]:
    one, parted, two = Truck(silo, 1, 9.0, 1.0), Truck(silo, 2, 11.0, 1.0), Truck(silo, 3, 10.0, 0.4, 0.6)
    refused, gone, wrong, paper = (Truck(silo, number, 12.0, 1.0) for number in (4, 5, 6, 7))
    return [
        [one.arrive, one.weigh(43_120, "first"), one.measure, one.decide("c1", "p1"),
         one.tip_apart(15_240, Tipped("p2", "c5", kg=12_501.0), Tipped("p1", "c1")),
         one.correct(Tipped("p1", "c4", kg=7_777.0), Tipped("p1", "c1"))],
        [parted.arrive, parted.measure, parted.weigh(20_120, "first", part="uncoupled"),
         parted.weigh(23_000, "first"), parted.decide("c4", "p1"),
         parted.weigh(8_000, "last", part="uncoupled"), parted.weigh(7_241, "last"),
         parted.correct(Tipped("p2", "c5", kg=3_333.0), Tipped("p1", "c4"))],
        [two.arrive, two.weigh(50_000, "first"), two.measure, two.decide("c1", "p1"),
         two.weigh(36_001, "intermediate"), two.weigh(20_000, "last")],
        [refused.arrive, refused.weigh(40_000, "first"), refused.refuse],
        [gone.arrive, gone.measure, gone.weigh(39_000, "first"), gone.decide("c5", "p2"), gone.leave],
        [wrong.arrive, wrong.cancel],
        [paper.arrive, paper.measure, paper.close_from_pad(14_000.0, 41_000.0, Tipped("p2", "c5"))],
    ]  # fmt: skip


def odder_trucks(silo: Silo) -> list[list[Step]]:
    """Weighed apart, by axles, again, with a stored tare, and of three owners on three compartments."""
    apart, axles, kept = Truck(silo, 8, 11.0, 0.5, 0.5), Truck(silo, 9, 10.5, 1.0), Truck(silo, 10, 9.5, 1.0)
    owned = Truck(silo, 11, 11.5, 0.5, 0.3, 0.2)
    owned.owners = tuple((f"GAEC {name}", 1 / 3) for name in "ABC")
    return [
        [apart.arrive, apart.weigh(21_000, "first"), apart.weigh(19_000, "first"), apart.measure,
         apart.decide("c4", "p1"), apart.weigh(8_001, "intermediate", 0), apart.weigh(6_000, "last", 1)],
        [axles.arrive, axles.weigh(7_000, "first", part="axle"), axles.weigh(18_000, "first", part="axle"),
         axles.weigh(18_120, "first"), axles.measure, axles.decide("c5", "p2"), axles.weigh(15_121, "last")],
        [kept.arrive, kept.weigh(44_000, "first"), kept.weigh(43_000, "first"), kept.measure,
         kept.decide("c1", "p1"), kept.weigh(15_000, "last"), kept.store_tare, kept.arrive, kept.measure,
         kept.weigh(40_003, "first"), kept.decide("c4", "p1"), kept.use_tare],
        [owned.arrive, owned.measure, owned.weigh(42_001, "first"), owned.decide("c5", "p1"),
         owned.weigh(15_000, "last")],
    ]  # fmt: skip


def carriers(silo: Silo) -> list[list[Step]]:
    """One is washed, is loaded too much and puts grain back; the other comes back with its goods."""
    gone, back = Carrier(silo, 1), Carrier(silo, 2)
    unwashed = (PreviousCargo("mineral_fertilizer", "A"), *CLEAN[1:])
    return [
        [gone.come, lambda: gone.check(unwashed), gone.check, gone.weigh_empty(14_800),
         gone.load(30_000, Drawn(FOR_SALE)), gone.load(44_620, Drawn(FOR_SALE)), gone.leave(43_980)],
        [back.come, back.check, back.weigh_empty(14_000), back.leave(40_001, Drawn(FOR_SALE)),
         lambda: back.come_back(39_981, 14_020)],
    ]  # fmt: skip


def passages(silo: Silo) -> list[list[Step]]:
    return [*trucks(silo), *odder_trucks(silo), *carriers(silo)]


NETS = [
    5_400.0,
    8_101.0,
    13_500.0,
    12_999.0,
    13_000.0,
    13_999.0,
    16_001.0,
    25_003.0,
    27_000.0,
    27_879.0,
    27_880.0,
    27_999.0,
    28_000.0,
]
OUT, BACK = [29_180.0, 26_001.0], 25_961.0
COUNTS = [len(steps) for steps in passages(None)]  # type: ignore[arg-type] # nothing is done yet
EVERY = [one for one, count in enumerate(COUNTS) for _ in range(count)]


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory, silo_folder: Path) -> Contents:
    """What the cells hold where no two vehicles are on site at a time."""
    return _end(shutil.copytree(silo_folder, tmp_path_factory.mktemp("silo") / "data"), sorted(EVERY))


@settings(max_examples=examples(4))
@given(order=st.permutations(EVERY))
def test_any_order_of_visits_ends_the_same(
    tmp_path_factory: pytest.TempPathFactory, silo_folder: Path, one_by_one: Contents, order: Sequence[int]
) -> None:
    folder = shutil.copytree(silo_folder, tmp_path_factory.mktemp("silo") / "data")
    assert _end(folder, order) == one_by_one


def _end(folder: Path, order: Sequence[int]) -> Contents:
    """Let all happen in this order, and look at all papers."""
    silo = _silo(folder)
    before = _contents(silo)
    waiting = [iter(steps) for steps in passages(silo)]
    for one in order:
        next(waiting[one])()
    after = _contents(silo)
    _check_tickets(silo)
    _check_notes(silo)
    gained = sum(after[cell][0] - kg for cell, (kg, _) in before.items())
    assert round(gained, 3) == sum(NETS) - sum(OUT) + BACK
    _check_closing(silo)
    silo.desk.ledger.close()
    return after


def _silo(folder: Path) -> Silo:
    silo = Silo.reopen(folder)
    silo.desk = replace(silo.desk, stored_tare_days=30)
    at = silo.clock()
    row = CellMovement(id="for sale", cell_id=FOR_SALE, kind="opening", kg=FOR_SALE_KG, regime="owned",
                       organisation="", at=at)  # fmt: skip
    with silo.desk.ledger.write() as tx:
        cells.move(tx, row)
    return silo


def _contents(silo: Silo) -> Contents:
    return {cell: _held(silo, cell) for cell in every_cell(silo)}


def _held(silo: Silo, cell: str) -> tuple[float, dict[str, float]]:
    row = last(silo, cell)
    if row is None:
        return 0.0, {}
    return round(row.content_kg, 3), {name: round(one["value"], 4) for name, one in row.content.items()}


def _check_tickets(silo: Silo) -> None:
    with silo.desk.ledger.read() as tx:
        every = tx.exec(select(Ticket).order_by(col(Ticket.number))).all()
        moved = tx.exec(select(CellMovement).where(col(CellMovement.load_id).is_not(None))).all()
        assert [ticket.number for ticket in every] == list(range(1, len(NETS) + 3))  # two were corrected
        tickets = [ticket for ticket in every if ticket.current]
        assert sorted(ticket.net_kg for ticket in tickets) == sorted(NETS)
        for ticket in tickets:
            own = [row.kg for row in moved if row.load_id == ticket.load_id]
            together = ticket.document["weighed_together"]
            assert ticket.gross_kg - ticket.tare_kg == together["net_kg"]
            assert together["loads"] > 1 or ticket.net_kg == together["net_kg"]
            assert ticket.net_kg == sum(own)
            assert sum(one.kg for one in tippings_of(tx, ticket.load_id)) == ticket.net_kg
            assert sum(part["kg"] for part in ticket.document["tipped"]) == ticket.net_kg
        offered = tx.exec(select(Weighing.id).where(Weighing.state == "offered")).all()
        here = tx.exec(select(Visit.plate).where(col(Visit.ended_at).is_(None))).all()
    assert all(row.kg.is_integer() for row in moved)
    assert (offered, here) == ([], [])


def _check_notes(silo: Silo) -> None:
    with silo.desk.ledger.read() as tx:
        notes = tx.exec(select(DeliveryNote).order_by(col(DeliveryNote.number))).all()
        moved = tx.exec(select(CellMovement).where(CellMovement.cell_id == FOR_SALE)).all()
    assert [note.number for note in notes] == [1, 2]
    assert sorted((note.net_kg, note.back_kg) for note in notes) == [(26_001.0, BACK), (29_180.0, None)]
    for note in notes:
        mine = [row.kg for row in moved if row.paper_number == note.paper_number]
        assert sum(mine) == (note.back_kg or 0.0) - note.net_kg


def _check_closing(silo: Silo) -> None:
    """The day is closed without a question, and its sums are those of the papers."""
    with silo.desk.ledger.read() as tx:
        sheet = day_closing.sheet(tx, silo.desk, DAY)
    assert sheet["findings"] == []
    ticketed = [one for one in sheet["tonnes"] if one["outcome"] == "ticketed"]
    assert sum(one["ticket_kg"] for one in ticketed) == sum(one["moved_kg"] for one in ticketed) == sum(NETS)
    assert sum(one["kg"] for one in sheet["owners"]) == sum(NETS)


PLACES = [("p1", "c1"), ("p2", "c5"), ("p1", "c4"), ("p2", "h1")]
tips = st.lists(st.integers(1, 900), max_size=3)  # of the first places; the next one has what is left
vehicles = st.lists(st.integers(3_000, 6_000), min_size=1, max_size=3)  # what its parts weigh empty


@settings(max_examples=examples(24), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(empty=vehicles, full=st.integers(1, 4), net=st.integers(3_000, 30_000), tipped=tips, then=tips)
def test_kilograms_agree_whatever_the_parts_and_the_tips(
    silo: Silo, empty: list[int], full: int, net: int, tipped: list[int], then: list[int]
) -> None:
    """A vehicle is weighed in any parts, full and empty, is tipped in any parts, and these are corrected."""
    visit, gross = silo.arrive(), sum(empty) + net
    fulls = [gross // full] * (full - 1)
    _weigh(silo, visit, [*fulls, gross - sum(fulls)], "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    silo.decide(load, "c1", "p1")
    (ticket,) = _weigh(silo, visit, empty, "last", tipped={load.id: _parts(tipped)}).tickets
    assert (ticket.gross_kg, ticket.tare_kg, ticket.net_kg) == (gross, sum(empty), net)
    assert _moved(silo, load.id) == _said(tipped, net)
    if then != tipped:
        correct_tipping(silo.desk, load.id, _parts(then), "cell full", ANNE, silo.clock())
    assert _moved(silo, load.id) == _said(then, net)
    weighed = {role: sum(one.kg for use, one in silo.chain(visit) if use.role == role) for role in ROLES}
    assert weighed == {"first": gross, "last": sum(empty)}


ROLES = ("first", "last")


def _weigh(silo: Silo, visit: Visit, parts: Sequence[int], role: str, **said: Any) -> Confirmed:
    for kg in parts[:-1]:
        silo.confirm(kg, visit, role, part="uncoupled")
    return silo.confirm(parts[-1], visit, role, despite_remarks=True, **said)


def _parts(kilograms: Sequence[int]) -> list[Tipped]:
    said = [Tipped(pit, cell, kg=float(kg)) for (pit, cell), kg in zip(PLACES, kilograms, strict=False)]
    return [*said, Tipped(*PLACES[len(said)])]


def _said(kilograms: Sequence[int], net: int) -> dict[str, float]:
    cells_of = [cell for _, cell in PLACES]
    return dict(zip(cells_of, [*kilograms, net - sum(kilograms)], strict=False))


def _moved(silo: Silo, load_id: str) -> dict[str, float]:
    query = select(CellMovement.cell_id, func.sum(CellMovement.kg)).where(CellMovement.load_id == load_id)
    with silo.desk.ledger.read() as tx:
        return {cell: kg for cell, kg in tx.exec(query.group_by(CellMovement.cell_id)) if kg}
