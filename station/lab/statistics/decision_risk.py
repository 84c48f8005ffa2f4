"""What a measurement's uncertainty does near a limit (JCGM 106, ILAC-G8:09/2019).

The truth of the intake is N(mean, sd); a method reads truth + bias + N(0, u). u is the whole uncertainty,
with what is left of the bias and the sub-sampling: not the repeatability. Classes lie between rising edges.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from station.lab.statistics.distributions import normal_cdf, normal_density, panel
from station.lab.statistics.values import Values

_FAR = 9.0


@dataclass(frozen=True, slots=True)
class Intake:
    """What is delivered, before it is measured."""

    mean: float
    sd: float


def conformance_probability(reading: float, limit: float, u: float, prior: Intake | None = None) -> float:
    """Return the probability that the truth is above the limit; with the intake as prior where given."""
    if prior is not None:
        share = prior.sd**2 / (prior.sd**2 + u**2)
        reading, u = prior.mean + (reading - prior.mean) * share, u * math.sqrt(share)
    if u == 0:
        return float(reading >= limit)
    return float(normal_cdf(np.asarray((reading - limit) / u)))


def cell_shares(edges: Sequence[float], intake: Intake, u: float, bias: float = 0.0) -> Values:
    """Return the shares of all loads by true class (rows) and the class that they are put in (columns), shape
    (classes, classes)."""
    return _shares(edges, edges, intake, u, bias)


def wrong_cell_share(edges: Sequence[float], intake: Intake, u: float, bias: float = 0.0) -> float:
    """Return the share of loads that go to a wrong cell."""
    return float(1 - np.trace(cell_shares(edges, intake, u, bias)))


def expected_cost(shares: Values, costs: Values) -> float:
    """Return the mean cost of a load; `costs` by true class and class put in, as `cell_shares`."""
    return float(np.sum(shares * costs))


@dataclass(frozen=True, slots=True)
class GlobalRisk:
    """Shares of all loads: `consumer` is taken though it does not conform, `producer` is refused though it
    conforms; `accepted` is taken in all."""

    consumer: float
    producer: float
    accepted: float


def global_risk(
    limits: tuple[float, float], acceptance: tuple[float, float], intake: Intake, u: float, bias: float = 0.0
) -> GlobalRisk:
    """Return the risks of taking what reads between `acceptance` when conforming means between `limits`; an
    open side is infinite. A guard band w above a lower limit T is an acceptance from T + w."""
    shares = _shares(limits, acceptance, intake, u, bias)
    taken = float(shares[:, 1].sum())
    return GlobalRisk(taken - float(shares[1, 1]), float(shares[1].sum() - shares[1, 1]), taken)


def _shares(
    true_edges: Sequence[float], read_edges: Sequence[float], intake: Intake, u: float, bias: float
) -> Values:
    """Return the shares by the class of the truth (rows) and of the reading (columns)."""
    bounds = [-math.inf, *true_edges, math.inf]
    rows = [_read_between(low, high, read_edges, intake, u, bias) for low, high in pairwise(bounds)]
    return np.array(rows)


def _read_between(
    low: float, high: float, edges: Sequence[float], intake: Intake, u: float, bias: float
) -> Values:
    """Return the shares by class of the reading, of truths from `low` to `high`."""
    low, high = max(low, intake.mean - _FAR * intake.sd), min(high, intake.mean + _FAR * intake.sd)
    if high <= low:
        return np.zeros(len(edges) + 1)
    turns = [
        edge - bias + step * u for edge in edges if math.isfinite(edge) for step in (-_FAR, -2, 0, 2, _FAR)
    ]
    turns += [intake.mean + step * intake.sd for step in (-4, -2, 0, 2, 4)]
    cuts = sorted({low, high, *(turn for turn in turns if low < turn < high)})
    x, w = (np.concatenate(parts) for parts in zip(*map(panel, cuts, cuts[1:]), strict=True))
    density = w * normal_density((x - intake.mean) / intake.sd) / intake.sd
    with np.errstate(divide="ignore", invalid="ignore"):
        below = [
            normal_cdf((edge - bias - x) / u) if u else (edge - bias > x).astype(float) for edge in edges
        ]
    levels = np.stack([np.zeros_like(x), *below, np.ones_like(x)])
    return np.asarray(np.diff(levels, axis=0) @ density)
