"""What does not fit the book of a cell is asked about with its figures; a slip of the pen never passes."""

from collections.abc import Callable
from typing import Any

import pytest

from drivers.reading import Analyte
from station.acts.refusals import Fault, Invalid, Refusal
from station.grain.drying import dry as make_dry
from station.receival.between_silos import shipments
from station.receival.between_silos.shipments import Journey
from station.receival.storage import cell_acts, movements
from station.receival.storage.asked_of_cells import check_dried
from station.receival.storage.cell_acts import Drying, Said
from tests.receival.test_cell_acts import bring, last
from tests.receival.test_movements import balance, counts, newest
from tests.silo_rig import ANNE, MARC, Silo


def out(silo: Silo, kg: float, cell: str = "c5", **over: Any) -> None:
    movements.move_out(silo.desk, cell, kg, "sale", "", ANNE, silo.clock(), **over)


def shift(silo: Silo, kg: float, source: str = "c1", target: str = "h1", **over: Any) -> None:
    movements.transfer(silo.desk, source, target, kg, "room", "", MARC, silo.clock(), **over)


def count(silo: Silo, kg: float, cell: str = "c1", **over: Any) -> None:
    movements.correct_inventory(silo.desk, cell, kg, "inventory", "", MARC, silo.clock(), **over)


def dry(silo: Silo, drying: Drying, cell: str = "c5", **said: Any) -> None:
    cell_acts.dry_grain(silo.desk, cell, drying, Said(**said), MARC, silo.clock())


def clean(silo: Silo, kg: float, cell: str = "c5", **said: Any) -> None:
    cell_acts.clean_grain(silo.desk, cell, kg, {}, Said(**said), MARC, silo.clock())


