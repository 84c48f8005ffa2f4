"""Who was right: of the loads where phone and machine disagree beyond the tolerance, with whom the laboratory
sides. It sides with a method when it lies within the tolerance of it and not of the other one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from station.lab.pages.study import (
    LAB,
    MACHINE,
    METHODS,
    MIN_POINTS,
    PHONE,
    UNKNOWN,
    Asked,
    Common,
    Json,
    LoadFacts,
    Row,
    Sampling,
    Study,
    head,
    refusal,
    rows_of,
    sampling_of,
)
from station.lab.statistics.proportions import effective_size, exact_interval, wilson_interval

MOST_LOADS = 500
BOTH, NEITHER = "both", "neither"
SIDES = (PHONE, MACHINE, BOTH, NEITHER)
_ROUNDING = 1e-9  # 12.4 - 12.1 is a little more than 0.3


@dataclass(frozen=True, slots=True)
class Judged:
    """One load with its three values, each the mean of the method's own."""

    sample_id: str
    load_id: str
    at: datetime
    values: Mapping[str, float]
    sides_with: str | None  # None: phone and machine do not disagree


def who_was_right(study: Study, asked: Asked) -> Json:
    three = study.common(asked["species"], asked["period"], METHODS)
    both = study.common(asked["species"], asked["period"], (PHONE, MACHINE))
    found = head(study, asked, both)
    empty: Json = {
        "tolerance": study.tolerance, "citation": study.citation, "compared": 0, "disagreed": 0,
        "counts": {side: {"n": 0, "share": None, "ci": None, "tonnes": None} for side in SIDES},
        "all_loads": {"compared": 0, "disagreed": 0, "tonnes": 0.0}, "loads": [],
    }  # fmt: skip
    if study.tolerance is None:
        return {**found, **empty, "refused": refusal("no_tolerance", analyte=study.analyte)}
    if refused := _differing_bases(three):
        return {**found, **empty, "refused": refused}
    tolerance = study.tolerance
    sampling = sampling_of(three, study.sent, METHODS)
    judged = [judge(some, tolerance) for some in three.values()]
    used = [one for one in judged if one.sample_id in sampling.ids]
    disagreed = [one for one in used if one.sides_with]
    return {
        **found,
        **head(study, asked, three),
        **empty,
        "n": len(disagreed),
        "basis": {method: _basis(three, method) for method in METHODS},
        "sampling": sampling.as_dict(),
        "compared": len(used),
        "disagreed": len(disagreed),
        "counts": _counts(study, disagreed, sampling),
        "all_loads": _all_loads(study, both, tolerance),
        "loads": _listed(study, [one for one in judged if one.sides_with]),
        "refused": None if len(disagreed) >= MIN_POINTS
        else refusal("too_few", n=len(disagreed), needed=MIN_POINTS),
    }  # fmt: skip


def judge(rows: Sequence[Row], tolerance: float) -> Judged:
    """Judge the rows of one sample that all three methods measured."""
    values = {method: fmean([row["value"] for row in rows if row["method"] == method]) for method in METHODS}
    near = {method: abs(values[LAB] - values[method]) <= tolerance + _ROUNDING for method in (PHONE, MACHINE)}
    side = None
    if abs(values[PHONE] - values[MACHINE]) > tolerance + _ROUNDING:
        side = {
            (True, False): PHONE, (False, True): MACHINE, (True, True): BOTH, (False, False): NEITHER,
        }[near[PHONE], near[MACHINE]]  # fmt: skip
    first = min((row for row in rows if row["method"] != LAB), key=lambda row: row["at"])
    return Judged(first["sample_id"], first["load_id"], first["at"], values, side)


def _counts(study: Study, disagreed: Sequence[Judged], sampling: Sampling) -> Json:
    """Return each side's loads, their share of those that disagree with its interval, and their tonnes; by
    lot with different chances each load counts for those that it stands for."""
    weights = [sampling.weights[one.sample_id] if sampling.weights else 1.0 for one in disagreed]
    whole = sum(weights)
    found = {}
    for side in SIDES:
        own = [(one, w) for one, w in zip(disagreed, weights, strict=True) if one.sides_with == side]
        share = sum(w for _, w in own) / whole if whole else None
        interval = None
        if share is not None and len(disagreed) >= MIN_POINTS:
            interval = (
                wilson_interval(share, effective_size(weights), study.conf)
                if sampling.weights
                else exact_interval(len(own), len(disagreed), study.conf)
            )
        found[side] = {
            "n": len(own),
            "share": share if interval else None,
            "ci": list(interval) if interval else None,
            "tonnes": round(sum(w * (study.facts_of(one.load_id).tonnes or 0.0) for one, w in own), 3),
        }
    return found


def _all_loads(study: Study, both: Common, tolerance: float) -> Json:
    """Return how many loads phone and machine measured, analysed or not, and how many they see apart."""
    apart = []
    for some in both.values():
        phone, machine = (
            fmean([row["value"] for row in some if row["method"] == method]) for method in (PHONE, MACHINE)
        )
        if abs(phone - machine) > tolerance + _ROUNDING:
            apart.append(some[0]["load_id"])
    tonnes = sum(study.facts_of(load_id).tonnes or 0.0 for load_id in apart)
    return {"compared": len(both), "disagreed": len(apart), "tonnes": round(tonnes, 3)}


def _listed(study: Study, judged: Sequence[Judged]) -> list[Json]:
    newest = sorted(judged, key=lambda one: (one.at, one.load_id), reverse=True)
    return [_load(study, one, study.facts_of(one.load_id)) for one in newest[:MOST_LOADS]]


def _load(study: Study, one: Judged, facts: LoadFacts) -> Json:
    sent = study.sent.get(one.sample_id)
    return {
        "load_id": one.load_id,
        "at": one.at.isoformat(),
        **{method: round(value, 6) for method, value in one.values.items()},
        "sides_with": one.sides_with,
        "tonnes": facts.tonnes,
        "supplier_id": facts.supplier_id,
        "ticket": facts.ticket,
        "sampled": sent.how if sent else UNKNOWN,
        **({"silo": facts.silo} if facts.silo else {}),
    }


def _differing_bases(three: Common) -> Json | None:
    """Return why values on different moisture bases are not compared."""
    rows = rows_of(three)
    bases = {row["basis"] for row in rows} - {"by_count", "by_mass", "by_estimated_mass"}
    if len(bases) <= 1:
        return None
    of = {
        method: sorted({str(row["basis"]) for row in rows if row["method"] == method}) for method in METHODS
    }
    return refusal("bases_differ", bases=of)


def _basis(three: Common, method: str) -> str | None:
    return next((row["basis"] for row in rows_of(three) if row["method"] == method), None)
