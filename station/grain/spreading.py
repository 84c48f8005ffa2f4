"""Limits of a class share at one site, from how much a phone's captures vary there and from the kernels that
were counted. They stand in the place of limits that were learnt from strangers' photos.

The spread is a standard deviation of a share by count, 0 to 1; what few kernels add is left out of it, and
added for each capture. Limits end at 0 and 1.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from station.grain.inspection import WIDE

PRIOR = 0.5  # kernels added to each side of a count (Jeffreys)
STEPS = 10_000  # limits are rounded outwards to a hundredth of a percent


@dataclass(frozen=True, slots=True)
class SiteSpread:
    """`t` is the quantile of the limits for the samples that the `spread` stands on."""

    class_name: str
    spread: float
    t: float


def counting_variance(count: float, judged: float) -> float:
    """Return the variance of a share that so many of `judged` kernels alone give it."""
    share = (count + PRIOR) / (judged + 2 * PRIOR)
    return share * (1 - share) / (judged + 2 * PRIOR)


def half_width(known: SiteSpread, count: float, judged: float) -> float:
    return known.t * math.sqrt(known.spread**2 + counting_variance(count, judged))


def phones_part(known: SiteSpread, count: float, judged: float) -> float:
    """Return how much of a share's uncertainty is the phone's and the model's, 0 to 1: the spread that was
    found beside references here. What few kernels add is this photo's own."""
    whole = known.spread**2 + counting_variance(count, judged)
    return known.spread / math.sqrt(whole)


def limited(told: Mapping[str, Any], judged: float, known: SiteSpread) -> dict[str, Any]:
    """Return a stored class share with this site's limits around it."""
    half = half_width(known, told["count"], judged)
    low, high = _rounded(told["share"] - half, told["share"] + half)
    return {**told, "low": low, "high": high, "wide": high - low > WIDE}


def limited_mass(mass: Mapping[str, Any], told: Mapping[str, Any], judged: float, known: SiteSpread) -> Any:
    """Return the share by estimated mass with limits as far apart, on its own scale."""
    if told["share"] <= 0:
        return dict(mass)
    half = half_width(known, told["count"], judged) * mass["share"] / told["share"]
    low, high = _rounded(mass["share"] - half, mass["share"] + half)
    return {**mass, "low": low, "high": high}


def _rounded(low: float, high: float) -> tuple[float, float]:
    return max(0, math.floor(low * STEPS)) / STEPS, min(STEPS, math.ceil(high * STEPS)) / STEPS
