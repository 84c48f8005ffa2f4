"""Shares and counts have the intervals and tails of their sources."""

import math

import pytest

from station.lab.statistics.proportions import (
    binomial_band,
    binomial_tail,
    effective_size,
    exact_interval,
    holm,
    hypergeometric_tail,
    wilson_interval,
)


def test_the_exact_interval_is_that_of_clopper_and_pearson() -> None:
    assert exact_interval(5, 10) == pytest.approx((0.1870860, 0.8129140), abs=1e-6)
    assert exact_interval(0, 10) == pytest.approx((0.0, 1 - 0.025**0.1), abs=1e-12)
    assert exact_interval(10, 10) == pytest.approx((0.025**0.1, 1.0), abs=1e-12)


def test_wilson_takes_an_effective_number() -> None:
    assert wilson_interval(0.5, 10) == pytest.approx((0.2365931, 0.7634069), abs=1e-6)
    assert effective_size([2.0, 2.0, 2.0]) == 3
    assert effective_size([1.0, 3.0]) == 1.6


def test_tails_are_sums_of_exact_terms() -> None:
    assert binomial_tail(2, 3, 0.5) == pytest.approx(0.5)
    assert binomial_tail(0, 3, 0.5) == 1
    assert binomial_tail(3, 3, 1.0) == 1
    assert hypergeometric_tail(2, 2, 2, 4) == pytest.approx(1 / 6)
    assert hypergeometric_tail(1, 3, 2, 4) == 1  # of two marked at least one is drawn
    assert hypergeometric_tail(0, 5, 0, 9) == 1
    assert math.isclose(hypergeometric_tail(1, 1, 3, 10), 0.3)


def test_the_band_holds_what_chance_gives() -> None:
    assert binomial_band(6, 0.5) == (1, 5)
    assert binomial_band(100, 0.5) == (40, 60)


def test_holm_makes_many_looks_one() -> None:
    assert holm([0.04, 0.01, 0.5]) == pytest.approx([0.08, 0.03, 0.5])
    assert holm([]) == []
