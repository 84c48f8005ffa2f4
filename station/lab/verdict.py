"""What a comparison says: agrees, differs, or not enough samples, and what to do. A bias that is not
significant is no agreement.

With `conf` 0.9 "agrees" is the equivalence test (TOST) at 5 %; with 0.95 it is stricter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from station.lab.samples import Samples
from station.lab.statistics.passing_bablok import MOST_PAIRS, SEED
from station.lab.statistics.prediction_error import samples_needed
from station.lab.statistics.replicates import within_variance
from station.lab.statistics.values import Estimate

MIN_VERDICT = 10
MIN_SLOPE = 40
MIN_HAT = 30
MOST_ASKED = 10_000  # samples: nobody sends more, so that the bias is as good as at the limit


class Verdict(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_ENOUGH = "not_enough_samples"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence as its code and parameters; numbers are in the unit of the values, rounded where they are
    shown to `decimals`."""

    code: str
    params: dict[str, Any]


def verdict(bias: Estimate, n: int, permitted: float) -> Verdict:
    """Return whether the interval of the bias lies within +-permitted, beyond it, or on it."""
    if n < MIN_VERDICT or bias.ci is None:
        return Verdict.NOT_ENOUGH
    low, high = bias.ci
    if -permitted <= low and high <= permitted:
        return Verdict.AGREES
    return Verdict.DIFFERS if low > permitted or high < -permitted else Verdict.NOT_ENOUGH


def samples_to_tell(bias: float, sep: float | None, n: int, permitted: float, conf: float) -> int | None:
    """Return how many samples a verdict probably takes: for an interval of +-permitted, or, where there are
    so many, for one that ends before the nearer limit. None where the bias lies so near to that limit that
    nobody sends enough of them."""
    if sep is None:
        return MIN_VERDICT
    needed = samples_needed(sep, permitted, conf)
    if needed is not None and needed <= n >= MIN_VERDICT:
        needed = samples_needed(sep, abs(permitted - abs(bias)), conf)
        if needed is not None and needed > MOST_ASKED:
            return None
    return None if needed is None else max(MIN_VERDICT, needed)


def statements(
    numbers: dict[str, Any],
    decided: Verdict | None,
    samples: Samples,
    permitted: float | None,
    conf: float,
    *,
    is_ratio_known: bool,
) -> tuple[Statement, ...]:
    """Return what the numbers say, the most important first."""
    common = {
        "test": samples.columns.test,
        "reference": samples.columns.reference,
        "third": samples.columns.third,
        "conf": conf,
        "permitted": permitted,
        "decimals": _decimals(numbers, permitted),
        **{key: numbers[key] for key in ("n", "bias", "bias_ci", "sep")},
    }
    parts = [*_main(numbers, decided, permitted, conf), *_single(numbers, decided, permitted)]
    parts += [*_slope(numbers, is_ratio_known), *_own_errors(numbers, samples)]
    if numbers["outliers"]:
        parts.append(Statement("outliers", {"count": len(numbers["outliers"])}))
    if numbers["n"] > MOST_PAIRS:
        parts.append(Statement("passing_bablok_drawn", {"pairs": MOST_PAIRS, "seed": SEED}))
    if samples.left_out:
        parts.append(Statement("rows_left_out", {"count": samples.left_out}))
    return tuple(Statement(part.code, {**common, **part.params}) for part in parts)


def _main(
    numbers: dict[str, Any], decided: Verdict | None, permitted: float | None, conf: float
) -> Iterator[Statement]:
    n = numbers["n"]
    yield Statement("offset" if numbers["bias_ci"] else "offset_alone", {})
    if permitted is None or decided is None:
        too_few = n < MIN_VERDICT
        yield Statement("too_few" if too_few else "ask_permitted", {"missing": MIN_VERDICT - n})
    elif decided is Verdict.AGREES:
        low, high = numbers["bias_ci"]
        yield Statement("agrees" if low <= 0 <= high else "agrees_offset", {})
    elif decided is Verdict.DIFFERS:
        yield Statement("differs", {})
    else:
        needed = samples_to_tell(numbers["bias"], numbers["sep"], n, permitted, conf)
        if needed is None:
            yield Statement("at_the_limit", {})
        else:
            yield Statement("not_enough", {"needed": needed, "missing": max(1, needed - n)})


def _single(numbers: dict[str, Any], decided: Verdict | None, permitted: float | None) -> Iterator[Statement]:
    """A small bias says nothing of a single sample: the outer limits do."""
    outer = numbers["loa_outer"]
    if outer is None or numbers["n"] < MIN_VERDICT:
        return
    params = {"low": outer[0], "high": outer[1]}
    if permitted is None or decided is not Verdict.AGREES:
        yield Statement("single", params)
    elif max(-outer[0], outer[1]) <= permitted:
        yield Statement("single_within", params)
    else:
        yield Statement("single_beyond", params)


def _slope(numbers: dict[str, Any], is_ratio_known: bool) -> Iterator[Statement]:
    """The structural slope is told where its error ratio is known: with a wrong one it is biased."""
    ci = numbers["deming"]["slope_ci"]
    if numbers["n"] < MIN_SLOPE or not is_ratio_known or ci is None or ci[0] <= 1 <= ci[1]:
        return
    deming = numbers["deming"]
    params = {"slope": deming["slope"], "low": ci[0], "high": ci[1], "ratio": deming["error_ratio"]}
    yield Statement("pulls_in" if ci[1] < 1 else "spreads_out", params)


def _own_errors(numbers: dict[str, Any], samples: Samples) -> Iterator[Statement]:
    hat = numbers["three_way"]
    if hat is None:
        return
    n = samples.complete().shape[0]
    if n < MIN_HAT:
        yield Statement("three_too_few", {"missing": MIN_HAT - n, "three_n": n})
        return
    yield Statement(
        "own_errors", {"errors": [[role, hat["sd"][role], hat["sd_ci"][role]] for role in hat["sd"]]}
    )
    for role, sd in hat["sd"].items():
        if sd is None:
            yield Statement("too_small", {"role": role, "high": hat["sd_ci"][role][1], "three_n": n})
    repeatable = {"test": within_variance(samples.tests), "reference": within_variance(samples.references)}
    for role, within in repeatable.items():
        high = hat["sd_ci"][role][1]
        if within and high is not None and high**2 < within / _readings(samples, role):
            yield Statement("shared_error", {"role": role})


def _readings(samples: Samples, role: str) -> float:
    groups = samples.tests if role == "test" else samples.references
    return 1 / float(np.mean([1 / group.size for group in groups]))


def _decimals(numbers: dict[str, Any], permitted: float | None) -> int:
    """Return how many decimals show two figures of the scatter, or of the permitted difference where nothing
    scatters; the bias keeps what these show."""
    scale = numbers["sep"] or permitted or abs(numbers["bias"]) or 1.0
    return int(min(8, max(0, 1 - np.floor(np.log10(scale)))))
