"""Repeated readings of one sample: repeatability, and limits of agreement of single readings from them.

Readings come as groups: a sequence of arrays, one for each sample, of any sizes.
Sources: Bland & Altman 1999 section 5 (true value constant) and 5.3 (readings in pairs).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from station.lab.statistics.distributions import normal_quantile, t_quantile
from station.lab.statistics.values import Interval, Values

Groups = Sequence[Values]


@dataclass(frozen=True, slots=True)
class SingleReadings:
    """The scatter of the difference of two single readings. `within` are the variances of repetition of
    test and reference, None where nothing was read twice."""

    n: int
    bias: float
    sd: float
    limits: Interval
    outer: Interval | None
    within: tuple[float | None, float | None]


def within_variance(groups: Groups) -> float | None:
    """Return the variance of repeated readings, pooled over samples; None where none was read twice."""
    df = sum(group.size - 1 for group in groups)
    if df == 0:
        return None
    return sum(float(np.sum((group - group.mean()) ** 2)) for group in groups if np.ptp(group)) / df


def repeatability_coefficient(groups: Groups, multiple: float | None = None) -> float | None:
    """Return what two readings of one sample differ by at most, 95 times of 100 (1.96 sqrt 2 s_w)."""
    variance = within_variance(groups)
    z = normal_quantile(0.975) if multiple is None else multiple
    return None if variance is None else z * math.sqrt(2 * variance)


def unlinked_limits(test: Groups, reference: Groups, conf: float = 0.95) -> SingleReadings:
    """Return the limits of single readings where the true value stays and readings are in no pairs. Two or
    more samples; confidence limits by equation 5.10 of Bland & Altman 1999."""
    n = len(test)
    d = np.array([t.mean() - r.mean() for t, r in zip(test, reference, strict=True)])
    of_means = float(np.var(d, ddof=1))
    variance, uncertainty = of_means, of_means**2 / (n - 1)
    for groups in (test, reference):
        within = within_variance(groups)
        if within is None:
            continue
        share = 1 - float(np.mean([1 / group.size for group in groups]))
        variance += share * within
        uncertainty += (share * within) ** 2 / sum(group.size - 1 for group in groups)
    sd, bias, z = math.sqrt(variance), float(d.mean()), normal_quantile(0.975)
    of_sd = 2 * uncertainty / (4 * variance) if variance > 0 else 0.0
    margin = t_quantile((1 + conf) / 2, n - 1) * math.sqrt(of_means / n + z * z * of_sd)
    limits = (bias - z * sd, bias + z * sd)
    outer = (limits[0] - margin, limits[1] + margin)
    return SingleReadings(n, bias, sd, limits, outer, (within_variance(test), within_variance(reference)))


def linked_limits(pairs: Groups) -> SingleReadings:
    """Return the limits of single readings where the true value drifts and readings were taken in pairs:
    `pairs` are their differences by sample. One-way analysis of variance; it needs a repetition."""
    n, total = len(pairs), sum(group.size for group in pairs)
    within = within_variance(pairs) or 0.0
    overall = float(np.concatenate(list(pairs)).mean())
    between = sum(group.size * (float(group.mean()) - overall) ** 2 for group in pairs) / (n - 1)
    size = (total - sum(group.size**2 for group in pairs) / total) / (n - 1)
    sd = math.sqrt(within + max(0.0, (between - within) / size))
    z = normal_quantile(0.975)
    return SingleReadings(n, overall, sd, (overall - z * sd, overall + z * sd), None, (within, None))
