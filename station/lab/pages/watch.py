"""The watch over one instrument or phone: its differences from the laboratory, and from what control samples
are known to have, in the scatter of a fixed baseline.

The baseline is the first 30 checks after the last adjustment. Each later check is charted by an EWMA (weight
0.1, L = 2.7015) and a 3 s limit. Both limits are widened for what 30 checks leave open of the baseline's
mean and scatter, or an honest instrument would alarm more than twice as often as the run lengths state;
`delay` says how many checks a shift then takes.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from statistics import fmean
from typing import Any

import numpy as np

from station.lab.pages.study import (
    LAB,
    Asked,
    Control,
    Json,
    Row,
    Study,
    head,
    refusal,
    rows_of,
    sampling_of,
)
from station.lab.statistics.control_charts import ewma_run_length, shewhart_run_length
from station.lab.statistics.distributions import normal_cdf, t_quantile
from station.lab.statistics.prediction_error import bias, sep
from station.lab.statistics.values import Values

MIN_BASELINE = 30
WEIGHT, WIDTH, ACTION = 0.1, 2.7015, 3.0
EWMA, THREE_S = "ewma", "three_s"
SHIFTS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)  # in standard errors of prediction
MOST_CHECKS = 1_000


@dataclass(frozen=True, slots=True)
class Check:
    """One difference, against the laboratory (`lab`) or a control sample's target (`control`)."""

    at: datetime
    d: float
    kind: str


