"""Repeated readings tell the scatter of single ones."""

import math

import numpy as np
import pytest

from station.lab.statistics.replicates import (
    linked_limits,
    repeatability_coefficient,
    unlinked_limits,
    within_variance,
)


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
