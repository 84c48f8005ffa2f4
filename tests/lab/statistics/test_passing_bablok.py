"""Passing-Bablok agrees with exact rationals, ties and all; each point of the definition can be seen."""

import math
from fractions import Fraction
from itertools import combinations
from statistics import NormalDist

import numpy as np
import pytest

from station.lab.statistics.passing_bablok import MOST_PAIRS, passing_bablok, whole_numbers
from station.lab.statistics.values import Values


def exact(
    x: list[Fraction], y: list[Fraction], conf: float = 0.95
) -> tuple[float, tuple[float, float] | None]:
    """The slope and its interval in rational arithmetic, from the paper of 1983. Rising methods only."""
    slopes: list[Fraction | None] = []  # None is infinite
    for i, j in combinations(range(len(x)), 2):
        dx, dy = x[j] - x[i], y[j] - y[i]
        if dx == 0 and dy == 0:
            continue
        if dx == 0:
            slopes.append(None)
        elif dy / dx != -1:
            slopes.append(dy / dx)
    slopes.sort(key=lambda slope: (slope is None, slope or 0))
    n, k = len(slopes), sum(slope is not None and slope < -1 for slope in slopes)

    def at(rank: int) -> float:
        slope = slopes[rank - 1]
        return math.inf if slope is None else float(slope)

    if n % 2:
        middle = at((n + 1) // 2 + k)
    else:
        middle = math.tan((math.atan(at(n // 2 + k)) + math.atan(at(n // 2 + 1 + k))) / 2)
    size = len(x)
    c = NormalDist().inv_cdf((1 + conf) / 2) * math.sqrt(size * (size - 1) * (2 * size + 5) / 18)
    first = math.floor((n - c) / 2 + 0.5)
    last = n - first + 1
    if first < 1 or last + k > n or at(last + k) == math.inf:
        return middle, None
    return middle, (at(first + k), at(last + k))


def hundredths(values: Values) -> list[Fraction]:
    return [Fraction(round(value * 100), 100) for value in values.tolist()]


@pytest.mark.parametrize("step", [0.01, 0.05, 0.1, 0.5])
def test_random_decimals_agree_with_exact_rationals(step: float) -> None:
    rng = np.random.default_rng(int(step * 100))
    for _ in range(40):
        n = int(rng.integers(5, 40))
        truth = rng.normal(12, 1, n)
        x, y = (np.round(np.round((truth + rng.normal(0, 0.3, n)) / step) * step, 2) for _ in range(2))
        found = passing_bablok(x, y)
        expected = exact(hundredths(x), hundredths(y))
        if found is None or found.slope.value < 0:
            continue
        assert found.slope.value == pytest.approx(expected[0], rel=1e-14)
        assert found.slope.ci == (None if expected[1] is None else pytest.approx(expected[1], rel=1e-14))
        assert found.intercept.value == pytest.approx(np.median(y - found.slope.value * x))


def test_a_slope_of_exactly_minus_one_is_left_out_whatever_its_decimals() -> None:
    x, y = np.array([0.1, 0.2, 0.3, 0.7]), np.array([0.3, 0.2, 0.4, 0.9])
    whole_x, whole_y = whole_numbers(x, y)
    assert whole_x.tolist() == [1, 2, 3, 7]
    assert whole_y.tolist() == [3, 2, 4, 9]
    found = passing_bablok(x, y)
    assert found is not None
    # slopes without the -1 between the first two: 1/2, 1, 5/4, 7/5, 2; the third is the median
    assert found.slope.value == 1.25


def test_falling_methods_are_mirrored() -> None:
    rng = np.random.default_rng(5)
    x = np.round(rng.normal(12, 1, 50), 2)
    y = np.round(x + rng.normal(0, 0.2, 50), 2)
    up, down = passing_bablok(x, y), passing_bablok(x, -y)
    assert up is not None
    assert down is not None
    assert down.slope.value == -up.slope.value
    assert up.slope.ci is not None
    assert down.slope.ci == (-up.slope.ci[1], -up.slope.ci[0])
    assert down.intercept.value == -up.intercept.value


def test_equal_points_say_nothing_and_few_have_no_interval() -> None:
    x, y = np.array([1.0, 1.0, 2.0]), np.array([1.0, 1.0, 3.0])
    found = passing_bablok(x, y)
    assert found is not None
    assert found.slope.value == 2
    assert found.slope.ci is None
    assert passing_bablok(np.ones(5), np.arange(5.0)) is None
    level = passing_bablok(np.arange(20.0), np.full(20, 3.0))
    assert level is not None
    assert (level.slope.value, level.slope.ci, level.intercept.value) == (0, (0, 0), 3)


def test_values_of_any_size_become_whole_numbers() -> None:
    assert whole_numbers(np.array([1e300, 2e300]), np.array([3e300, 4e300]))[0].tolist() == [1, 2]
    small, large = whole_numbers(np.array([5e-324]), np.array([1.0]))
    assert small[0] == 0
    assert 2**40 < large[0] < 2**52


def test_of_many_samples_two_thousand_are_drawn_always_the_same() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(12, 1, MOST_PAIRS + 500)
    y = x + rng.normal(0, 0.1, x.size)
    first, second = passing_bablok(x, y), passing_bablok(x, y)
    assert first == second
    assert first is not None
    assert first.pairs == MOST_PAIRS
    assert first.slope.value == pytest.approx(1, abs=0.02)


def test_the_cusum_swings_on_a_curve_and_not_on_a_line() -> None:
    rng = np.random.default_rng(4)
    x = np.linspace(0, 10, 120)
    straight, bent = x + rng.normal(0, 0.3, 120), x + 0.08 * (x - 5) ** 2 + rng.normal(0, 0.3, 120)
    assert passing_bablok(x, straight).cusum_h < 1.36 < passing_bablok(x, bent).cusum_h  # type: ignore[union-attr, operator]
