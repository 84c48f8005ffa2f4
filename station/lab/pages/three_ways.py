"""The page of three ways: the own random error of phone, machine and laboratory, none taken as the truth."""

import numpy as np

from station.lab.comparison import Question, compare, jsonable
from station.lab.pages.pair import Pairs, as_dict, pairs_of
from station.lab.pages.study import (
    LAB,
    MACHINE,
    METHODS,
    PHONE,
    Asked,
    Json,
    Study,
    head,
    refusal,
    rows_of,
    sampling_of,
)
from station.lab.pairs import PairsError
from station.lab.statistics.replicates import within_variance
from station.lab.statistics.three_way import error_variances
from station.lab.verdict import MIN_HAT

_ROLES = {"test": PHONE, "reference": MACHINE, "third": LAB}
_SAID = frozenset({"three_too_few", "own_errors", "too_small", "shared_error"})


def three_ways(study: Study, asked: Asked) -> Json:
    common = study.common(asked["species"], asked["period"], METHODS)
    found = head(study, asked, common)
    nothing = dict.fromkeys(("sd", "sd_ci", "replicate_sd"))
    empty: Json = {
        "methods": {method: dict(nothing) for method in METHODS}, "triple_collocation": None,
        "statements": [], "n_complete": 0,
    }  # fmt: skip
    try:
        pairs = pairs_of(study, _as_pair(asked), common, LAB)
    except PairsError as error:
        counts = sampling_of(common, study.sent, METHODS).as_dict()
        return {**found, **empty, "sampling": counts, "refused": refusal(error.code, **error.params)}
    n = pairs.samples.complete().shape[0]
    comparison = compare(pairs.samples, Question(conf=study.conf, passing_bablok=False))
    hat = comparison.numbers["three_way"] or {"sd": {}, "sd_ci": {}, "triple_collocation": None}
    is_enough = n >= MIN_HAT
    within = _replicates(pairs)
    return {
        **found,
        **head(study, asked, pairs.used),
        "n": n,
        "n_complete": n,
        "unit": pairs.values.unit,
        "basis": pairs.values.basis,
        "sampling": pairs.sampling.as_dict(),
        "methods": {
            method: {
                "sd": hat["sd"].get(role) if is_enough else None,
                "sd_ci": hat["sd_ci"].get(role) if is_enough else None,
                "replicate_sd": within[method],
            }
            for role, method in _ROLES.items()
        },
        "triple_collocation": _named(hat["triple_collocation"]) if is_enough else None,
        "statements": [as_dict(one) for one in comparison.statements if one.code in _SAID],
        "refused": None if is_enough else refusal("three_too_few", n=n, needed=MIN_HAT),
    }


def error_ratios(study: Study, species: str, period: str) -> dict[tuple[str, str], float]:
    """Return var(error of reference) / var(error of test) by (test, reference), where enough samples of three
    methods tell both."""
    asked = {"analyte": study.analyte, "species": species, "period": period}
    try:
        pairs = pairs_of(study, _as_pair(asked), study.common(species, period, METHODS), LAB)
    except PairsError:
        return {}
    complete = pairs.samples.complete()
    if complete.shape[0] < MIN_HAT:
        return {}
    own = dict(zip(METHODS, error_variances(complete).tolist(), strict=True))
    return {
        (test, reference): own[reference] / own[test]
        for test in METHODS
        for reference in METHODS
        if test != reference and own[test] > 0 and own[reference] > 0
    }


def _as_pair(asked: Asked) -> dict[str, str]:
    return {**asked, "test": PHONE, "reference": MACHINE}


def _replicates(pairs: Pairs) -> dict[str, float | None]:
    """Return each method's SD of repeated readings of one sample, None where nothing was read twice."""
    found = {}
    for method in METHODS:
        by: dict[str, list[float]] = {}
        for row in rows_of(pairs.used):
            if row["method"] == method:
                by.setdefault(row["sample_id"], []).append(row["value"])
        variance = within_variance([np.array(values) for values in by.values()])
        found[method] = None if variance is None else float(np.sqrt(variance))
    return found


def _named(collocation: Json | None) -> Json | None:
    """Return the parts by method and not by role."""
    if collocation is None:
        return None
    named = {
        part: {method: values[role] for role, method in _ROLES.items()}
        for part, values in collocation.items()
    }
    return dict(jsonable(named))
