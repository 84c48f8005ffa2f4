"""The three-cornered hat, its interval, its tests and its likelihood."""

import numpy as np
import pytest

from station.lab.statistics import three_way as hat
from station.lab.statistics.values import Values


def three(n: int, errors: tuple[float, ...] = (0.4, 0.15, 0.1), scale: float = 1.0, seed: int = 1) -> Values:
    rng = np.random.default_rng(seed)
    truth = rng.normal(12, 1, n)
    x = truth[:, None] + rng.normal(0, 1, (n, len(errors))) * errors
    x[:, 0] += (scale - 1) * truth
    return x


def test_variances_are_half_the_sums_of_the_variances_of_differences() -> None:
    x = three(50)
    v = np.var([x[:, 0] - x[:, 1], x[:, 0] - x[:, 2], x[:, 1] - x[:, 2]], axis=1, ddof=1)
    expected = [(v[0] + v[1] - v[2]) / 2, (v[0] + v[2] - v[1]) / 2, (v[1] + v[2] - v[0]) / 2]
    assert hat.error_variances(x) == pytest.approx(expected)
    assert hat.error_variances(x)[0] == pytest.approx(np.cov(x[:, 0] - x[:, 1], x[:, 0] - x[:, 2])[0, 1])


def test_more_than_three_methods_share_the_same_formula() -> None:
    x = three(20_000, (0.4, 0.3, 0.2, 0.1, 0.5))
    assert np.sqrt(hat.error_variances(x)) == pytest.approx([0.4, 0.3, 0.2, 0.1, 0.5], abs=0.02)
    intervals = hat.error_intervals(x, draws=2000)
    assert np.all(intervals[:, 0] < hat.error_variances(x))
    assert np.all(hat.error_variances(x) < intervals[:, 1])
    assert np.sqrt(hat.truth_variance(x)) == pytest.approx(1, abs=0.02)


def test_the_interval_is_the_same_every_time_and_narrows() -> None:
    few, many = hat.error_intervals(three(30)), hat.error_intervals(three(3000))
    assert np.array_equal(few, hat.error_intervals(three(30)))
    assert np.all(np.diff(many) < np.diff(few))


def test_equal_methods_have_no_error_and_no_failure() -> None:
    x = np.repeat(np.arange(5.0)[:, None], 3, axis=1)
    assert hat.error_variances(x) == pytest.approx([0, 0, 0])
    assert np.all(hat.error_intervals(x) == 0)


def test_the_variance_of_an_estimate_is_that_of_grubbs() -> None:
    found = hat.variance_of_estimates(np.array([1.0, 2.0, 3.0]), 11)
    assert found[0] == pytest.approx((2 + 2 + 3 + 6) / 10)
    assert found[1] == pytest.approx((8 + 2 + 6 + 3) / 10)


def test_the_likelihood_agrees_with_the_moments_of_many_samples() -> None:
    found = hat.most_likely(three(5000))
    assert np.sqrt(found.error_variances) == pytest.approx([0.4, 0.15, 0.1], abs=0.02)
    assert found.offsets == pytest.approx([0, 0], abs=0.02)


def test_the_precision_test_finds_the_worse_method() -> None:
    x = three(200)
    found = hat.equal_precision(x[:, 0], x[:, 1], x[:, 2])
    assert found is not None
    assert found.t > hat.critical_t(found)
    assert hat.equal_precision(x[:, 1], x[:, 1]) is None
