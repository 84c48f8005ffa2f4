"""A value's standard uncertainty has a part that is its own and parts that a source makes the same for all
that it measures.

An instrument's uncertainty is what it states, else what the rule pack says of such instruments, else unknown.
What two measurements of one sample may differ by (r = 2.8 s_r) tells how much of it is chance, which more
replicates average out; at least half of the uncertainty stays the instrument's. Probe points say how well a
sample stands for its load: an error of that load, whatever measures the sample.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import variance

from drivers.reading import Analyte
from station.grain.assessed import Evidence
from station.grain.grades import RulePack, SamplingPlan
from station.grain.replicates import Rule

_REPEATABILITY = 2.8  # r = 2.8 s_r
_LEAST_SHARED = 0.5
TYPED = "typed"  # the source of what a person typed: nobody knows which instrument it was read from


@dataclass(frozen=True, slots=True)
class Precision:
    """What a rule pack says of how well things are measured, per analyte in its unit: the `uncertainty` of
    what states none, the `tolerance` within which two instruments agree, how far two probe points lie apart
    (`spread`). `points`: how many a load's samples are made of, None while unknown."""

    uncertainty: Mapping[Analyte, float] = field(default_factory=dict)
    tolerance: Mapping[Analyte, float] = field(default_factory=dict)
    spread: Mapping[Analyte, float] = field(default_factory=dict)
    points: int | None = None


UNKNOWN = Precision()


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """`u` is the whole; `shared` as of `Measured`."""

    u: float
    shared: Mapping[str, float]


def precision_of(pack: RulePack | None, points: int | None) -> Precision:
    if pack is None:
        return UNKNOWN
    return Precision(pack.uncertainty, pack.tolerance, pack.sampling.spread, points)


def planned_points(plan: SamplingPlan, load_t: float | None) -> int | None:
    """Return how many probe points the plan asks of a load; the most it names for a larger one. None where it
    names none, or while the load's weight is unknown."""
    if load_t is None or not plan.points:
        return None
    return next((points for up_to, points in plan.points if load_t <= up_to), plan.points[-1][1])


def of_replicates(
    analyte: Analyte, measured: Sequence[Evidence], rule: Rule, limit: float | None, precision: Precision
) -> Uncertainty | None:
    """Return the uncertainty of what `rule` makes of these replicates; None where that of one is unknown."""
    count = len(measured)
    own, shared = 0.0, defaultdict[str, float](float)
    for one in measured:
        u = one.uncertainty.get(analyte, precision.uncertainty.get(analyte))
        if u is None:
            return None
        chance = min((limit or 0.0) / _REPEATABILITY, u * math.sqrt(1 - _LEAST_SHARED**2))
        own += chance**2 / count
        shared[_source(one)] += math.sqrt(u**2 - chance**2) / count
    if rule == "median" and limit is not None:  # they lie farther apart than chance alone explains
        own = max(own, variance([one.values[analyte].value or 0.0 for one in measured]))
    return together(own * _remains(rule, count), dict(shared))


def together(own_variance: float, shared: Mapping[str, float]) -> Uncertainty:
    whole = math.sqrt(own_variance + math.fsum(part**2 for part in shared.values()))
    return Uncertainty(whole, dict(sorted(shared.items())))


def sampled(u: float | None, analyte: Analyte, precision: Precision) -> float | None:
    """Return the uncertainty as the load's value, of which the sample is a few probe points. One point where
    nobody knows how many."""
    spread = precision.spread.get(analyte)
    if u is None or spread is None:
        return u
    return math.hypot(u, spread / math.sqrt(precision.points or 1))


def _source(one: Evidence) -> str:
    return TYPED if one.typed_by is not None else one.source or one.instrument or TYPED


def _remains(rule: Rule, count: int) -> float:
    """Return what is left of one value's variance; a median of normal errors is a little worse than their
    mean, and the same of two."""
    if rule == "median" and count > 2:
        return math.pi / (2 * count + math.pi - 2)
    return 1 / count
