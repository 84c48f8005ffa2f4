"""The page of fairness: values just inside a limit, re-tests and overrides that changed a grade, by operator,
instrument and supplier, each beside what chance alone gives.

A value counts by its distance from the nearest limit, in steps of that limit, rounded as the rule pack
rounds. Where nobody looks at the limit the values run smoothly through it: as many lie in a window just
inside as in one just outside, but for the slope of the whole, which two further windows outside these tell.
`ci` are the counts just inside that chance gives in 95 of 100.

`chance` is the probability that chance gives as much or more of any of the three, corrected for all names
that are looked at in a dimension (Holm): where everybody is honest, one name or more has one below 0.05 in at
most 5 of 100 studies.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

from station.grain.replicates import OneMoreNeeded, combine_replicates
from station.grain.units import round_to_step
from station.lab.pages.study import (
    MACHINE,
    Asked,
    ClassLimit,
    Json,
    Row,
    Study,
    head,
    refusal,
    sampling_of,
)
from station.lab.statistics.proportions import (
    binomial_band,
    binomial_tail,
    holm,
    hypergeometric_tail,
)

ALARM = 0.05  # the share of studies of honest people in which any name is flagged
MOST_NAMES = 200
MIN_SEEN = 5  # values near a limit
DIMENSIONS = ("operator", "instrument", "supplier")


@dataclass(frozen=True, slots=True)
class Seen:
    """One load: who and what measured it, the limit nearest to its value, and in which window of that it
    lies: -2, -1 outside, 1, 2 inside, None farther away."""

    names: Mapping[str, str]
    limit: float
    window: int | None
    is_retested: bool
    retest_changed: bool
    override_changed: bool


@dataclass(frozen=True, slots=True)
class Smooth:
    """The share of values in the two windows at the limit that lies inside where values run smoothly, and its
    standard error."""

    share: float
    error: float


def fairness(study: Study, asked: Asked) -> Json:
    species = asked["species"]
    common = study.common(species, asked["period"], (MACHINE,))
    found = head(study, asked, common)
    basis = next((some[0]["basis"] for some in common.values()), None)
    limits = study.limits_of(species, basis)
    empty: Json = {
        "by": {name: [] for name in DIMENSIONS}, "limits": [], "window": None, "smooth_share": None,
        "false_alarm_share": ALARM,
    }  # fmt: skip
    if not limits:
        return {**found, **empty, "refused": refusal("no_limit", analyte=study.analyte, species=species)}
    width = _width(study, limits)
    seen = [_seen(study, some, limits, width) for some in common.values()]
    smooth = {
        one.limit: smooth_share([load.window for load in seen if load.limit == one.limit]) for one in limits
    }
    n = len(seen)
    return {
        **found,
        "n": n,
        "basis": {MACHINE: basis},
        "sampling": sampling_of(common, study.sent, (MACHINE,)).as_dict(),
        "by": {name: _by(name, seen, smooth, study) for name in DIMENSIONS},
        "limits": [{"limit": one.limit, "grade": one.grade, "op": one.op.value} for one in limits],
        "window": {"steps": width, "step": limits[0].step, "wide": width * limits[0].step},
        "smooth_share": _expected([one for one in seen if one.window in (-1, 1)], smooth).share,
        "false_alarm_share": ALARM,
        "refused": refusal("too_few", n=n, needed=MIN_SEEN) if n < MIN_SEEN else None,
    }


def window_of(value: float, limits: Sequence[ClassLimit], width: int) -> int | None:
    """Return where a value lies at its nearest limit, in windows of `width` steps; the first inside is 1."""
    nearest = _nearest(value, limits)
    step = Decimal(str(nearest.step))
    away = int((round_to_step(value, nearest.step) - Decimal(str(nearest.limit))) / step)
    if not nearest.op.is_lower_bound:
        away = -away
    away += nearest.op.value in (">=", "<=")  # the limit itself is inside
    place = (away + width - 1) // width if away > 0 else -((-away) // width) - 1
    return place if abs(place) <= 2 else None


def _nearest(value: float, limits: Sequence[ClassLimit]) -> ClassLimit:
    return min(limits, key=lambda one: abs(one.limit - value))


def smooth_share(windows: Sequence[int | None]) -> Smooth:
    """Return what lies inside by chance: the slope of the logarithm from the two outer windows, whose middles
    are three times as far apart as those of the inner ones. For a normal distribution that is exact."""
    below, above = (windows.count(place) + 0.5 for place in (-2, 2))
    log_ratio = math.log(above / below) / 3
    share = 1 / (1 + math.exp(-log_ratio))
    return Smooth(share, share * (1 - share) * math.sqrt(1 / below + 1 / above) / 3)


def _width(study: Study, limits: Sequence[ClassLimit]) -> int:
    """Return how many steps are one repeatability, at least one."""
    return max(1, round((study.repeatability or 0.0) / limits[0].step))


def _seen(study: Study, rows: Sequence[Row], limits: Sequence[ClassLimit], width: int) -> Seen:
    in_time = sorted(rows, key=lambda row: (row["at"], row["seq"]))
    own = [row for row in in_time if row["source"] == in_time[0]["source"]]
    values = [row["value"] for row in own]
    routine = study.replicates
    used, first = (_combined(some, study.repeatability) for some in (values, values[:routine]))
    facts = study.facts_of(rows[0]["load_id"])
    is_retested = len(values) > routine and not _asked_by_the_rule(values, study)
    return Seen(
        {"operator": facts.decided_by, "instrument": own[0]["source"], "supplier": facts.supplier_id},
        _nearest(used, limits).limit,
        window_of(used, limits, width),
        is_retested,
        is_retested and _class(first, limits) != _class(used, limits),
        facts.overridden and facts.grade_changed,
    )


def _asked_by_the_rule(values: Sequence[float], study: Study) -> bool:
    """The third measurement where two lie apart is nobody's wish."""
    apart = isinstance(combine_replicates(values[:2], study.repeatability), OneMoreNeeded)
    return apart and len(values) == 3 and study.replicates == 2


