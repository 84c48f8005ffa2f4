"""The bias of each group (phone model, silo, variety, campaign), drawn towards the mean of all by how little
its samples say: REML for the variances, best linear unbiased prediction for the groups.

Model: d = mean + group + error, group ~ N(0, between), error ~ N(0, within); groups of any sizes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from station.lab.statistics.distributions import normal_quantile
from station.lab.statistics.values import Interval, Values


@dataclass(frozen=True, slots=True)
class GroupBias:
    """`raw` is the group's own mean difference, `shrunken` the best estimate; `weight` says how much of the
    raw deviation stays."""

    n: int
    raw: float
    shrunken: float
    standard_error: float
    ci: Interval
    weight: float


@dataclass(frozen=True, slots=True)
class GroupBiases:
    """The mean of all groups, the variances between and within them, and each group in the order given."""

    mean: float
    between: float
    within: float
    groups: tuple[GroupBias, ...]


def group_biases(groups: Sequence[Values], conf: float = 0.95) -> GroupBiases | None:
    """Return the pooled biases; None for fewer than two groups, or where no group has two samples. Intervals
    take the variances as known: they are too narrow for fewer than some 20 groups."""
    sizes = np.array([group.size for group in groups], dtype=np.float64)
    if len(groups) < 2 or sizes.max() < 2:
        return None
    means = np.array([group.mean() for group in groups])
    inner = float(sum(np.sum((group - group.mean()) ** 2) for group in groups if np.ptp(group)))
    ratio = _reml_ratio(sizes, means, inner)
    if ratio is None:  # nothing varies within: each group is known
        return GroupBiases(float(means.mean()), float(np.var(means, ddof=1)), 0.0, _known(sizes, means))
    mean, within = _profile(ratio, sizes, means, inner)
    between = ratio * within
    shares = ratio * sizes / (1 + ratio * sizes)
    of_mean = within / float(np.sum(sizes / (1 + ratio * sizes)))
    errors = np.sqrt(between * (1 - shares) + (1 - shares) ** 2 * of_mean)
    shrunken = mean + shares * (means - mean)
    z = normal_quantile((1 + conf) / 2)
    found = tuple(
        GroupBias(int(n), float(raw), float(s), float(e), (float(s - z * e), float(s + z * e)), float(share))
        for n, raw, s, e, share in zip(sizes, means, shrunken, errors, shares, strict=True)
    )
    return GroupBiases(mean, between, within, found)


def _known(sizes: Values, means: Values) -> tuple[GroupBias, ...]:
    return tuple(
        GroupBias(int(n), float(m), float(m), 0.0, (float(m), float(m)), 1.0)
        for n, m in zip(sizes, means, strict=True)
    )


def _profile(ratio: float, sizes: Values, means: Values, inner: float) -> tuple[float, float]:
    """Return the mean and the variance within that belong to a ratio of variances."""
    weights = sizes / (1 + ratio * sizes)
    mean = float(weights @ means / weights.sum())
    return mean, (inner + float(weights @ (means - mean) ** 2)) / (float(sizes.sum()) - 1)


def _reml_ratio(sizes: Values, means: Values, inner: float) -> float | None:
    """Return the ratio between / within that makes the restricted likelihood largest; None where it grows
    without end."""

    def deviance(log_ratio: float) -> float:
        ratio = np.exp(log_ratio)
        _, within = _profile(ratio, sizes, means, inner)
        free = float(sizes.sum()) - 1
        return float(
            free * np.log(within)
            + np.sum(np.log1p(ratio * sizes))
            + np.log(np.sum(sizes / (1 + ratio * sizes)))
        )

    if inner <= 0:
        return 0.0 if np.ptp(means) == 0 else None
    grid = np.linspace(-25, 25, 201)
    best = int(np.argmin([deviance(point) for point in grid]))
    if best == 0:
        return 0.0
    found = _lowest(deviance, grid[best - 1], grid[min(best + 1, grid.size - 1)])
    at_zero = deviance(-60.0)
    return 0.0 if at_zero <= deviance(found) + 1e-12 * abs(at_zero) else float(np.exp(found))


def _lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is lowest (golden section)."""
    shrink = (np.sqrt(5) - 1) / 2
    a, b = high - shrink * (high - low), low + shrink * (high - low)
    fa, fb = function(a), function(b)
    for _ in range(80):
        if fa < fb:
            high, b, fb = b, a, fa
            a = high - shrink * (high - low)
            fa = function(a)
        else:
            low, a, fa = a, b, fb
            b = low + shrink * (high - low)
            fb = function(b)
    return (low + high) / 2
