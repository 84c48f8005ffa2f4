"""Deming's line on cases with an exact answer, and its jackknife against leaving each sample out."""

import numpy as np
import pytest

from station.lab.statistics.deming import (
    Line,
    deming,
    fit,
    known_errors_fit,
    weighted_fit,
    without_each,
)


def test_points_on_a_line_give_it_whatever_the_ratio() -> None:
    x = np.array([1.0, 2.0, 4.0, 7.0])
    for ratio in (1e-6, 0.1, 1.0, 10.0, 1e6):
        found = fit(x, 3 + 0.5 * x, ratio)
        assert found is not None
        assert (found.intercept, found.slope) == pytest.approx((3, 0.5))
    assert weighted_fit(x, 3 + 0.5 * x) == Line(pytest.approx(3), pytest.approx(0.5))


def test_equal_spread_and_ratio_one_give_the_diagonal() -> None:
    found = fit(np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 0.0, 3.0, 2.0]))
    assert found is not None
    assert found.slope == pytest.approx(1)


def test_extreme_ratios_are_the_two_regressions() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 1, 50), rng.normal(0, 1, 50)
    y += x
    cov = np.cov(x, y)
    on_x, on_y = fit(x, y, 1e-12), fit(x, y, 1e12)
    assert on_x is not None
    assert on_y is not None
    assert on_x.slope == pytest.approx(cov[0, 1] / cov[0, 0], rel=1e-6)  # a reference without error
    assert on_y.slope == pytest.approx(cov[1, 1] / cov[0, 1], rel=1e-6)  # a test without error


def test_swapping_the_methods_inverts_slope_and_ratio() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(12, 1, 30)
    y = 1 + 0.8 * x + rng.normal(0, 0.3, 30)
    there, back = fit(x, y, 0.25), fit(y, x, 4.0)
    assert there is not None
    assert back is not None
    assert there.slope == pytest.approx(1 / back.slope)


def test_the_jackknife_leaves_each_sample_out() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(12, 1, 20)
    y = x + rng.normal(0, 0.3, 20)
    found = deming(x, y, 0.5, levels=(12.0,))
    assert found is not None
    intercepts, slopes = without_each(lambda mask: fit(x[mask], y[mask], 0.5), 20)
    pseudo = 20 * found.bias_at[0].value - 19 * (intercepts + (slopes - 1) * 12)
    half = 2.100922 * np.std(pseudo, ddof=1) / np.sqrt(20)
    assert found.bias_at[0].ci == pytest.approx(
        (found.bias_at[0].value - half, found.bias_at[0].value + half), rel=1e-5
    )


def test_no_covariance_is_no_line() -> None:
    assert deming(np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0])) is None
    assert deming(np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 0.0, 2.0, 2.0])) is None  # upright
    assert deming(np.ones(4), np.arange(4.0)) is None
    assert deming(np.array([1.0]), np.array([1.0])) is None


def test_a_test_that_always_reads_the_same_is_a_level_line() -> None:
    found = deming(np.arange(5.0), np.full(5, 0.1))
    assert found is not None
    assert (found.slope.value, found.slope.ci) == (0, (0, 0))
    assert found.intercept.value == pytest.approx(0.1)


def test_two_samples_have_a_line_and_no_interval() -> None:
    found = deming(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    assert found is not None
    assert found.slope.value == pytest.approx(2)
    assert found.slope.ci is None


def test_equal_known_errors_give_the_plain_line() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(12, 1, 25)
    y = x + rng.normal(0, 0.3, 25)
    plain = fit(x, y, 0.25)
    assert plain is not None
    known = known_errors_fit(x, y, np.full(25, 0.1), np.full(25, 0.2))
    assert (known.intercept, known.slope) == pytest.approx((plain.intercept, plain.slope))