@dataclass(frozen=True, slots=True)
class Baseline:
    bias: float
    sep: float
    n: int
    begin: datetime
    end: datetime

    def as_dict(self) -> Json:
        return {
            "n": self.n, "bias": self.bias, "sep": self.sep, "from": self.begin.isoformat(),
            "to": self.end.isoformat(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Charted:
    """A check with its place on the chart: None where it belongs to the baseline or is not charted."""

    check: Check
    u: float | None = None
    ewma: float | None = None
    limit: float | None = None

    def as_dict(self) -> Json:
        return {
            "at": self.check.at.isoformat(), "d": round(self.check.d, 6), "u": self.u, "ewma": self.ewma,
            "limit": self.limit, "kind": self.check.kind,
        }  # fmt: skip


def watch(study: Study, asked: Asked) -> Json:
    """Held and released values are on the chart: they are what an alarm comes from."""
    method, source, species = asked["method"], asked["source"], asked["species"]
    both = study.with_held.common(species, "", (method, LAB), source=(method, source), every_campaign=True)
    sampling = sampling_of(both, study.sent, (method, LAB))
    used = {sample: some for sample, some in both.items() if sample in sampling.ids}
    found = head(study.with_held, asked, used)
    rows = rows_of(used)
    bases = {row["basis"] for row in rows} - {"by_count", "by_mass"}
    if len(bases) > 1:
        return {
            **found,
            **_nothing(study, source),
            "refused": refusal("bases_differ", bases=sorted(map(str, bases))),
        }
    lab = [_against_lab(some, method) for some in used.values()]
    control = [
        Check(one.at, one.value - one.target, "control")
        for one in study.controls
        if one.source == source and (not species or one.species in (None, species))
    ]
    splits = [
        one for one in study.adjusted
        if one.source == source and (not species or one.species in (None, species))
    ]  # fmt: skip
    segments = _segments([*lab, *control], sorted(one.at for one in splits))
    charts = [_chart(segment) for segment in segments]
    baseline, charted, _ = charts[-1]
    checks = [one for _, some, _ in charts for one in some]
    return {
        **found,
        "n": len(checks),
        "basis": {method: _basis(rows, method), LAB: _basis(rows, LAB)},
        "sampling": sampling.as_dict(),
        "baseline": baseline.as_dict() if baseline else None,
        "checks": [one.as_dict() for one in checks[-MOST_CHECKS:]],
        "thinned_from": len(checks) if len(checks) > MOST_CHECKS else None,
        "alarms": [alarm for base, some, _ in charts if base for alarm in _alarms(base, some)],
        "in_alarm": _is_in_alarm(charted, baseline),
        "splits": [one.as_dict() for one in sorted(splits, key=lambda one: one.at)],
        "controls": _controls(study, source),
        "verified_until": study.verified_until.get(source),
        "delay": delay(baseline.n if baseline else MIN_BASELINE),
        "action": round(limits_for(baseline.n)[1], 4) if baseline else ACTION,
        "refused": None if baseline
        else refusal("baseline_too_few", n=len(segments[-1]), needed=MIN_BASELINE),
    }  # fmt: skip


def delay(n: int) -> Json:
    """Return how many checks a shift takes on average until each rule tells, beside what an exactly known
    baseline would take; a shift of 0 is a false alarm."""
    width, action = limits_for(n)
    return {
        f"{shift:g}": {
            "ewma": round(ewma_run_length(shift, WEIGHT, WIDTH), 1),
            "three_s": round(shewhart_run_length(shift, ACTION), 1),
            "ewma_here": round(ewma_run_length(shift, WEIGHT, width), 1),
            "three_s_here": round(shewhart_run_length(shift, action), 1),
        }
        for shift in SHIFTS
    }


@cache
def limits_for(n: int) -> tuple[float, float]:
    """Return the lasting width of the EWMA's limits and the action limit for a baseline of n checks."""
    return (
        _t_like(WIDTH, n) * math.sqrt(1 + (2 - WEIGHT) / (WEIGHT * n)),
        _t_like(ACTION, n) * math.sqrt(1 + 1 / n),
    )


@cache
def _t_like(width: float, n: int) -> float:
    """Return the quantile of Student's t that as much lies beyond as beyond a width of the normal."""
    return t_quantile(float(normal_cdf(np.asarray(width))), n - 1)


def _against_lab(rows: Sequence[Row], method: str) -> Check:
    own = [row for row in rows if row["method"] == method]
    lab = [row for row in rows if row["method"] == LAB]
    first = min(row["at"] for row in own)
    d = fmean(row["value"] for row in own) - fmean(row["value"] for row in lab)
    return Check(first, d, LAB)


def _segments(checks: Sequence[Check], splits: Sequence[datetime]) -> list[list[Check]]:
    """Return the checks by time, parted where the instrument was adjusted."""
    parts: list[list[Check]] = [[] for _ in range(len(splits) + 1)]
    for check in sorted(checks, key=lambda one: one.at):
        parts[sum(at <= check.at for at in splits)].append(check)
    return parts


def _chart(checks: Sequence[Check]) -> tuple[Baseline | None, list[Charted], str | None]:
    """Return the baseline and the checks on the chart. It is drawn of one kind, the laboratory where that has
    a baseline; the checks of the other kind stand beside it and raise no alarm."""
    for kind in (LAB, "control"):
        own = [one for one in checks if one.kind == kind]
        if len(own) >= MIN_BASELINE:
            baseline = _baseline(own[:MIN_BASELINE])
            if baseline.sep > 0:
                return baseline, list(_charted(checks, baseline, kind)), kind
    return None, [Charted(one) for one in checks], None


def _baseline(checks: Sequence[Check]) -> Baseline:
    d: Values = np.array([one.d for one in checks])
    scatter = sep(d)
    return Baseline(
        bias(d).value, scatter.value if scatter else 0.0, len(checks), checks[0].at, checks[-1].at
    )


def _charted(checks: Sequence[Check], baseline: Baseline, kind: str) -> Iterator[Charted]:
    width, _ = limits_for(baseline.n)
    told, t = 0, _t_like(WIDTH, baseline.n)
    level = 0.0
    seen = 0
    for check in checks:
        u = round((check.d - baseline.bias) / baseline.sep, 6)
        if check.kind != kind:
            yield Charted(check, u)
            continue
        seen += 1
        if seen <= baseline.n:
            yield Charted(check, u)
            continue
        told += 1
        level = WEIGHT * u + (1 - WEIGHT) * level
        share = 1 - (1 - WEIGHT) ** (2 * told)
        limit = t * math.sqrt(WEIGHT / (2 - WEIGHT) * share + 1 / baseline.n)
        yield Charted(check, u, round(level, 6), round(min(limit, width), 6))


def _alarms(baseline: Baseline, charted: Sequence[Charted]) -> Iterator[Json]:
    """Return each alarm once: the EWMA's lasts until it is back at its middle, that of single checks until
    one is within the limit again."""
    _, action = limits_for(baseline.n)
    on = [one for one in charted if one.ewma is not None]
    side = {EWMA: 0, THREE_S: 0}
    for place, one in enumerate(on):
        assert one.u is not None
        assert one.ewma is not None
        assert one.limit is not None
        for rule, value, limit in ((EWMA, one.ewma, one.limit), (THREE_S, one.u, action)):
            is_out, up = abs(value) > limit, 1 if value > 0 else -1
            if is_out and side[rule] != up:
                yield _alarm(baseline, on, place, rule, value > 0)
                side[rule] = up
            elif not is_out and (rule == THREE_S or side[rule] != up):
                side[rule] = 0


def _alarm(baseline: Baseline, on: Sequence[Charted], place: int, rule: str, is_up: bool) -> Json:
    """Say since when and how much: an EWMA left its middle at the last check that was on the other side of it
    (Nishina 1992); a single wild check speaks of itself alone."""
    begin = place
    if rule == EWMA:
        sign = 1 if is_up else -1
        while begin > 0 and sign * (on[begin - 1].ewma or 0.0) > 0:
            begin -= 1
    d = np.array([one.check.d for one in on[begin : place + 1]])
    shift = bias(d - baseline.bias)
    return {
        "at": on[place].check.at.isoformat(),
        "rule": rule,
        "since": on[begin].check.at.isoformat(),
        "shift": shift.value,
        "shift_ci": list(shift.ci) if shift.ci else None,
        "shift_in_sep": shift.value / baseline.sep,
        "checks": place - begin + 1,
        "charted": place + 1,
    }


def _is_in_alarm(charted: Sequence[Charted], baseline: Baseline | None) -> bool:
    """Tell whether the newest charted check is outside one of its limits."""
    on = [one for one in charted if one.ewma is not None]
    if baseline is None or not on:
        return False
    last = on[-1]
    _, action = limits_for(baseline.n)
    return abs(last.ewma or 0.0) > (last.limit or math.inf) or abs(last.u or 0.0) > action


def _controls(study: Study, source: str) -> Json:
    own: list[Control] = sorted(
        (one for one in study.controls if one.source == source), key=lambda one: one.at
    )
    last = own[-1] if own else None
    return {
        "n": len(own),
        "failed": sum(not one.passed for one in own),
        "last": last.at.isoformat() if last else None,
        "last_passed": last.passed if last else None,
        "every_days": study.control_every_days,
        "due": (last.at + timedelta(days=study.control_every_days)).isoformat() if last else None,
    }


def _basis(rows: Sequence[Row], method: str) -> Any:
    return next((row["basis"] for row in rows if row["method"] == method), None)


def _nothing(study: Study, source: str) -> Json:
    return {
        "baseline": None, "checks": [], "thinned_from": None, "alarms": [], "in_alarm": False, "splits": [],
        "controls": _controls(study, source), "verified_until": study.verified_until.get(source),
        "delay": delay(MIN_BASELINE), "action": ACTION,
    }  # fmt: skip
