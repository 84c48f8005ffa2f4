"""A bridge shows what its plate allows; a vehicle weighs about what it weighed before."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.grain.bridge import ask_of_gross, ask_of_tare, is_too_low, remarks_on_weight, why_not_shown
from station.grain.reasons import Code


@dataclass
class Plate:
    max_kg: float | None = 60_000
    min_kg: float | None = 400
    division_kg: float | None = 20


@pytest.mark.parametrize(
    ("kg", "codes"),
    [(399.9, [Code.UNDER_MIN]), (400, []), (60_000, []), (60_020, [Code.OVER_MAX]), (43_120, [])],
)
def test_what_lies_outside_min_and_max_is_not_legal_for_trade(kg: float, codes: list[Code]) -> None:
    assert [reason.code for reason in remarks_on_weight(kg, Plate())] == codes
    assert remarks_on_weight(kg, Plate(None, None, None)) == ()


@pytest.mark.parametrize(
    ("kg", "division", "below", "above"),
    [(24_865, 20, 24_860, 24_880), (24_860.5, None, 24_860, 24_861), (1_250.3, 0.5, 1_250, 1_250.5)],
)
def test_a_weight_between_two_divisions_names_both(
    kg: float, division: float | None, below: float, above: float
) -> None:
    reason = why_not_shown(kg, division)
    assert reason is not None
    assert (reason.code, reason.params["below_kg"], reason.params["above_kg"]) == (
        Code.NOT_A_DIVISION,
        below,
        above,
    )


@given(
    steps=st.integers(1, 100_000), division=st.sampled_from([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0])
)
def test_every_multiple_of_the_division_may_be_shown(steps: int, division: float) -> None:
    assert why_not_shown(steps * division, division) is None
    assert why_not_shown((steps + 0.5) * division, division) is not None


def test_a_tare_is_never_a_small_part_of_the_gross() -> None:
    assert is_too_low(9.8, 43_120, 500)
    assert is_too_low(1_624, 43_120, 500)
    assert not is_too_low(9_800, 43_120, 500)
    assert is_too_low(499, 2_000, 500)


@pytest.mark.parametrize(
    ("tare", "usual", "typed", "code"),
    [
        (16_200, [9_800], False, Code.UNUSUAL_TARE),
        (9_800, [16_200], True, Code.UNUSUAL_TARE),
        (16_200, [9_800, 16_000], True, None),  # two trailers
        (10_700, [9_800], False, None),
        (10_800, [9_800], False, Code.UNUSUAL_TARE),
        (8_000, [], True, Code.UNUSUAL_EMPTY_SHARE),
        (38_000, [], True, Code.UNUSUAL_EMPTY_SHARE),
        (38_000, [], False, None),
        (15_240, [], True, None),
    ],
)
def test_a_tare_far_from_the_usual_one_is_asked_about(
    tare: float, usual: list[float], typed: bool, code: Code | None
) -> None:
    reason = ask_of_tare(tare, 43_120, usual, typed=typed)
    assert (reason.code if reason else None) == code


def test_a_gross_that_is_no_more_than_an_empty_vehicle_is_asked_about() -> None:
    assert ask_of_gross(15_240, [15_240]) is not None
    assert ask_of_gross(15_260, [15_240]) is None
    assert ask_of_gross(9_000, []) is None
