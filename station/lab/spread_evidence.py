"""How much a phone's class shares vary between captures at this site, beside laboratory or machine. Pure.

The spread is taken about the reference, not about the mean difference: what is systematic here widens it, so
that the limits hold the reference's value as often as they say. The reference's own error is in it too, which
makes the limits too wide rather than too narrow.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from station.grain.spreading import SiteSpread, counting_variance, limited
from station.lab.comparison import jsonable
from station.lab.statistics.distributions import t_quantile
from station.lab.statistics.values import Values

LEAST = 30  # samples
MATTERS = 0.1  # of the mean width of the limits: a smaller change is none


@dataclass(frozen=True, slots=True)
class Seen:
    """One sample: what the phone said of a class (`share` by count, of `count` out of `judged` kernels, with
    the bundle's limits, and by estimated mass if known) and what the reference says, all 0 to 1. `at`: since
    when both are known."""

    share: float
    count: int
    judged: int
    low: float
    high: float
    mass: float | None
    reference: float
    is_by_mass: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class SpreadOffer:
    spread: float
    n: int
    evidence: dict[str, Any]


def propose(seen: Sequence[Seen], conf: float = 0.95) -> SpreadOffer | None:
    """Return the spread where at least 30 samples tell it, and its limits are others than the bundle's."""
    n = len(seen)
    if n < LEAST:
        return None
    ratio = mass_ratio(seen)
    d = np.array([one.share - (ratio if one.is_by_mass else 1.0) * one.reference for one in seen])
    counted = np.array([counting_variance(one.count, one.judged) for one in seen])
    spread = _spread(d, counted)
    t = t_quantile((1 + conf) / 2, n)
    widths = np.array([_width(one, SiteSpread("", spread, t)) for one in seen])
    bundle = np.array([one.high - one.low for one in seen])
    if abs(widths.mean() - bundle.mean()) <= MATTERS * bundle.mean():
        return None
    share, low, high = (np.array([getattr(one, name) for one in seen]) for name in ("share", "low", "high"))
    inside = (share - d >= low) & (share - d <= high)
    evidence = {
        "n": n,
        "t": t,
        "up_to": max(one.at for one in seen).isoformat(),
        "mean_difference": d.mean(),
        "count_per_mass": ratio,
        "before": {"width": bundle.mean(), "coverage": inside.mean()},
        "after": {"width": widths.mean(), "coverage": _left_out(d, counted, t)},
    }
    return SpreadOffer(round(spread, 6), n, jsonable(evidence))


def _width(one: Seen, known: SiteSpread) -> float:
    told = limited({"share": one.share, "count": one.count}, one.judged, known)
    return float(told["high"] - told["low"])


def mass_ratio(seen: Sequence[Seen]) -> float:
    """Return what a share by mass is multiplied with to compare with a count: broken kernels are lighter."""
    both = [one for one in seen if one.mass is not None]
    mass = math.fsum(one.mass or 0.0 for one in both)
    return math.fsum(one.share for one in both) / mass if mass > 0 else 1.0


def _spread(d: Values, counted: Values) -> float:
    """Return the spread about the reference without what counting few kernels explains."""
    return math.sqrt(max(0.0, float(np.mean(d * d) - counted.mean())))


def _left_out(d: Values, counted: Values, t: float) -> float:
    """Return how often limits that a sample did not help to find hold its reference."""
    n = d.size
    square = (np.sum(d * d) - d * d) / (n - 1) - (counted.sum() - counted) / (n - 1)
    halves = t * np.sqrt(np.maximum(square, 0) + counted)
    return float(np.mean(np.abs(d) <= halves))
