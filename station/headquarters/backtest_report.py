"""What came of a backtest: over all silos, then by silo, by phone model and by month (UTC), the candidate
beside the models that are active there.

Against laboratory and machine: `n` samples, `bias` (model minus the other) and `sep`, the spread about it,
each with its 95 % interval, `rmsep`, `limits` of agreement, and `within`, the share of samples whose value
lies in the model's own 95 % limits. Fewer than LEAST samples say nothing but their number.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from station.lab.statistics.agreement_limits import agreement_limits
from station.lab.statistics.prediction_error import bias, rmsep, sep
from station.lab.statistics.proportions import wilson_interval
from station.lab.statistics.values import Estimate, differences
from station.models.agreement import Reference, Verdict, values_of
from station.models.difference import LEAST

ALL, STATION, PHONE_MODEL, MONTH = "all", "station", "phone_model", "month"
JUDGED = "judged"
_GROUPS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    ALL: lambda row: "",
    STATION: lambda row: str(row["station"]),
    PHONE_MODEL: lambda row: str(row["phone_model"]),
    MONTH: lambda row: f"{row['at']:%Y-%m}",
}
Row = Mapping[str, Any]
_Key = tuple[str, str]  # analyte, lab or machine


@dataclass(slots=True)
class _Said:
    """What one model said: (value, the other's value, is it within the limits) by analyte and source."""

    judged: int = 0
    refused: int = 0
    pairs: dict[_Key, list[tuple[float, float, bool]]] = field(default_factory=dict)

    def add(self, verdict: Verdict, references: Iterable[Reference]) -> None:
        self.judged += 1
        self.refused += not verdict.accepted
        known = list(references)
        for one in values_of(verdict) if verdict.accepted else ():
            for other in known:
                if one.comparable(other):
                    pair = (one.value, other.value, not one.contradicts(other))
                    self.pairs.setdefault((one.analyte, other.source), []).append(pair)

    def told(self) -> dict[str, Any]:
        return {
            "captures": self.judged,
            "abstention": _share(self.refused, self.judged),
            "evidence": [
                {"analyte": analyte, "against": source, **_compared(self.pairs[analyte, source])}
                for analyte, source in sorted(self.pairs)
            ],
        }


@dataclass(slots=True)
class _Group:
    captures: int = 0
    states: Counter[str] = field(default_factory=Counter)
    active_states: Counter[str] = field(default_factory=Counter)
    same: list[bool] = field(default_factory=list)
    candidate: _Said = field(default_factory=_Said)
    active: _Said = field(default_factory=_Said)

    def add(self, row: Row, candidate: Verdict | None, active: Verdict | None) -> None:
        self.captures += 1
        references = [Reference(**one) for one in row["measured"]]
        if candidate is None:
            self.states[row["state"]] += 1
        else:
            self.candidate.add(candidate, references)
        if active is None:
            self.active_states[row["active_state"]] += 1
        else:
            self.active.add(active, references)
        if candidate is not None and active is not None:
            self.same.append(candidate.accepted == active.accepted)

    def told(self) -> dict[str, Any]:
        return {
            "captures": self.captures,
            "not_judged": dict(sorted(self.states.items())),
            "candidate": self.candidate.told(),
            "active": {**self.active.told(), "not_judged": dict(sorted(self.active_states.items()))},
            "same_verdict": _share(sum(self.same), len(self.same)),
        }


def report(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield a row for all, then for each silo, phone model and month. `rows` are read once; only values that
    are compared are kept of them."""
    groups: dict[tuple[int, str], _Group] = {}
    names = list(_GROUPS)
    for row in rows:
        candidate, active = _verdict(row, "candidate"), _verdict(row, "active")
        for place, of in enumerate(_GROUPS.values()):
            groups.setdefault((place, of(row)), _Group()).add(row, candidate, active)
    for (place, value), group in sorted(groups.items(), key=lambda item: item[0]):
        yield {"by": names[place], "value": value, **group.told()}


def _verdict(row: Row, who: str) -> Verdict | None:
    told = row[who]
    return Verdict(capture_id=row["capture"], at=row["at"], **told) if told else None


def _share(count: int, n: int) -> dict[str, Any] | None:
    if not n:
        return None
    return {"value": _rounded(count / n), "ci": [_rounded(one) for one in wilson_interval(count / n, n)]}


def _compared(pairs: list[tuple[float, float, bool]]) -> dict[str, Any]:
    n = len(pairs)
    if n < LEAST:
        return {"n": n, "verdict": "not_enough_samples"}
    d = differences(np.array([one for one, _, _ in pairs]), np.array([other for _, other, _ in pairs]))
    limits = agreement_limits(d)
    return {
        "n": n,
        "verdict": "compared",
        "bias": _estimate(bias(d)),
        "sep": _estimate(sep(d)),
        "rmsep": _rounded(rmsep(d)),
        "limits": [_rounded(one) for one in limits.limits] if limits else None,
        "within": _share(sum(within for _, _, within in pairs), n),
    }


def _estimate(one: Estimate | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"value": _rounded(one.value), "ci": [_rounded(limit) for limit in one.ci] if one.ci else None}


def _rounded(value: float) -> float:
    """Six decimals say all; a negative zero is none."""
    return round(value, 6) + 0.0
