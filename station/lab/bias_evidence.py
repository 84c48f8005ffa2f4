"""Whether the bias of one source beside the laboratory is known well enough to be corrected. Pure.

Differences are test minus reference, one for each sample. Only samples that nobody picked count: drawn by
lot, each with the number of samples that it stands for, or of a list on which everything was. A slope is
never proposed: the test of ISO 12099 flags true scales and misses false ones (statistics: prediction_error).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from station.lab.comparison import jsonable
from station.lab.statistics.distributions import t_quantile
from station.lab.statistics.groups import group_biases
from station.lab.statistics.outliers import far_from_median
from station.lab.statistics.values import Interval, Values

LEAST = 20  # samples
DIGITS = 4  # of a bias, in the analyte's unit
RESOLUTION = 0.5  # of the permitted difference: a smaller bias does not matter


@dataclass(frozen=True, slots=True)
class Offer:
    """A bias that is worth correcting, with its standard uncertainty and what it stands on."""

    bias: float
    u: float
    evidence: dict[str, Any]


def propose(
    d: Values, weights: Values, permitted: float, others: Sequence[Values] = (), conf: float = 0.95
) -> Offer | None:
    """Return the bias to be taken off, or None where the evidence does not suffice. `d` and `weights` shape
    (n,); `others` are the differences of other sources of the same method, towards which this one's bias is
    drawn by how little its own samples say. The plain and the shrunken interval must both exclude 0, and the
    bias must pass what matters."""
    n, effective = d.size, effective_size(weights)
    if n < LEAST or effective < LEAST or not permitted > 0:
        return None
    mean, error = weighted_bias(d, weights)
    limit = t_quantile((1 + conf) / 2, effective - 1) * error
    plain = (mean - limit, mean + limit)
    bias, shrunken = _shrunken(d, mean, others, conf)
    bias = round(bias, DIGITS)
    if not _excludes_zero(plain) or not _excludes_zero(shrunken or plain):
        return None
    if abs(bias) <= RESOLUTION * permitted or bias * mean <= 0:
        return None
    evidence = {
        "n": n,
        "effective_n": round(effective, 2),
        "bias_ci": plain,
        "shrunken_ci": shrunken,
        "resolution": RESOLUTION * permitted,
        "permitted": permitted,
        "before": _errors(d, weights, 0.0),
        "after": _errors(_as_if_new(d, weights, bias), weights, 0.0),
        "far_from_median": len(far_from_median(d)),
    }
    return Offer(bias, round(error, DIGITS), jsonable(evidence))


def effective_size(weights: Values) -> float:
    """Return how many samples of equal weight these are worth."""
    return float(weights.sum() ** 2 / (weights @ weights)) if weights.size else 0.0


def weighted_bias(d: Values, weights: Values) -> tuple[float, float]:
    """Return the mean difference and its standard error; with equal weights those of the paired t test."""
    total = float(weights.sum())
    mean = float(weights @ d) / total
    square = float(weights**2 @ (d - mean) ** 2)
    return mean, math.sqrt(d.size / (d.size - 1) * square) / total


def _shrunken(d: Values, mean: float, others: Sequence[Values], conf: float) -> tuple[float, Interval | None]:
    pooled = group_biases([d, *(other for other in others if other.size)], conf)
    if pooled is None:
        return mean, None
    own = pooled.groups[0]
    return own.shrunken + (mean - own.raw) * own.weight, own.ci


def _excludes_zero(interval: Interval) -> bool:
    low, high = interval
    return low > 0 or high < 0


def _errors(d: Values, weights: Values, bias: float) -> dict[str, float]:
    """Bias, SEP and RMSEP of weighted differences."""
    share = weights / weights.sum()
    rest = d - bias
    mean = float(share @ rest)
    free = 1 - float(share @ share)
    return {
        "bias": mean,
        "sep": math.sqrt(float(share @ (rest - mean) ** 2) / free),
        "rmsep": math.sqrt(float(share @ rest**2)),
    }


def _as_if_new(d: Values, weights: Values, bias: float) -> Values:
    """Return each corrected difference as if its sample had not helped to find the bias: what was learnt
    from a sample must not flatter its own correction."""
    share = weights / weights.sum()
    mean = float(share @ d)
    without = (mean - share * d) / (1 - share)
    return np.asarray(d - (bias + without - mean))