def _combined(values: Sequence[float], limit: float | None) -> float:
    made = combine_replicates(values, limit)
    return sum(values) / len(values) if isinstance(made, OneMoreNeeded) else made.value


def _class(value: float, limits: Sequence[ClassLimit]) -> tuple[bool, ...]:
    return tuple(_is_met(value, one) for one in limits)


def _is_met(value: float, limit: ClassLimit) -> bool:
    rounded, bound = round_to_step(value, limit.step), Decimal(str(limit.limit))
    return {
        ">=": rounded >= bound, ">": rounded > bound, "<=": rounded <= bound, "<": rounded < bound,
    }[limit.op.value]  # fmt: skip


def _by(dimension: str, seen: Sequence[Seen], smooth: Mapping[float, Smooth], study: Study) -> list[Json]:
    """Return each name of a dimension, the least like chance first."""
    named: dict[str, list[Seen]] = {}
    for one in seen:
        if name := one.names[dimension]:
            named.setdefault(name, []).append(one)
    rows = [_row(name, some, seen, smooth) for name, some in sorted(named.items())]
    places = [(row, test) for row in rows for test, p in row["chances"].items() if p is not None]
    for (row, test), p in zip(places, holm([row["chances"][test] for row, test in places]), strict=True):
        row["chances"][test] = p
    for row in rows:
        told = [p for p in row["chances"].values() if p is not None]
        row["chance"] = min(told) if told else None
        row["flagged"] = row["chance"] is not None and row["chance"] < ALARM
        row["name"] = study.name_of(row["key"]) if dimension == "instrument" else ""
    rows.sort(key=lambda row: (1.0 if row["chance"] is None else row["chance"], -row["n"], row["key"]))
    return rows[:MOST_NAMES]


def _row(name: str, own: Sequence[Seen], seen: Sequence[Seen], smooth: Mapping[float, Smooth]) -> Json:
    close = [one for one in own if one.window in (-1, 1)]
    near, inside = len(close), sum(one.window == 1 for one in close)
    chance = _expected(close, smooth)
    retests = sum(one.retest_changed for one in own)
    overrides = sum(one.override_changed for one in own)
    is_enough = near >= MIN_SEEN
    wary = min(1.0, chance.share + chance.error)
    return {
        "key": name,
        "n": len(own),
        "near": near,
        "just_inside": inside,
        "expected": round(near * chance.share, 3),
        "ci": list(binomial_band(near, chance.share)) if is_enough else None,
        "retests": sum(one.is_retested for one in own),
        "retests_that_changed": retests,
        "overrides_that_changed": overrides,
        "chances": {
            "just_inside": binomial_tail(inside, near, wary) if is_enough else None,
            "retests": _among(retests, len(own), [one.retest_changed for one in seen]),
            "overrides": _among(overrides, len(own), [one.override_changed for one in seen]),
        },
    }


def _expected(close: Sequence[Seen], smooth: Mapping[float, Smooth]) -> Smooth:
    """Return what lies inside by chance of values near several limits."""
    if not close:
        return Smooth(0.5, 0.0)
    shares = [smooth[one.limit] for one in close]
    return Smooth(fmean(one.share for one in shares), fmean(one.error for one in shares))


def _among(count: int, own: int, marks: Sequence[bool]) -> float | None:
    """Return how often chance gives one name so many of all that there are; None where there are none."""
    return hypergeometric_tail(count, own, sum(marks), len(marks)) if any(marks) else None
