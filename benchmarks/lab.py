"""The statistics of comparisons: whether stated 95 % intervals hold, and how long many pairs take."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from station.lab.comparison import Question, compare
from station.lab.pairs import PairTable
from station.lab.samples import Columns, samples_of
from station.lab.statistics.agreement_limits import agreement_limits
from station.lab.statistics.concordance import concordance
from station.lab.statistics.deming import deming
from station.lab.statistics.groups import group_biases
from station.lab.statistics.passing_bablok import passing_bablok
from station.lab.statistics.prediction_error import bias, sep
from station.lab.statistics.replicates import unlinked_limits
from station.lab.statistics.three_way import error_intervals
from station.lab.statistics.triple_collocation import triple_collocation
from station.lab.statistics.values import Estimate, Interval, Values

RUNS = 2_000
N = 30
ERRORS = np.array([0.25, 0.20, 0.40])  # of test, reference and third; the samples themselves spread by 1
PAIRS = 200_000
GROUPS = np.tile([3, 4, 5, 6, 8, 12], 5)
Checks = dict[str, tuple[Interval | None, float]]


def lab() -> dict[str, Any]:
    return {"n": N, "runs": RUNS, "coverage": coverage(), "bar_coverage": [0.92, 0.98], **many_pairs()}


def coverage(runs: int = RUNS, n: int = N, seed: int = 1) -> dict[str, float]:
    """The share of intervals that hold the truth, by name."""
    rng = np.random.default_rng(seed)
    held: dict[str, list[bool]] = {}
    for _ in range(runs):
        for study in STUDIES:
            for name, (interval, truth) in study(rng, n).items():
                if interval is not None:
                    held.setdefault(name, []).append(interval[0] <= truth <= interval[1])
    return {name: round(float(np.mean(found)), 4) for name, found in held.items()}


def _pair(rng: np.random.Generator, n: int) -> Checks:
    """Two methods of one scale, the test 0.1 higher."""
    y, x = _read(rng, n)[:, :2].T + np.array([[0.1], [0.0]])
    d, sd = y - x, float(np.hypot(*ERRORS[:2]))
    line = deming(x, y, float((ERRORS[1] / ERRORS[0]) ** 2), levels=(12.5,))
    limits, agreement = agreement_limits(d), concordance(x, y)
    true_ccc = 2 / (float(np.sum(1 + ERRORS[:2] ** 2)) + 0.1**2)
    return {
        "bias": (bias(d).ci, 0.1),
        "sep": (_ci(sep(d)), sd),
        "limit_of_agreement": ((limits.inner[1], limits.outer[1]) if limits else None, 0.1 + 1.959964 * sd),
        "deming_slope": (_ci(line.slope if line else None), 1.0),
        "deming_intercept": (_ci(line.intercept if line else None), 0.1),
        "deming_bias_at": (_ci(line.bias_at[0] if line else None), 0.1),
        "ccc": (agreement.ci if agreement else None, true_ccc),
    }


def _alike(rng: np.random.Generator, n: int) -> Checks:
    """Two methods that err alike, as Passing and Bablok want it."""
    y, x = np.round(rng.normal(12, 1, (n, 1)) + rng.normal(0, 0.2, (n, 2)), 2).T
    passing = passing_bablok(x, y)
    return {
        "passing_bablok_slope": (_ci(passing.slope if passing else None), 1.0),
        "passing_bablok_intercept": (_ci(passing.intercept if passing else None), 0.0),
    }


def _three(rng: np.random.Generator, n: int) -> Checks:
    x = _read(rng, n)
    names = ("test", "reference", "third")
    hat, found = error_intervals(x, draws=4_000), triple_collocation(x, draws=4_000)
    checks: Checks = {}
    for i, name in enumerate(names):
        truth = float(ERRORS[i] ** 2)
        checks[f"hat_{name}"] = ((float(hat[i, 0]), float(hat[i, 1])), truth)
        if found is not None:
            low, high = found.intervals[i]
            checks[f"collocation_{name}"] = ((float(low), float(high)), truth)
    return checks


def _grouped(rng: np.random.Generator, _n: int) -> Checks:
    """Thirty groups whose biases spread by 0.15, differences within by 0.3."""
    truths = rng.normal(0.1, 0.15, GROUPS.size)
    found = group_biases(
        [truth + rng.normal(0, 0.3, size) for truth, size in zip(truths, GROUPS, strict=True)]
    )
    if found is None:
        return {}
    places = {int(size): place for place, size in enumerate(GROUPS)}
    return {f"group_of_{n}": (found.groups[place].ci, float(truths[place])) for n, place in places.items()}


def _repeated(rng: np.random.Generator, n: int) -> Checks:
    truth = rng.normal(12, 1, n)
    matrix = rng.normal(0, 0.1, n)  # what a method sees in this sample and not in another
    test = [value + extra + rng.normal(0, 0.2, 2) for value, extra in zip(truth, matrix, strict=True)]
    reference = [value + rng.normal(0, 0.15, 2) for value in truth]
    found = unlinked_limits(test, reference)
    sd = float(np.sqrt(0.1**2 + 0.2**2 + 0.15**2))
    if found.outer is None:
        return {}
    margin = found.outer[1] - found.limits[1]
    return {"limit_of_replicates": ((found.limits[1] - margin, found.outer[1]), 1.959964 * sd)}


STUDIES: tuple[Callable[[np.random.Generator, int], Checks], ...] = (
    _pair, _alike, _three, _grouped, _repeated,
)  # fmt: skip


def _read(rng: np.random.Generator, n: int) -> Values:
    return np.asarray(rng.normal(12, 1, (n, 1)) + rng.normal(0, 1, (n, 3)) * ERRORS)


def _ci(estimate: Estimate | None) -> Interval | None:
    return estimate.ci if estimate else None


def many_pairs() -> dict[str, Any]:
    """The whole comparison of three methods in groups, from columns to numbers."""
    rng = np.random.default_rng(2)
    columns = np.round(_read(rng, PAIRS), 2).T.tolist()
    groups = rng.integers(0, 8, PAIRS).astype(str).tolist()
    table = PairTable(
        dict(zip(("test", "reference", "third"), columns, strict=True)), {"group": groups}, list(range(PAIRS))
    )
    begin = time.perf_counter()
    compare(
        samples_of(table, Columns("test", "reference", "third", "group")), Question((12.5,), permitted=0.1)
    )
    return {"pairs": PAIRS, "pairs_s": round(time.perf_counter() - begin, 2), "bar_s": 5}
