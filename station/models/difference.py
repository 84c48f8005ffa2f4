"""Two ways of measuring the same samples differ: this tells how far they are apart, and how sure that is.

The difference is always test minus reference. Under LEAST samples nothing is concluded.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev
from typing import Any

LEAST = 10
Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Difference:
    """`bias` is the mean difference with its 95 % interval `bias_low`..`bias_high`; 95 % of single
    differences lie within `low`..`high` (limits of agreement), whose own 95 % outer limits are `outer_low`
    and `outer_high` (Bland and Altman's standard error). `sd` is of the differences around the bias."""

    n: int
    bias: float
    sd: float
    bias_low: float
    bias_high: float
    low: float
    high: float
    outer_low: float
    outer_high: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "bias": round(self.bias, 6),
            "bias_interval": [round(self.bias_low, 6), round(self.bias_high, 6)],
            "sd": round(self.sd, 6),
            "limits": [round(self.low, 6), round(self.high, 6)],
            "outer_limits": [round(self.outer_low, 6), round(self.outer_high, 6)],
        }


def difference(pairs: Sequence[tuple[float, float]]) -> Difference | None:
    """Compare (test, reference) pairs; None for fewer than LEAST: not enough samples."""
    n = len(pairs)
    if n < LEAST:
        return None
    each = [test - reference for test, reference in pairs]
    bias, sd = fmean(each), stdev(each)
    t = student(n - 1)
    of_bias = t * sd / math.sqrt(n)
    of_limit = t * sd * math.sqrt(1 / n + Z**2 / (2 * (n - 1)))
    low, high = bias - Z * sd, bias + Z * sd
    return Difference(n, bias, sd, bias - of_bias, bias + of_bias, low, high, low - of_limit, high + of_limit)


def student(df: int) -> float:
    """Return the 97.5 % quantile of Student's t (Cornish-Fisher expansion; within 0.0002 for `df` of 9 or
    more)."""
    z = Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / df**power for power, term in enumerate(terms, start=1))
