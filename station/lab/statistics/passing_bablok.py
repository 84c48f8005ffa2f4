"""Passing-Bablok regression (1983): the line of the shifted median of all slopes, and its cusum test.

It is computed on whole numbers: of decimals in binary not every slope that is exactly -1 is recognised, and
the line moves. x is the reference, y the test, shapes (n,). It wants correlated methods whose error SDs
stand in the ratio of the slope, and 40 samples or more.
"""

import math
from dataclasses import dataclass
from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from station.lab.statistics.distributions import normal_quantile
from station.lab.statistics.values import Estimate, Interval, Values, is_constant

Whole = NDArray[np.int64]
_MOST = 2**52  # differences and their quotients are then exact in a double
MOST_PAIRS = 2_000
SEED = 1


@dataclass(frozen=True, slots=True)
class PassingBablok:
    """`pairs` is how many samples were used. `cusum_h` passes 1.36 by chance 5 times of 100 (1.63: once):
    a hint to look at the plot, no verdict."""

    pairs: int
    slope: Estimate
    intercept: Estimate
    cusum_h: float | None


def passing_bablok(x: Values, y: Values, conf: float = 0.95) -> PassingBablok | None:
    """Return the line; None where none is defined. Of more than 2,000 samples that many are drawn with seed
    1, for all slopes of 200,000 samples fill no memory."""
    if x.size > MOST_PAIRS:
        drawn = np.sort(np.random.default_rng(SEED).choice(x.size, MOST_PAIRS, replace=False))
        x, y = x[drawn], y[drawn]
    if x.size < 2 or is_constant(x):
        return None
    whole_x, whole_y = whole_numbers(x, y)
    falls = _association(whole_x, whole_y) < 0
    line = _rising_line(whole_x, -whole_y if falls else whole_y, conf)
    if line is None:
        return None
    slope, ci = line
    if falls:
        slope, ci = -slope, (-ci[1], -ci[0]) if ci else None
    intercept = float(np.median(y - slope * x))
    bounds = ci and (float(np.median(y - ci[1] * x)), float(np.median(y - ci[0] * x)))
    h = None if slope == 0 else cusum_h(x, y, slope, intercept)
    return PassingBablok(x.size, Estimate(slope, ci), Estimate(intercept, bounds), h)


def whole_numbers(x: Values, y: Values) -> tuple[Whole, Whole]:
    """Return both on one scale as integers: in units of their last decimal, or, where these would pass 2^52,
    of the finest power of ten that does not."""
    with localcontext() as context:
        context.prec = 700  # every double in units of the smallest one
        decimals = [Decimal(repr(float(value))) for value in np.concatenate([x, y])]
        places = max(-int(value.normalize().as_tuple().exponent) for value in decimals)
        largest = max(map(abs, decimals))
        while largest.scaleb(places) >= _MOST // 2:
            places -= 1
        whole = np.array(
            [int(value.scaleb(places).to_integral_value()) for value in decimals], dtype=np.int64
        )
    return whole[: x.size], whole[x.size :]


def _rising_line(x: Whole, y: Whole, conf: float) -> tuple[float, Interval | None] | None:
    """Return slope and interval of methods that rise together."""
    slopes = _sorted_slopes(x, y)
    count = slopes.size
    if count == 0:
        return None
    shift = int(np.sum(slopes < -1))
    upper, lower = count // 2 + 1 + shift, (count + 1) // 2 + shift  # ranks from 1; equal for an odd count
    if upper > count:
        return None
    middle = np.arctan(slopes[[lower - 1, upper - 1]])
    slope = float(slopes[lower - 1]) if upper == lower or middle[0] == middle[1] else math.tan(middle.mean())
    if not math.isfinite(slope) or abs(slope) > 1e15:
        return None
    n = x.size
    c = normal_quantile((1 + conf) / 2) * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    rank = math.floor((count - c) / 2 + 0.5)
    low, high = rank + shift, count - rank + 1 + shift
    if rank < 1 or high > count or not math.isfinite(slopes[high - 1]):
        return slope, None
    return slope, (float(slopes[low - 1]), float(slopes[high - 1]))


def _sorted_slopes(x: Whole, y: Whole) -> Values:
    """Return the slopes between all pairs of points in rising order. Equal points have none, a slope of -1 is
    left out, a vertical one is +inf."""
    first, second = np.triu_indices(x.size, 1)
    dx, dy = x[second] - x[first], y[second] - y[first]
    keep = ((dx != 0) | (dy != 0)) & (dx != -dy)
    dx, dy = dx[keep], dy[keep]
    slopes = np.full(dx.size, np.inf)
    np.divide(dy, dx, out=slopes, where=dx != 0)
    return np.sort(slopes)


def _association(x: Whole, y: Whole) -> int:
    """Return Kendall's S: below 0 where one method falls as the other rises."""
    return sum(int(np.sum(np.sign(x[i + 1 :] - x[i]) * np.sign(y[i + 1 :] - y[i]))) for i in range(x.size))


def cusum_h(x: Values, y: Values, slope: float, intercept: float) -> float | None:
    """Return the largest swing of the cusum of points above and below the line, in units of sqrt(L + 1);
    None where all points lie on the line."""
    return (
        None if (path := cusum(x, y, slope, intercept)) is None else path.largest / math.sqrt(path.below + 1)
    )


@dataclass(frozen=True, slots=True)
class Cusum:
    """How many points lie above and below the line, and the largest swing of their scores."""

    above: int
    below: int
    largest: float


def cusum(x: Values, y: Values, slope: float, intercept: float) -> Cusum | None:
    """Return the walk along the line: each point above adds sqrt(L / l), each below takes sqrt(l / L)."""
    residuals = y - slope * x - intercept
    on_line = np.abs(residuals) <= 1e-12 * (np.abs(y) + np.abs(slope * x) + abs(intercept))
    above, below = (residuals > 0) & ~on_line, (residuals < 0) & ~on_line
    ups, downs = int(above.sum()), int(below.sum())
    if not ups or not downs:
        return None
    scores = np.sqrt(downs / ups) * above - np.sqrt(ups / downs) * below
    along = y + x / slope if slope > 0 else x / -slope - y
    order = np.lexsort((residuals, along))
    return Cusum(ups, downs, float(np.max(np.abs(np.cumsum(scores[order])))))
