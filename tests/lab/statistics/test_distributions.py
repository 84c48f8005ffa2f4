"""Quantiles meet their tables and closed forms."""

import math

import pytest

from station.lab.statistics.distributions import (
    chi2_quantile,
    f_quantile,
    noncentral_t_cdf,
    noncentral_t_quantile,
    normal_quantile,
    t_quantile,
)


@pytest.mark.parametrize(
    ("df", "t"), [(1, 12.7062047364), (4, 2.7764451052), (19, 2.0930240544), (99, 1.9842169516)]
)
def test_student_s_t_meets_its_table(df: int, t: float) -> None:
    assert t_quantile(0.975, df) == pytest.approx(t, rel=1e-10)
    assert t_quantile(0.025, df) == -t_quantile(0.975, df)


def test_closed_forms_are_met() -> None:
    for p in (0.001, 0.3, 0.5, 0.9, 0.999999):
        assert t_quantile(p, 1) == pytest.approx(math.tan(math.pi * (p - 0.5)), rel=1e-9, abs=1e-12)
        assert chi2_quantile(p, 2) == pytest.approx(-2 * math.log1p(-p), rel=1e-10)
        assert f_quantile(p, 2, 2) == pytest.approx(p / (1 - p), rel=1e-9)
    assert f_quantile(0.95, 1, 7) == pytest.approx(t_quantile(0.975, 7) ** 2, rel=1e-11)


def test_large_samples_are_nearly_normal() -> None:
    assert t_quantile(0.975, 1e7) == pytest.approx(normal_quantile(0.975), rel=1e-6)
    assert chi2_quantile(0.5, 199_999) == pytest.approx(199_999 - 2 / 3, rel=1e-9)


def test_the_non_central_t_without_a_shift_is_student_s() -> None:
    for df in (1, 2, 30, 5000):
        assert noncentral_t_quantile(0.975, df, 0.0) == pytest.approx(t_quantile(0.975, df), rel=1e-9)
        assert noncentral_t_quantile(0.2, df, 0.0) == pytest.approx(t_quantile(0.2, df), rel=1e-9)
        assert noncentral_t_cdf(0.0, df, 1.5) == pytest.approx(1 - 0.9331927987, rel=1e-8)


@pytest.mark.parametrize(
    ("n", "outer", "inner"),
    [
        (10, 3.80, 1.16),
        (20, 3.01, 1.36),
        (30, 2.76, 1.45),
        (50, 2.54, 1.55),
        (100, 2.34, 1.66),
        (200, 2.22, 1.74),
    ],
)
def test_carkeet_s_factors_are_met(n: int, outer: float, inner: float) -> None:
    nc = normal_quantile(0.975) * math.sqrt(n)
    assert noncentral_t_quantile(0.975, n - 1, nc) / math.sqrt(n) == pytest.approx(outer, abs=0.006)
    assert noncentral_t_quantile(0.025, n - 1, nc) / math.sqrt(n) == pytest.approx(inner, abs=0.006)
