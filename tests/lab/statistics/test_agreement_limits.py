"""Limits of agreement, of single and of repeated readings."""

import math

import numpy as np
import pytest

from station.lab.statistics.agreement_limits import agreement_limits, trend
from station.lab.statistics.concordance import concordance
from station.lab.statistics.replicates import (
    linked_limits,
    repeatability_coefficient,
    unlinked_limits,
    within_variance,
)


def test_outer_limits_are_wider_and_inner_ones_narrower() -> None:
    d = np.array([-1.0, 0.0, 1.0] * 10)
    found = agreement_limits(d)
    assert found is not None
    assert (
        found.outer[0]
        < found.limits[0]
        < found.inner[0]
        < 0
        < found.inner[1]
        < found.limits[1]
        < found.outer[1]
    )
    assert found.outer[1] / found.sd == pytest.approx(2.76, abs=0.006)
    assert agreement_limits(d[:1]) is None


def test_equal_differences_have_limits_without_width() -> None:
    found = agreement_limits(np.full(5, 0.5))
    assert found is not None
    assert found.limits == found.outer == (0.5, 0.5)


def test_a_difference_that_grows_is_a_trend() -> None:
    reference = np.arange(1.0, 9.0)
    found = trend(1.5 * reference, reference)
    assert found is not None
    assert (found.slope, found.intercept) == pytest.approx((0.4, 0.0), abs=1e-12)
    assert trend(np.ones(5), np.ones(5)) is None


def test_repetition_is_pooled_over_samples_of_any_size() -> None:
    groups = [np.array([1.0, 3.0]), np.array([5.0]), np.array([1.0, 2.0, 3.0])]
    assert within_variance(groups) == pytest.approx((2 + 2) / 3)
    assert repeatability_coefficient(groups) == pytest.approx(1.959964 * math.sqrt(8 / 3), rel=1e-6)
    assert within_variance([np.array([1.0])]) is None


def test_single_readings_scatter_more_than_means() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(12, 1, 2000)
    test, reference = ([value + rng.normal(0, s, 2) for value in truth] for s in (0.3, 0.4))
    found = unlinked_limits(test, reference)
    assert found.sd == pytest.approx(0.5, abs=0.02)
    assert found.outer is not None
    assert found.outer[1] > found.limits[1]
    assert found.within == pytest.approx((0.09, 0.16), abs=0.01)


def test_linked_pairs_take_the_drift_out() -> None:
    pairs = [np.array([0.0, 2.0]), np.array([4.0, 6.0])]  # within 2, between 16: 2 + (16 - 2) / 2
    assert linked_limits(pairs).sd == pytest.approx(math.sqrt(2 + 14 / 2))
    assert linked_limits(pairs).bias == 3


def test_concordance_is_scatter_times_shift() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0])
    shifted = concordance(x, x + 1)
    assert shifted is not None
    assert shifted.scatter == pytest.approx(1)
    assert shifted.value == pytest.approx(2 * 1.25 / (1.25 + 1.25 + 1))
    assert shifted.value == pytest.approx(shifted.scatter * shifted.shift)
    assert concordance(x, np.ones(4)).value == 0  # type: ignore[union-attr]
    assert concordance(np.ones(4), np.ones(4)) is None
