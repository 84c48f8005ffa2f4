"""Replicates become one value by the rule pack's rule, never by which came last.

Who takes the last of three tries of a load at 14.8 passes a limit of 14.5 one time in five. So every valid
replicate counts: two or more inside the repeatability limit give their mean; two outside it ask for one more
measurement; three or more outside it give their median. A pack without a limit for the analyte takes the
median of all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

Rule = Literal["single", "mean", "median"]

ENOUGH = 3  # replicates for a median


@dataclass(frozen=True, slots=True)
class OneValue:
    """One value made of `count` replicates by `rule`."""

    value: float
    rule: Rule
    count: int


@dataclass(frozen=True, slots=True)
class OneMoreNeeded:
    """Two replicates differ by `spread`, more than `limit`: neither is believed before a third is there."""

    spread: float
    limit: float


def combine_replicates(values: Sequence[float], limit: float | None) -> OneValue | OneMoreNeeded:
    """Combine valid replicates of one analyte; `limit` is its repeatability limit, in the same unit.

    Raises ValueError for no values."""
    if not values:
        raise ValueError("no replicates")
    if len(values) == 1:
        return OneValue(values[0], "single", 1)
    if limit is None:
        return OneValue(median(values), "median", len(values))
    spread = max(values) - min(values)
    if spread <= limit + 1e-9:  # 13.9 - 13.6 is a little more than 0.3
        return OneValue(fmean(values), "mean", len(values))
    if len(values) < ENOUGH:
        return OneMoreNeeded(spread, limit)
    return OneValue(median(values), "median", len(values))
