"""Who was right: two methods, or three, on the same samples, and what to do about it.

Differences are test minus reference. Every quantity that the samples define is computed, one that they do not
define is None; how few samples there are limits the verdict, not the numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from station.lab.samples import Samples
from station.lab.statistics.agreement_limits import agreement_limits
from station.lab.statistics.concordance import concordance
from station.lab.statistics.deming import DemingLine, deming
from station.lab.statistics.groups import group_biases
from station.lab.statistics.outliers import far_from_median, generalised_esd
from station.lab.statistics.passing_bablok import PassingBablok, passing_bablok
from station.lab.statistics.prediction_error import (
    bias,
    bias_limit,
    rmsep,
    rpd,
    sep,
    slope_test,
    weighted_bias,
)
from station.lab.statistics.replicates import SingleReadings, unlinked_limits
from station.lab.statistics.three_way import error_intervals, error_variances, hat_interval
from station.lab.statistics.triple_collocation import triple_collocation
from station.lab.statistics.values import Interval, Values, differences
from station.lab.verdict import MIN_HAT, Statement, Verdict, statements, verdict

Json = dict[str, Any]
ROLES = ("test", "reference", "third")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the samples: levels at which the bias matters, the error ratio var(error of reference)
    / var(error of test) where it is known, the permitted difference, the confidence; `weights`, one for each
    sample, say for how many it stands: the bias is then that of all of these. `passing_bablok`: the line of
    Passing and Bablok too, which takes longest by far."""

    limits: tuple[float, ...] = ()
    error_ratio: float | None = None
    permitted: float | None = None
    conf: float = 0.95
    weights: tuple[float, ...] | None = None
    passing_bablok: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    """The numbers as they leave the program, the verdict (None where nothing is permitted), and the
    statements of which its sentence is made."""

    numbers: Json
    verdict: Verdict | None
    statements: tuple[Statement, ...]

    def as_dict(self, sentence: str) -> Json:
        return {**self.numbers, "verdict": self.verdict and self.verdict.value, "sentence": sentence}


def compare(samples: Samples, question: Question) -> Comparison:
    """Return the comparison of one sample or more."""
    with np.errstate(all="ignore"):
        return _compare(samples, question)


def _compare(samples: Samples, question: Question) -> Comparison:
    x, y, conf = samples.reference, samples.test, question.conf
    d = differences(y, x)
    offset = weighted_bias(d, np.array(question.weights), conf) if question.weights else bias(d, conf)
    scatter = sep(d, conf)
    single = unlinked_limits(samples.tests, samples.references, conf) if _is_repeated(samples, d) else None
    hat = _own_errors(samples, conf)
    known_ratio = _error_ratio(samples, question, single, hat)
    ratio = 1.0 if known_ratio is None else known_ratio
    loa, outer = _limits(d, single, conf)
    line = deming(x, y, ratio, conf, question.limits)
    passing = passing_bablok(x, y, conf) if question.passing_bablok else None
    numbers = {
        "n": d.size,
        "bias": offset.value,
        "bias_ci": offset.ci,
        "sep": scatter and scatter.value,
        "sep_ci": scatter and scatter.ci,
        "rmsep": rmsep(d),
        "rpd": rpd(x, scatter.value) if scatter else None,
        "loa": loa,
        "loa_outer": outer,
        "iso12099": _iso12099(d, samples, conf),
        "deming": _deming(line, ratio, question.limits),
        "passing_bablok": {
            **_line(passing),
            "cusum_h": passing and passing.cusum_h,
        },
        "ccc": _concordance(x, y, conf),
        "three_way": hat,
        "groups": _groups(samples, d, conf),
        "outliers": _outliers(samples, d),
    }
    clean = jsonable(numbers)
    decided = None if question.permitted is None else verdict(offset, d.size, question.permitted)
    said = statements(
        clean, decided, samples, question.permitted, conf, is_ratio_known=known_ratio is not None
    )
    return Comparison(clean, decided, said)


def _is_repeated(samples: Samples, d: Values) -> bool:
    repeated = any(group.size > 1 for group in (*samples.tests, *samples.references))
    return d.size > 1 and repeated


def _limits(d: Values, single: SingleReadings | None, conf: float) -> tuple[Interval | None, Interval | None]:
    if single is not None:
        return single.limits, single.outer
    found = agreement_limits(d, conf)
    return (found.limits, found.outer) if found else (None, None)


