"""The pair page: one method beside another on the same samples. Differences are test minus reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from station.lab.comparison import Comparison, Question, compare
from station.lab.ledger_pairs import Asked as AskedPairs
from station.lab.ledger_pairs import Values as PairValues
from station.lab.ledger_pairs import ledger_pairs
from station.lab.pages.study import (
    MIN_LIMITS,
    MIN_POINTS,
    MIN_SEP,
    Asked,
    Common,
    Json,
    Sampling,
    Study,
    head,
    refusal,
    rows_of,
    sampling_of,
)
from station.lab.pairs import PairsError
from station.lab.samples import Samples
from station.lab.verdict import MIN_SLOPE, Statement

MOST_POINTS = 2_000
_FROM_LIMITS = ("sep", "sep_ci", "rmsep", "loa", "loa_outer")
_FROM_SEP = ("rpd", "ccc", "iso12099")
_SLOPE_CODES = frozenset({"pulls_in", "spreads_out"})
_NEVER = frozenset({"passing_bablok_drawn"})  # the page has no such line
_KEPT_BELOW = frozenset({"too_few", "not_enough", "at_the_limit", "rows_left_out"})


@dataclass(frozen=True, slots=True)
class Pairs:
    """The samples that a comparison stands on, what their values are, how they were chosen, and the sample of
    each place."""

    samples: Samples
    values: PairValues
    sampling: Sampling
    ids: tuple[str, ...]
    used: Common


def pairs_of(study: Study, asked: Asked, common: Common, third: str | None = None) -> Pairs:
    """Return the pairs among samples that the methods have in common. Raises PairsError."""
    key = ("pairs", asked["test"], asked["reference"], third, id(common))
    if key not in study.kept:
        study.kept[key] = (common, _pairs_of(study, asked, common, third))
    pairs: Pairs = study.kept[key][1]
    return pairs


def _pairs_of(study: Study, asked: Asked, common: Common, third: str | None) -> Pairs:
    test, reference = asked["test"], asked["reference"]
    methods = [one for one in (test, reference, third) if one]
    sampling = sampling_of(common, study.sent, methods)
    used = {sample: some for sample, some in common.items() if sample in sampling.ids}
    if not used and common:
        raise PairsError("only_chosen", count=len(common))
    about = AskedPairs(asked["analyte"], test, reference, third)
    samples, values, names = ledger_pairs(rows_of(used), about)
    return Pairs(samples, values, sampling, tuple(names[line] for line in samples.lines), used)


def common_of(study: Study, asked: Asked, *, every_campaign: bool = False) -> Common:
    """Return the samples of the question, of its test method those of its source alone, since it was adjusted
    last."""
    source = asked.get("source", "")
    return study.common(
        asked["species"], "" if every_campaign else asked["period"], (asked["test"], asked["reference"]),
        source=(asked["test"], source) if source else None, every_campaign=every_campaign, adjusted=True,
    )  # fmt: skip


def split_of(study: Study, asked: Asked) -> Json | None:
    """Return when the source of the question was adjusted last, and how many of the samples before are
    compared with none of these; None where it was not."""
    source, species = asked["source"], asked["species"]
    times = [
        one.at
        for one in study.adjusted
        if one.source == source and (not species or one.species in (None, species))
    ]
    if not source or not times:
        return None
    methods = (asked["test"], asked["reference"])
    every = study.common(species, asked["period"], methods, source=(asked["test"], source))
    return {"at": max(times).isoformat(), "left_out": len(every) - len(common_of(study, asked))}


def pair(study: Study, asked: Asked, error_ratio: float | None = None) -> Json:
    """Return the page's dictionary; what so few samples do not bear is None. `error_ratio`: var(error of
    reference) / var(error of test), where three methods tell it."""
    common = common_of(study, asked)
    found = {**head(study, asked, common), "split": split_of(study, asked)}
    empty: Json = {"numbers": {}, "statements": [], "points": [], "thinned_from": None, "limits": []}
    try:
        pairs = pairs_of(study, asked, common)
    except PairsError as error:
        counts = sampling_of(common, study.sent, (asked["test"], asked["reference"])).as_dict()
        refused = refusal(error.code, **error.params)
        return {**found, **empty, "verdict": None, "sampling": counts, "refused": refused}
    found = {**found, **head(study, asked, pairs.used)}
    limits = study.limits_of(_only_species(pairs.used), pairs.values.moisture_basis or _share(pairs))
    comparison = compare(pairs.samples, _question(study, pairs, [one.limit for one in limits], error_ratio))
    n = comparison.numbers["n"]
    points, thinned = _points(pairs)
    return {
        **found,
        "n": n,
        "unit": pairs.values.unit,
        "basis": pairs.values.basis,
        "nitrogen_factor": pairs.values.nitrogen_factor,
        "limits_left_out": _limits_left_out(study, asked),
        "sampling": pairs.sampling.as_dict(),
        "permitted": study.permitted,
        "citation": study.citation,
        "numbers": gated(comparison.numbers, n),
        "statements": [as_dict(one) for one in said(comparison, n)],
        "verdict": comparison.verdict.value if comparison.verdict and n >= MIN_LIMITS else None,
        "points": points,
        "thinned_from": thinned,
        "limits": [{"limit": one.limit, "grade": one.grade, "op": one.op.value} for one in limits],
        "refused": refusal("too_few", n=n, needed=MIN_POINTS) if n < MIN_POINTS else None,
    }


def as_dict(statement: Statement) -> Json:
    return {"code": statement.code, "params": statement.params}


def said(comparison: Comparison, n: int) -> list[Statement]:
    """Return the statements that so many samples bear."""
    if n < MIN_POINTS:
        return [one for one in comparison.statements if one.code in _KEPT_BELOW]
    left_out = _NEVER if n >= MIN_SLOPE else _NEVER | _SLOPE_CODES
    return [one for one in comparison.statements if one.code not in left_out]


def gated(numbers: Mapping[str, Any], n: int) -> Json:
    """Return the numbers that n samples bear: 5 a mean difference, 10 limits of agreement, 20 what a SEP is
    judged by, 40 a slope. The bias at a limit is the mean difference until there is a line."""
    kept = dict(numbers)
    for least, names in (
        (MIN_POINTS, ("bias", "bias_ci", "outliers")),
        (MIN_LIMITS, _FROM_LIMITS),
        (MIN_SEP, _FROM_SEP),
    ):
        if n < least:
            kept |= dict.fromkeys(names)
    deming = dict(numbers["deming"])
    by = "line" if n >= MIN_SLOPE and deming["slope"] is not None else "mean"
    if by == "mean":
        deming |= dict.fromkeys(("slope", "slope_ci", "intercept", "intercept_ci"))
        mean = {"value": kept["bias"], "ci": kept["bias_ci"]}
        deming["bias_at"] = {level: dict(mean) for level in deming["bias_at"]}
    return {**kept, "deming": {**deming, "bias_at_by": by}}


def _question(study: Study, pairs: Pairs, limits: Sequence[float], ratio: float | None) -> Question:
    weights = pairs.sampling.weights
    return Question(
        tuple(dict.fromkeys(limits)), ratio, study.permitted, study.conf,
        tuple(weights[one] for one in pairs.ids) if weights else None, passing_bablok=False,
    )  # fmt: skip


def _limits_left_out(study: Study, asked: Asked) -> int:
    """Return how many values such as "< 200" no comparison can use."""
    methods = (asked["test"], asked["reference"])
    return sum(
        row["method"] in methods and asked["species"] in ("", row["species"])
        for row in study.rows
        if row["comparator"]
    )


def _only_species(used: Common) -> str:
    species = {some[0]["species"] or "" for some in used.values()}
    return species.pop() if len(species) == 1 else ""


def _share(pairs: Pairs) -> str | None:
    return next(iter(pairs.values.shares.values()), None)


def _points(pairs: Pairs) -> tuple[list[Json], int | None]:
    """Return the points by time; where there are too many every so many-th, and how many there were."""
    samples, weights = pairs.samples, pairs.sampling.weights
    points = [
        {
            "x": round(float(samples.reference[place]), 6),
            "y": round(float(samples.test[place]), 6),
            "load_id": pairs.used[sample][0]["load_id"],
            "at": pairs.used[sample][0]["at"].isoformat(),
            **({"weight": weights[sample]} if weights else {}),
        }
        for place, sample in enumerate(pairs.ids)
    ]
    points.sort(key=lambda point: (point["at"], point["load_id"] or ""))
    n = len(points)
    if n <= MOST_POINTS:
        return points, None
    return [points[i * n // MOST_POINTS] for i in range(MOST_POINTS)], n
