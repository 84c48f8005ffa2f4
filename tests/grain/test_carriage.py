"""Which vehicle may carry grain, and how much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.grain.carriage import PreviousCargo, ask_of_gross, gross_limit_kg, judge, whole_parts
from station.transport import CARGOES, GROSS


def codes(*said: tuple[str, str], findings: tuple[str, ...] = ()) -> list[str]:
    previous = [PreviousCargo(*one) for one in said]
    return [reason.code.value for reason in judge(previous, findings, CARGOES.entries)]


def test_each_cargo_asks_for_its_own_cleaning_and_a_better_one_is_as_good() -> None:
    assert codes(("grain", "A"), ("mineral_fertilizer", "B"), ("fish_meal", "D")) == []
    assert codes(("grain", ""), ("grain", "A"), ("grain", "A")) == ["wash_needed"]
    assert codes(("grain", "A"), ("mineral_fertilizer", "A"), ("compost", "C")) == ["wash_needed"] * 2


def test_no_cleaning_helps_against_a_forbidden_cargo_and_it_is_said_first() -> None:
    assert codes(("grain", ""), ("treated_seed", "D"), ("grain", "A")) == ["cargo_forbidden", "wash_needed"]


def test_what_is_found_in_the_body_counts_beside_what_is_said() -> None:
    assert codes(("grain", "A"), findings=("pests", "wet")) == ["body_unfit"]


@pytest.mark.parametrize(
    ("axles", "own", "draws", "kg"),
    [
        (2, None, False, 19_000),
        (4, None, False, 32_000),
        (4, None, True, 38_000),
        (5, None, True, 44_000),
        (6, None, True, 44_000),
        (5, 40_000, True, 40_000),
        (None, 26_000, False, 26_000),
        (None, None, True, None),
        (1, None, False, None),
    ],
)
def test_a_vehicle_may_weigh_what_its_axles_and_its_papers_allow(
    axles: int | None, own: float | None, draws: bool, kg: float | None
) -> None:
    assert gross_limit_kg(GROSS, axles, own, draws=draws) == kg


def test_only_what_is_over_the_limit_is_asked_about() -> None:
    assert ask_of_gross(44_000, 44_000) is None
    assert ask_of_gross(60_000, None) is None
    asked = ask_of_gross(44_260, 44_000)
    assert asked is not None
    assert asked.params == {"gross_kg": 44_260, "limit_kg": 44_000, "over_kg": 260}


@given(st.integers(-40_000, 40_000), st.lists(st.integers(1, 100), min_size=1, max_size=5))
def test_parts_are_whole_kilograms_that_add_up(kg: int, weights: list[int]) -> None:
    parts = whole_parts(kg, [one / sum(weights) for one in weights])
    assert sum(parts) == kg
    assert all(part == round(part) for part in parts)


def test_every_cargo_has_a_level_or_is_forbidden() -> None:
    assert {one.cleaning for one in CARGOES.entries.values()} == {"A", "B", "C", "D", None}