def _error_ratio(
    samples: Samples, question: Question, single: SingleReadings | None, hat: Json | None
) -> float | None:
    """Return the error ratio: as given, from repeated readings, or from three methods on samples enough."""
    if question.error_ratio is not None:
        return question.error_ratio
    if single is not None and all(single.within):
        test, reference = (
            within * float(np.mean([1 / group.size for group in groups]))
            for within, groups in zip(single.within, (samples.tests, samples.references), strict=True)
            if within
        )
        return reference / test
    if hat is not None and samples.complete().shape[0] >= MIN_HAT:
        test, reference = hat["sd"]["test"], hat["sd"]["reference"]
        if test and reference:
            return float((reference / test) ** 2)
    return None


def _iso12099(d: Values, samples: Samples, conf: float) -> Json:
    tb = bias_limit(sep_value.value, d.size, conf) if (sep_value := sep(d, conf)) else None
    test = slope_test(samples.test, samples.reference, conf)
    return {
        "tb": tb,
        "bias_significant": None if tb is None else abs(bias(d).value) > tb,
        "slope": test and test.slope,
        "intercept": test and test.intercept,
        "t_slope": test and test.t,
        "slope_significant": test and test.is_significant,
    }


def _deming(line: DemingLine | None, ratio: float, levels: Sequence[float]) -> Json:
    biases = line.bias_at if line else (None,) * len(levels)
    return {
        "error_ratio": ratio,
        **_line(line),
        "bias_at": {
            f"{level:g}": {"value": found and found.value, "ci": found and found.ci}
            for level, found in zip(levels, biases, strict=True)
        },
    }


def _line(line: DemingLine | PassingBablok | None) -> Json:
    if line is None:
        return dict.fromkeys(("slope", "slope_ci", "intercept", "intercept_ci"))
    return {
        "slope": line.slope.value,
        "slope_ci": line.slope.ci,
        "intercept": line.intercept.value,
        "intercept_ci": line.intercept.ci,
    }


def _concordance(x: Values, y: Values, conf: float) -> Json:
    found = concordance(x, y, conf)
    return {"value": found and found.value, "ci": found and found.ci}


def _own_errors(samples: Samples, conf: float) -> Json | None:
    """Return the own error of each of three methods as SD with its interval; an SD is None where its variance
    is negative: too small to see. None for two methods."""
    if samples.third is None:
        return None
    x = samples.complete()
    if x.shape[0] < 3:
        return {"sd": dict.fromkeys(ROLES), "sd_ci": dict.fromkeys(ROLES), "triple_collocation": None}
    found = triple_collocation(x, conf)
    return {
        **_sds(error_variances(x), error_intervals(x, conf)),
        "triple_collocation": found
        and {
            **_sds(found.variances, found.intervals),
            "scale": dict(zip(ROLES, found.scales.tolist(), strict=True)),
            "correlation": dict(zip(ROLES, np.sqrt(np.maximum(found.correlations, 0)).tolist(), strict=True)),
        },
    }


def _sds(variances: Values, intervals: Values) -> Json:
    sds = [float(np.sqrt(variance)) if variance >= 0 else None for variance in variances]
    bounds = [hat_interval(float(low), float(high)) for low, high in intervals]
    return {"sd": dict(zip(ROLES, sds, strict=True)), "sd_ci": dict(zip(ROLES, bounds, strict=True))}


def _groups(samples: Samples, d: Values, conf: float) -> list[Json] | None:
    """Return the bias of each group by its name; samples of no group are left out."""
    if samples.groups is None:
        return None
    labels = np.array(samples.groups)
    names = sorted({name for name in samples.groups if name})
    parts = [d[labels == name] for name in names]
    pooled = group_biases(parts, conf)
    found: list[Json] = []
    for i, (name, part) in enumerate(zip(names, parts, strict=True)):
        group = pooled and pooled.groups[i]
        found.append(
            {
                "group": name,
                "n": part.size,
                "bias": float(part.mean()),
                "bias_shrunken": group and group.shrunken,
                "ci": group and group.ci,
                "weight": group and group.weight,
            }
        )
    return found


def _outliers(samples: Samples, d: Values) -> list[Json]:
    by = {"esd": generalised_esd(d).places, "mad": far_from_median(d)}
    places = sorted({place for found in by.values() for place in found})
    return [
        {
            "line": samples.lines[place],
            "test": float(samples.test[place]),
            "reference": float(samples.reference[place]),
            "difference": float(d[place]),
            "by": [name for name, found in by.items() if place in found],
        }
        for place in places
    ]


def jsonable(value: Any) -> Any:
    """Return plain values, None for what is not finite."""
    if isinstance(value, dict):
        return {key: jsonable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(part) for part in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
