"""Bias, SEP and the limits of ISO 12099 on cases that can be done by hand."""

import math

import numpy as np
import pytest

from station.lab.statistics.prediction_error import (
    bias,
    bias_limit,
    rmsep,
    rpd,
    samples_needed,
    sep,
    sep_factors,
    slope_test,
    unexplained_error_limit,
)
from station.lab.statistics.values import differences


def test_three_differences_by_hand() -> None:
    d = np.array([1.0, 2.0, 3.0])
    assert bias(d).value == 2
    assert bias(d).ci == pytest.approx((2 - 4.302652729911 / math.sqrt(3), 2 + 4.302652729911 / math.sqrt(3)))
    found = sep(d)
    assert found is not None
    assert found.value == 1
    assert rmsep(d) == pytest.approx(math.sqrt(14 / 3))
    assert rmsep(d) ** 2 == pytest.approx(bias(d).value ** 2 + found.value**2 * 2 / 3)
    assert rpd(np.array([10.0, 12.0, 14.0]), found.value) == 2
    assert rpd(np.array([10.0, 12.0, 14.0]), 0.0) is None


@pytest.mark.parametrize(
    ("n", "tb", "low", "high"),
    [(5, 1.242, 0.599, 2.874), (30, 0.373, 0.796, 1.344), (100, 0.198, 0.878, 1.162)],
)
def test_the_table_of_factors_is_met(n: int, tb: float, low: float, high: float) -> None:
    assert bias_limit(1, n) == pytest.approx(tb, abs=6e-4)
    assert sep_factors(n) == pytest.approx((low, high), abs=6e-4)


@pytest.mark.parametrize(("n", "m", "limit"), [(5, 50, 1.60), (20, 100, 1.30), (100, 500, 1.13)])
def test_the_unexplained_error_limit_meets_its_table(n: int, m: int, limit: float) -> None:
    assert unexplained_error_limit(1, n, m) == pytest.approx(limit, abs=0.006)


@pytest.mark.parametrize(
    ("scatter", "needed"),
    [(0.15, (38, 12, 7, 5)), (0.20, (64, 18, 10, 7)), (0.30, (141, 38, 18, 12)), (0.50, (387, 99, 46, 27))],
)
def test_the_table_of_samples_needed_is_met(scatter: float, needed: tuple[int, ...]) -> None:
    assert tuple(samples_needed(scatter, width) for width in (0.05, 0.10, 0.15, 0.20)) == needed
    assert samples_needed(scatter, 0.0) is None
    assert samples_needed(scatter, 1e-9) is None


def test_the_slope_regresses_the_reference_on_the_test() -> None:
    test, reference = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 4.0, 6.0, 8.0])
    found = slope_test(test, reference)
    assert found is not None
    assert (found.slope, found.intercept, found.t) == (2, 0, None)  # all on the line: nothing to test with
    assert slope_test(reference, test).slope == 0.5  # type: ignore[union-attr]
    assert slope_test(np.ones(4), reference) is None


def test_decimals_leave_no_noise_in_their_differences() -> None:
    lab = np.array([10.1, 11.3, 12.7, 13.9, 1000.2])
    d = differences(lab + 0.1, lab)
    assert np.ptp(d) == 0
    assert differences(np.array([1e308]), np.array([-1e308]))[0] == np.inf
