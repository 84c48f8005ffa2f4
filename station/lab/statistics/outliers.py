"""Differences that stand apart. They are flagged and never left out: a person closes each one with a reason.

Sources: generalised extreme studentised deviates, Rosner 1983 (NIST/SEMATECH 1.3.5.17.3); median and MAD.
"""

from dataclasses import dataclass

import numpy as np

from station.lab.statistics.distributions import t_quantile
from station.lab.statistics.values import Values, is_constant

MAD_TO_SD = 1.4826
_MOST = 100


@dataclass(frozen=True, slots=True)
class Deviates:
    """The studentised deviates, most deviant first, with their critical values; `places` are the places in
    the array of those that stand apart."""

    deviates: Values
    critical: Values
    places: tuple[int, ...]


def generalised_esd(values: Values, most: int | None = None, alpha: float = 0.05) -> Deviates:
    """Return up to `most` values that stand apart (without it: one in five, 100 at most), shape (n,)."""
    n = values.size
    most = min(max(1, n // 5), _MOST) if most is None else most
    order = np.argsort(values, kind="stable")
    rest = values[order] - values.mean() if n else values
    low, high = 0, n - 1
    total, squares = float(rest.sum()), float(rest @ rest)
    deviates, critical, taken = [], [], []
    for i in range(min(most, n - 2)):
        left = n - i
        mean = total / left
        sd = np.sqrt(max(0.0, squares - left * mean * mean) / (left - 1))
        if rest[low] == rest[high] or sd <= 0:
            break
        place = high if rest[high] - mean >= mean - rest[low] else low
        deviates.append(abs(rest[place] - mean) / sd)
        critical.append(critical_deviate(left, alpha))
        taken.append(int(order[place]))
        total, squares = total - float(rest[place]), squares - float(rest[place]) ** 2
        low, high = (low, high - 1) if place == high else (low + 1, high)
    apart = [i + 1 for i, pair in enumerate(zip(deviates, critical, strict=True)) if pair[0] > pair[1]]
    return Deviates(np.array(deviates), np.array(critical), tuple(taken[: max(apart, default=0)]))


def critical_deviate(left: int, alpha: float = 0.05) -> float:
    """Return what the largest of `left` studentised deviates passes once in 1 / alpha."""
    t = t_quantile(1 - alpha / (2 * left), left - 2)
    return float((left - 1) * t / np.sqrt((left - 2 + t * t) * left))


def far_from_median(values: Values, multiple: float = 3.0) -> tuple[int, ...]:
    """Return the places of values farther from the median than `multiple` robust SDs (1.4826 MAD); none where
    more than half are equal."""
    if is_constant(values):
        return ()
    away = np.abs(values - np.median(values))
    mad = float(np.median(away))
    return tuple(np.flatnonzero(away > multiple * MAD_TO_SD * mad).tolist()) if mad > 0 else ()
