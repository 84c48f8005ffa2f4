"""The jackknife of Linnet (1990): the interval of an estimate from what it becomes without each sample."""

import numpy as np

from station.lab.statistics.distributions import t_quantile
from station.lab.statistics.values import Estimate, Values


def jackknifed(whole: float, without: Values, conf: float = 0.95) -> Estimate:
    """Return the estimate from all samples with its interval; `without` shape (n,) holds the estimate
    without each sample. Degrees of freedom n - 2, as for a line."""
    n = without.size
    if n < 3 or not np.all(np.isfinite(without)):
        return Estimate(whole, None)
    margin = t_quantile((1 + conf) / 2, n - 2) * standard_error(whole, without)
    return Estimate(whole, (whole - margin, whole + margin))


def standard_error(whole: float, without: Values) -> float:
    """Return the spread of the pseudo-values n whole - (n - 1) without, over sqrt n."""
    n = without.size
    return float(np.std(n * whole - (n - 1) * without, ddof=1) / np.sqrt(n))
