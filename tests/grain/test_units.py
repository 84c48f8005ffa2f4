from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Basis
from station.grain.units import (
    Kilograms,
    MoisturePercent,
    Op,
    ProteinAsIs,
    compare,
    known,
    mass_at_moisture,
    on_basis,
    protein_dm,
    round_to_step,
)

numbers = st.floats(-1e4, 1e4, allow_nan=False)
steps = st.sampled_from([0.01, 0.05, 0.1, 0.5, 1.0])


@pytest.mark.parametrize(
    ("value", "op", "limit", "step", "met"),
    [
        (11.0, ">=", 11.0, 0.1, True),
        (11.0, ">", 11.0, 0.1, False),
        (15.0, "<=", 15.0, 0.1, True),
        (15.0, "<", 15.0, 0.1, False),
        (10.95, ">=", 11.0, 0.1, True),
        (10.949, ">=", 11.0, 0.1, False),
        (11.04, ">", 11.0, 0.1, False),
        (11.05, ">", 11.0, 0.1, True),
        (15.049, "<=", 15.0, 0.1, True),
        (15.05, "<=", 15.0, 0.1, False),
        (14.949, "<", 15.0, 0.1, True),
        (14.95, "<", 15.0, 0.1, False),
        (219.5, ">=", 220.0, 1.0, True),
        (219.49, ">=", 220.0, 1.0, False),
        (75.75, ">=", 76.0, 0.5, True),
        (75.74, ">=", 76.0, 0.5, False),
        (0.055, "<=", 0.05, 0.01, False),
        (0.054, "<=", 0.05, 0.01, True),
        (1000.5, "<=", 1000.0, 1.0, False),
    ],
)
def test_a_limit_is_compared_at_its_step_and_includes_itself_only_where_it_says_so(
    value, op, limit, step, met
):
    assert compare(value, Op(op), limit, step) is met


def test_binary_noise_does_not_move_a_value_over_a_rounding_edge():
    assert 0.1 + 0.2 > 0.3
    assert not compare(0.1 + 0.2, Op.ABOVE, 0.3, 0.1)
    assert round_to_step(10.95 - 1e-12, 0.1) == Decimal("11.0")


@given(numbers, numbers, steps)
def test_at_least_and_below_are_opposites_and_so_are_at_most_and_above(value, limit, step):
    assert compare(value, Op.AT_LEAST, limit, step) is not compare(value, Op.BELOW, limit, step)
    assert compare(value, Op.AT_MOST, limit, step) is not compare(value, Op.ABOVE, limit, step)


@given(numbers, steps)
def test_rounding_moves_a_value_by_half_a_step_at_most_and_lands_on_the_step(value, step):
    rounded, unit = round_to_step(value, step), Decimal(str(step))
    assert rounded % unit == 0
    assert abs(rounded - Decimal(str(known(value)))) <= unit / 2
    assert round_to_step(float(rounded), step) == rounded


@given(numbers, numbers, numbers, steps)
def test_a_higher_value_never_loses_a_lower_limit(a, b, limit, step):
    low, high = sorted((a, b))
    if compare(low, Op.AT_LEAST, limit, step):
        assert compare(high, Op.AT_LEAST, limit, step)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_never_compared(value):
    with pytest.raises(ValueError, match="can be compared"):
        compare(value, Op.AT_LEAST, 1.0, 0.1)


@pytest.mark.parametrize("step", [0.0, -0.1, float("nan"), float("inf")])
def test_a_step_must_be_above_zero(step):
    with pytest.raises(ValueError, match="rounding step"):
        compare(1.0, Op.AT_LEAST, 1.0, step)


def test_protein_goes_from_as_is_to_dry_matter():
    assert protein_dm(ProteinAsIs(10.2), MoisturePercent(15.0)) == pytest.approx(12.0)
    assert protein_dm(ProteinAsIs(10.2), MoisturePercent(0.0)) == 10.2


def test_drying_keeps_the_dry_matter():
    dried = mass_at_moisture(Kilograms(100_000.0), MoisturePercent(18.0), MoisturePercent(15.0))
    assert dried == pytest.approx(100_000.0 * 82.0 / 85.0)


@pytest.mark.parametrize("moisture", [100.0, 120.0, -1.0, float("nan")])
def test_grain_of_only_water_has_no_dry_matter_balance(moisture):
    with pytest.raises(ValueError, match="dry matter"):
        protein_dm(ProteinAsIs(10.0), MoisturePercent(moisture))


@given(st.floats(1, 40), st.floats(0, 40), st.sampled_from(list(Basis)), st.sampled_from(list(Basis)))
def test_a_share_comes_back_from_another_basis_unchanged(value, moisture, given_basis, other):
    water = MoisturePercent(moisture)
    there = on_basis(value, given_basis, other, water)
    assert on_basis(there, other, given_basis, water) == pytest.approx(value)


def test_a_basis_that_needs_the_moisture_is_unknown_without_it():
    assert on_basis(11.0, Basis.AS_IS, Basis.DRY_MATTER, None) is None
    assert on_basis(11.0, Basis.DRY_MATTER, Basis.AS_IS, None) is None
    assert on_basis(11.0, Basis.MOISTURE_12, Basis.DRY_MATTER, None) == pytest.approx(12.5)
    assert on_basis(11.0, Basis.DRY_MATTER, Basis.DRY_MATTER, None) == 11.0