def refusal(act: Callable[[], None]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value


def test_the_answer_is_the_mass_that_was_asked_about(silo: Silo) -> None:
    """A cell of 40 t: 50 t are asked about, and the answer for 50 t does not let 500 t through."""
    bring(silo, "c5", 40_000)
    before = counts(silo)
    asked = refusal(lambda: out(silo, 50_000))
    assert (asked.code, asked.params["content_kg"], asked.params["moved_kg"]) == (
        Fault.MORE_THAN_KNOWN, 40_000, 50_000,
    )  # fmt: skip
    assert refusal(lambda: out(silo, 500_000, despite_kg=50_000)).code is Fault.MORE_THAN_KNOWN
    assert counts(silo) == before
    out(silo, 50_000, despite_kg=50_000)
    assert newest(silo).data["despite"] == ["more_than_known"]


@pytest.mark.parametrize("kg", [1_000_001.0, 1_250_001.0, 90_000_000.0])
def test_what_no_cell_can_hold_is_refused_whatever_is_said(silo: Silo, kg: float) -> None:
    acts: list[Callable[[], None]] = [
        lambda: out(silo, kg, "c5", despite_kg=kg),
        lambda: shift(silo, kg, "c1", "c5", despite_kg=kg),
        lambda: count(silo, kg, "c5", despite_kg=kg),
        lambda: clean(silo, kg, despite_kg=kg, reason="x"),
        lambda: dry(silo, Drying(kg, 18.0, 14.0), despite_kg=kg, reason="x"),
    ]
    before = counts(silo)
    assert {refusal(act).code for act in acts} == {Fault.CELL_CANNOT_HOLD}  # c5 is made for 800 t
    assert counts(silo) == before


def test_a_cell_is_filled_over_what_it_is_made_for_only_when_asked(silo: Silo) -> None:
    bring(silo, "h1", 100_000)
    asked = refusal(lambda: shift(silo, 30_000))
    assert (asked.code, asked.params["capacity_kg"], asked.params["held_kg"]) == (
        Fault.OVER_CAPACITY, 120_000, 130_000,
    )  # fmt: skip
    shift(silo, 20_000)
    into = Drying(10_000, 13.4, 13.0, to_cell="h1")
    assert refusal(lambda: dry(silo, into, "c1")).code is Fault.OVER_CAPACITY
    shift(silo, 10_000, despite_kg=10_000)
    assert balance(silo, "h1") == 130_000


def test_all_that_is_asked_is_named_at_once(silo: Silo) -> None:
    bring(silo, "h1", 100_000)
    asked = refusal(lambda: shift(silo, 50_000, "c5"))
    assert [one["code"] for one in asked.params["remarks"]] == ["more_than_known", "over_capacity"]


@pytest.mark.parametrize(("counted", "is_asked"), [(760_000, False), (759_999, True), (840_001, True)])
def test_a_count_far_from_the_book_is_asked_about(silo: Silo, counted: float, is_asked: bool) -> None:
    if is_asked:
        asked = refusal(lambda: count(silo, counted))
        assert (asked.code, asked.params["content_kg"], asked.params["limit_kg"]) == (
            Fault.COUNT_FAR_OFF, 800_000, 40_000,
        )  # fmt: skip
    count(silo, counted, despite_kg=counted if is_asked else None)
    assert balance(silo, "c1") == counted


def test_waste_is_a_small_share_or_asked_about(silo: Silo) -> None:
    bring(silo, "c5", 600_000)
    asked = refusal(lambda: clean(silo, 500_000))
    assert (asked.code, asked.params["share"]) == (Fault.MUCH_WASTE, pytest.approx(5 / 6))
    clean(silo, 30_000)
    clean(silo, 40_000, despite_kg=40_000, reason="a bad lot")
    assert balance(silo, "c5") == 530_000


@pytest.mark.parametrize("measured", [9_000.0, 90_000.0, 98_000.0])
def test_a_drying_that_loses_dry_matter_is_asked_about_with_both_masses(silo: Silo, measured: float) -> None:
    bring(silo, "c5", 100_000, moisture=18.0)
    drying = Drying(100_000, 18.0, 14.0, measured)
    asked = refusal(lambda: dry(silo, drying))
    assert asked.code is Fault.DRY_MATTER_DIFFERS
    assert (asked.params["computed_kg"], asked.params["measured_kg"]) == (95_348.837, measured)
    assert refusal(lambda: dry(silo, drying, despite_kg=100_000)).code is Fault.ANSWER_NEEDS_REASON
    dry(silo, drying, despite_kg=100_000, reason="the dryer leaks")
    assert balance(silo, "c5") == measured


@pytest.mark.parametrize(
    ("said", "is_asked"), [(18.0, False), (18.6, False), (18.7, True), (17.3, True), (21.0, True)]
)
def test_a_moisture_that_the_cell_is_not_known_to_have_is_asked_about(
    silo: Silo, said: float, is_asked: bool
) -> None:
    """Two measurements of 0.2 points each: twice their common uncertainty is 0.57, and both are rounded."""
    bring(silo, "c5", 100_000, moisture=18.0)
    with silo.desk.ledger.read() as tx:
        cell = movements.find_cell(tx, "c5")
    asked = check_dried(cell, last(silo, "c5"), make_dry(50_000, said, 14.0), {Analyte.MOISTURE: 0.2})
    assert [one.code for one in asked] == ["other_moisture"] * is_asked
    if is_asked:
        assert (asked[0].params["said"], asked[0].params["points"]) == (said, 0.57)
    assert refusal(lambda: dry(silo, Drying(50_000, 21.0, 14.0))).code is Fault.OTHER_MOISTURE


def test_a_truck_comes_back_with_no_more_than_it_took_unasked(silo: Silo) -> None:
    desk = silo.desk
    row = shipments.ship(desk, "c1", 26_400, Journey("sud", "AB-123-CD"), ANNE, silo.clock())

    def come_back(kg: float, **over: Any) -> None:
        shipments.take_back(desk, row.number, "closed", ANNE, silo.clock(), kg=kg, **over)

    asked = refusal(lambda: come_back(30_000))
    assert (asked.code, asked.params["left_kg"]) == (Fault.MORE_THAN_LEFT, 26_400)
    come_back(26_500)


def test_a_paper_that_is_written_already_is_asked_about(silo: Silo) -> None:
    def leave(kg: float, **over: Any) -> None:
        movements.move_out(silo.desk, "c1", kg, "sale", "BL-77", ANNE, silo.clock(), **over)

    leave(26_400)
    before = counts(silo)
    asked = refusal(lambda: leave(26_380))
    assert (asked.code, asked.params["moved_kg"], asked.params["cell"]) == (
        Fault.PAPER_WRITTEN, 26_400, "c1",
    )  # fmt: skip
    assert counts(silo) == before
    leave(26_380, despite_kg=26_380)
    assert newest(silo).data["despite"] == ["paper_written"]


def test_refusals_of_figures_are_no_bad_requests(silo: Silo) -> None:
    assert refusal(lambda: out(silo, 2_000_000)).status == Invalid.kind_status
