"""Limits of agreement, and the trend of differences."""

import numpy as np
import pytest

from station.lab.statistics.agreement_limits import agreement_limits, trend


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
