"""Two things speak for a model: how it agrees with the active one on the same captures, and with laboratory
and machine on the same samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import fmean, median
from typing import Any

from station.models.difference import difference

# What a class's share by estimated mass corresponds to (one by count is no analyte); a number corresponds to
# the analyte of its name.
CLASS_ANALYTES: Mapping[str, str] = {"broken": "broken", "foreign": "impurities"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Holds what one model said of one capture, without its kernels. `classes` are shares from 0 to 1
    by count, `mass` the same estimated by mass; `numbers` are {name: {value, low, high, unit, basis}};
    `embedding` is {distance2, unfamiliar} or None."""

    capture_id: str
    at: datetime
    accepted: bool
    kernels: int | None = None
    classes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    numbers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    embedding: Mapping[str, float] | None = None
    mass: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reference:
    """Holds a value of a sample that a photo did not give. `source`: lab or machine."""

    analyte: str
    value: float
    basis: str | None
    source: str


@dataclass(frozen=True, slots=True)
class ModelValue:
    """Holds one value of a model on an analyte's scale, with its 95 % limits."""

    analyte: str
    value: float
    low: float
    high: float
    basis: str | None = None

    def contradicts(self, reference: Reference) -> bool:
        """Tell whether the other's value lies outside what the model thinks possible."""
        return not self.low <= reference.value <= self.high

    def comparable(self, reference: Reference) -> bool:
        """Tell whether both are of one analyte, on one basis (a share has none)."""
        return self.analyte == reference.analyte and self.basis in (None, reference.basis)


def abstention_rate(verdicts: Sequence[Verdict]) -> float | None:
    """Return the share of the captures that the model refused to judge; None without any."""
    return round(fmean(not one.accepted for one in verdicts), 6) if verdicts else None


def middle(values: Sequence[float]) -> float | None:
    return round(median(values), 6) if values else None


def values_of(verdict: Verdict) -> list[ModelValue]:
    """Return every value that has an analyte to be compared with, in per cent or the number's own unit."""
    shares = [
        ModelValue(CLASS_ANALYTES[name], 100 * one["share"], 100 * one["low"], 100 * one["high"])
        for name, one in verdict.mass.items()
        if name in CLASS_ANALYTES
    ]
    numbers = [
        ModelValue(name, one["value"], one["low"], one["high"], one.get("basis"))
        for name, one in verdict.numbers.items()
    ]
    return shares + numbers


def agreement(candidate: Sequence[Verdict], active: Sequence[Verdict]) -> dict[str, Any]:
    """Compare candidate with active on the captures that both judged: how often both accept or both
    refuse, the kernel counts, and the differences (candidate minus active) of every class's share and
    every number."""
    other = {one.capture_id: one for one in active}
    both = [(one, other[one.capture_id]) for one in candidate if one.capture_id in other]
    good = [(a, b) for a, b in both if a.accepted and b.accepted]
    counts = [abs(a.kernels - b.kernels) / b.kernels for a, b in good if a.kernels is not None and b.kernels]
    return {
        "captures": len(both),
        "both_accepted": len(good),
        "same_verdict": round(fmean(a.accepted == b.accepted for a, b in both), 6) if both else None,
        "kernels_apart": round(fmean(counts), 6) if counts else None,
        "classes": {name: compared(pairs) for name, pairs in _pairs(good, "classes", "share").items()},
        "numbers": {name: compared(pairs) for name, pairs in _pairs(good, "numbers", "value").items()},
    }


def evidence(
    verdicts: Sequence[Verdict], references: Mapping[str, Sequence[Reference]]
) -> list[dict[str, Any]]:
    """Compare model with laboratory, and model with machine, per analyte; `references` by capture.
    `contradicted`: how often the other's value lies outside the model's own 95 % limits."""
    pairs: dict[tuple[str, str], list[tuple[ModelValue, Reference]]] = {}
    for verdict in verdicts:
        for one in values_of(verdict) if verdict.accepted else ():
            for reference in references.get(verdict.capture_id, ()):
                if one.comparable(reference):
                    pairs.setdefault((one.analyte, reference.source), []).append((one, reference))
    return [
        {
            "analyte": analyte,
            "against": source,
            "contradicted": sum(one.contradicts(reference) for one, reference in found),
            **compared([(one.value, reference.value) for one, reference in found]),
        }
        for (analyte, source), found in sorted(pairs.items())
    ]


def compared(pairs: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Return the difference of (test, reference) pairs, or that the samples are not enough."""
    found = difference(pairs)
    if found is None:
        return {"n": len(pairs), "verdict": "not_enough_samples"}
    return {"verdict": "compared", **found.as_dict()}


def _pairs(
    both: Sequence[tuple[Verdict, Verdict]], what: str, key: str
) -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for a, b in both:
        mine, others = getattr(a, what), getattr(b, what)
        for name in sorted(set(mine) & set(others)):
            found.setdefault(name, []).append((mine[name][key], others[name][key]))
    return found
