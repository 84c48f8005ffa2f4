"""What two laboratories may differ by, and how a laboratory does in proficiency tests.

Sources: ISO 5725-2 (precision study, Cochran, Mandel), 5725-6 (critical differences), ISO 13528 (scores). The
repeatability and reproducibility SDs of a method come from its standard, with its citation; none ships.
"""

import math
from dataclasses import dataclass

import numpy as np

from station.lab.statistics.distributions import f_quantile, normal_cdf, t_quantile
from station.lab.statistics.values import Values

FACTOR = 2.8  # 1.96 sqrt 2, as ISO 5725-6 rounds it


def critical_difference(s_r: float, s_R: float, n1: int = 1, n2: int = 1) -> float:  # noqa: N803 - the field's name
    """Return what the means of n1 and n2 results of two laboratories may differ by, 95 times of 100. With one
    result each it is the reproducibility limit R."""
    return math.sqrt((FACTOR * s_R) ** 2 - (FACTOR * s_r) ** 2 * (1 - 1 / (2 * n1) - 1 / (2 * n2)))


def critical_difference_to_value(s_r: float, s_R: float, n: int) -> float:  # noqa: N803
    """Return what the mean of n results of one laboratory may differ by from a reference value."""
    return math.sqrt(((FACTOR * s_R) ** 2 - (FACTOR * s_r) ** 2 * (n - 1) / n) / 2)


def critical_difference_of_methods(s_R1: float, s_R2: float) -> float:  # noqa: N803
    """Return what two results by different methods may differ by."""
    return 1.96 * math.hypot(s_R1, s_R2)


def share_beyond(bias: float, sd: float, permitted: float) -> float:
    """Return the probability that a single difference passes +-permitted."""
    if sd == 0:
        return float(abs(bias) > permitted)
    below, above = normal_cdf(np.array([(-permitted - bias) / sd, -(permitted - bias) / sd]))
    return float(below + above)


@dataclass(frozen=True, slots=True)
class Precision:
    """SDs of repeatability, between laboratories, and of reproducibility; Mandel's h and k per laboratory."""

    s_r: float
    s_L: float  # noqa: N815
    s_R: float  # noqa: N815
    h: Values
    k: Values


def precision_study(x: Values) -> Precision:
    """Return the precision of a balanced study, x shape (laboratories, replicates)."""
    n = x.shape[1]
    within, means = np.var(x, axis=1, ddof=1), x.mean(axis=1)
    s_r2, of_means = float(within.mean()), float(np.var(means, ddof=1))
    s_l2 = max(0.0, of_means - s_r2 / n)
    with np.errstate(all="ignore"):
        h, k = (means - means.mean()) / math.sqrt(of_means or math.nan), np.sqrt(within / (s_r2 or math.nan))
    return Precision(math.sqrt(s_r2), math.sqrt(s_l2), math.sqrt(s_r2 + s_l2), h, k)


def cochran_critical(p: int, n: int, alpha: float = 0.05) -> float:
    """Return the share that the largest of p variances of n results may have of their sum."""
    return 1 / (1 + (p - 1) / f_quantile(1 - alpha / p, n - 1, (p - 1) * (n - 1)))


def grubbs_critical(n: int, alpha: float = 0.05) -> float:
    """Return what the largest of n studentised deviates may be."""
    t = t_quantile(1 - alpha / (2 * n), n - 2)
    return (n - 1) / math.sqrt(n) * math.sqrt(t * t / (n - 2 + t * t))


def z_score(x: float, assigned: float, sigma: float, u_assigned: float = 0.0) -> float:
    """Return z, or z' where the uncertainty of the assigned value is above 0.3 sigma: beyond 2 a warning,
    from 3 on an action."""
    return (x - assigned) / (math.hypot(sigma, u_assigned) if u_assigned > 0.3 * sigma else sigma)


def zeta_score(x: float, u_x: float, assigned: float, u_assigned: float) -> float:
    """Return the difference in its standard uncertainty; E_n is the same with expanded uncertainties."""
    return (x - assigned) / math.hypot(u_x, u_assigned)
