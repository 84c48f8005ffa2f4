"""Deming regression: the line through two methods that both err.

x is the reference, y the test, shapes (n,). `ratio` is the error ratio, var(error of reference) / var(error
of test). Sources: Deming 1943; Linnet 1990 (jackknife), 1993 (weighted); Ripley & Thompson 1987 (known
errors).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from station.lab.statistics.distributions import root
from station.lab.statistics.jackknife import jackknifed
from station.lab.statistics.values import Estimate, Values, centred, is_constant


@dataclass(frozen=True, slots=True)
class Line:
    """test = intercept + slope x reference."""

    intercept: float
    slope: float


@dataclass(frozen=True, slots=True)
class DemingLine:
    """`bias_at` holds, for each level asked for, what the test reads more there: intercept + (slope - 1) x
    level."""

    error_ratio: float
    slope: Estimate
    intercept: Estimate
    bias_at: tuple[Estimate, ...]


def deming(
    x: Values, y: Values, ratio: float = 1.0, conf: float = 0.95, levels: Sequence[float] = ()
) -> DemingLine | None:
    """Return the line with jackknife intervals; None where no line is defined: fewer than two samples, a
    constant reference, or no covariance while the test spreads more."""
    if x.size < 2 or is_constant(x):
        return None
    whole, without = fit(x, y, ratio), _without_each(x, y, ratio)
    if whole is None:
        return None
    intercepts, slopes = without
    biases = tuple(
        jackknifed(whole.intercept + (whole.slope - 1) * level, intercepts + (slopes - 1) * level, conf)
        for level in levels
    )
    slope, intercept = jackknifed(whole.slope, slopes, conf), jackknifed(whole.intercept, intercepts, conf)
    return DemingLine(ratio, slope, intercept, biases)


def fit(x: Values, y: Values, ratio: float = 1.0, weights: Values | None = None) -> Line | None:
    """Return the line alone; `weights` shape (n,) weigh the samples."""
    w = np.full(x.size, 1 / x.size) if weights is None else weights / weights.sum()
    mean_x, mean_y = float(w @ x), float(w @ y)
    dx, dy = x - mean_x, y - mean_y if not is_constant(y) else np.zeros_like(y)
    slope = float(_slope(w @ (dx * dx), w @ (dy * dy), w @ (dx * dy), ratio))
    return Line(mean_y - slope * mean_x, slope) if np.isfinite(slope) else None


def weighted_fit(x: Values, y: Values, ratio: float = 1.0, rounds: int = 200) -> Line | None:
    """Return Linnet's line for errors in proportion to the level: weights are the inverse square of the
    level that the line itself estimates. Levels must be above 0."""
    line = fit(x, y, ratio, ((x + ratio * y) / (1 + ratio)) ** -2)
    for _ in range(rounds):
        if line is None:
            return None
        residual = y - line.intercept - line.slope * x
        pull = 1 + ratio * line.slope**2
        level_x, level_y = x + ratio * line.slope * residual / pull, y - residual / pull
        following = fit(x, y, ratio, ((level_x + ratio * level_y) / (1 + ratio)) ** -2)
        if following is None or abs(following.slope - line.slope) < 1e-12 * abs(line.slope):
            return following
        line = following
    return line


def known_errors_fit(x: Values, y: Values, error_x: Values, error_y: Values) -> Line:
    """Return the line for a known standard error at each point: the least sum of w (y - a - b x)^2 with
    w = 1 / (error_y^2 + b^2 error_x^2), Ripley & Thompson 1987."""

    def at(slope: float) -> tuple[float, Values, Values]:
        w = 1 / (error_y**2 + slope**2 * error_x**2)
        intercept = float(w @ (y - slope * x) / w.sum())
        return intercept, w, y - intercept - slope * x

    def gradient(slope: float) -> float:
        _, w, residual = at(slope)
        return float(-np.sum(w * residual * x) - slope * np.sum((w * residual * error_x) ** 2))

    start = fit(x, y)
    middle = start.slope if start is not None else 1.0
    slope = _nearest_root(gradient, middle)
    return Line(at(slope)[0], slope)


def weighted_residuals(x: Values, y: Values, error_x: Values, error_y: Values, line: Line) -> Values:
    """Return each distance from the line in its own standard error."""
    error = np.sqrt(error_y**2 + line.slope**2 * error_x**2)
    return np.asarray((y - line.intercept - line.slope * x) / error)


def without_each(fitted: Callable[[Values], Line | None], n: int) -> tuple[Values, Values]:
    """Return intercepts and slopes without each sample, for a fit that takes a mask of samples."""
    found = np.full((2, n), np.nan)
    for i in range(n):
        mask = np.ones(n, dtype=bool)
        mask[i] = False
        if (line := fitted(mask)) is not None:
            found[:, i] = line.intercept, line.slope
    return found[0], found[1]


def _without_each(x: Values, y: Values, ratio: float) -> tuple[Values, Values]:
    """Return intercepts and slopes without each sample, from the sums of all."""
    n = x.size
    if n < 3:
        return np.full(n, np.nan), np.full(n, np.nan)
    dx, dy = centred(x), centred(y)
    share = n / (n - 1)
    xx, yy, xy = dx @ dx - share * dx * dx, dy @ dy - share * dy * dy, dx @ dy - share * dx * dy
    slopes = _slope(xx, yy, xy, ratio)
    return (y.mean() - dy / (n - 1)) - slopes * (x.mean() - dx / (n - 1)), slopes


def _slope(xx: Values, yy: Values, xy: Values, ratio: float) -> Values:
    """Return the slope from moments; nan where the line stands upright or anywhere. Of the two forms of one
    formula the one that subtracts no near equals is taken."""
    over = ratio * yy - xx
    length = np.hypot(over, 2 * np.sqrt(ratio) * xy)
    with np.errstate(all="ignore"):
        slope = np.where(over >= 0, (over + length) / (2 * ratio * xy), 2 * xy / (length - over))
    return np.where((xy == 0) & (over >= 0), np.nan, slope)


def _nearest_root(function: Callable[[float], float], middle: float) -> float:
    """Return a root near `middle`, sought in widening steps."""
    width = 0.05 * abs(middle) or 0.05
    for _ in range(40):
        low, high = middle - width, middle + width
        if function(low) < 0 < function(high):
            return root(function, low, high)
        width *= 1.3
    return middle
