"""Bias, SEP and RMSEP, their limits, and the slope test of ISO 12099 and AACC 39-00.01.

Arrays hold one sample per place, test and reference in the same order and unit; d = test - reference.
"""

import math
from dataclasses import dataclass

import numpy as np

from station.lab.statistics.distributions import chi2_quantile, f_quantile, t_quantile
from station.lab.statistics.values import Estimate, Interval, Values, centred, is_constant, spread


def bias(d: Values, conf: float = 0.95) -> Estimate:
    """Return the mean difference; one difference has no interval. `d` shape (n,), n >= 1."""
    mean = float(d[0]) if is_constant(d) else float(d.mean())
    if d.size < 2:
        return Estimate(mean, None)
    limit = bias_limit(spread(d), d.size, conf)
    return Estimate(mean, (mean - limit, mean + limit))


def weighted_bias(d: Values, weights: Values, conf: float = 0.95) -> Estimate:
    """Return the mean difference of all that the samples stand for: each one was drawn with the chance 1 /
    weight (Horvitz & Thompson 1952, as a ratio by Hájek). The interval is by linearisation, with Student's t
    of the effective number of samples (Kish 1965)."""
    share = weights / weights.sum()
    mean = float(share @ d)
    effective = 1 / float(share @ share)
    if d.size < 2 or effective <= 1.5:
        return Estimate(mean, None)
    error = math.sqrt(d.size / (d.size - 1) * float(np.sum((share * (d - mean)) ** 2)))
    limit = t_quantile((1 + conf) / 2, max(1.0, effective - 1)) * error
    return Estimate(mean, (mean - limit, mean + limit))


def sep(d: Values, conf: float = 0.95) -> Estimate | None:
    """Return the standard error of prediction: the spread of the differences about their mean, divisor
    n - 1, with the chi-square interval. None for fewer than two differences."""
    if d.size < 2:
        return None
    s = spread(d)
    low, high = sep_factors(d.size, conf)
    return Estimate(s, (s * low, s * high))


def sep_factors(n: int, conf: float = 0.95) -> Interval:
    """Return by what a SEP of n samples is multiplied for its confidence limits."""
    df = n - 1
    tail = (1 - conf) / 2
    return math.sqrt(df / chi2_quantile(1 - tail, df)), math.sqrt(df / chi2_quantile(tail, df))


def rmsep(d: Values) -> float:
    """Return the root mean square difference, bias included, divisor n."""
    return float(np.sqrt(np.mean(d * d)))


def rpd(reference: Values, sep_value: float) -> float | None:
    """Return the spread of the reference values in SEPs; None where the SEP is 0. It depends on the samples
    of this campaign: never compare it across campaigns."""
    return spread(reference) / sep_value if sep_value > 0 else None


def bias_limit(sep_value: float, n: int, conf: float = 0.95) -> float:
    """Return Tb, which a bias must pass to be significant: the paired t test."""
    return t_quantile((1 + conf) / 2, n - 1) * sep_value / math.sqrt(n)


def unexplained_error_limit(sec: float, n: int, calibration_df: int, conf: float = 0.95) -> float:
    """Return Tue, which a SEP must not pass, from the standard error of calibration `sec` with
    `calibration_df` = calibration samples - terms - 1."""
    return sec * math.sqrt(f_quantile(conf, n - 1, calibration_df))


@dataclass(frozen=True, slots=True)
class SlopeTest:
    """The regression of reference on test. A flag must not drive a correction: scatter alone flattens this
    slope below 1 in long studies, and hides a test that pulls values to the middle."""

    slope: float
    intercept: float
    residual_sd: float
    t: float | None
    is_significant: bool | None


def slope_test(test: Values, reference: Values, conf: float = 0.95) -> SlopeTest | None:
    """Return the regression of reference on test; None for fewer than 3 samples or a constant test. `t` is
    None where all points lie on the line."""
    n = test.size
    if n < 3 or is_constant(test):
        return None
    dy, dx = centred(test), centred(reference)
    syy = float(dy @ dy)
    slope = float(dx @ dy) / syy
    residuals = dx - slope * dy
    if np.all(np.abs(residuals) <= 1e-12 * np.max(np.abs(np.concatenate([test, reference])))):
        residuals = np.zeros(n)
    residual_sd = float(np.sqrt(residuals @ residuals / (n - 2)))
    intercept = float(reference.mean() - slope * test.mean())
    if residual_sd == 0:
        return SlopeTest(slope, intercept, 0.0, None, None)
    t = abs(slope - 1) * math.sqrt(syy) / residual_sd
    return SlopeTest(slope, intercept, residual_sd, t, t > t_quantile((1 + conf) / 2, n - 2))


def samples_needed(sep_value: float, half_width: float, conf: float = 0.95) -> int | None:
    """Return how many samples make the interval of the bias no wider than +-half_width; None where more
    than a million would be needed."""
    if sep_value <= 0:
        return 2
    if half_width <= 0:
        return None
    z = t_quantile((1 + conf) / 2, 1e6)
    if (n := max(2, math.ceil((z * sep_value / half_width) ** 2))) > 1_000_000:
        return None
    while bias_limit(sep_value, n, conf) > half_width:
        n += 1
    return n
