"""Three methods and more on the same samples: the own error of each, none taken as the truth.

Grubbs' estimator (1948, 1973), the three-cornered hat. x has shape (n, K), a row per sample, a column per
method. It assumes one sub-sample for all, independent errors, equal scale and constant SD; error that two
methods share is charged to the others. A negative variance is normal for a small error: it is too small to
see.
"""

import math
from dataclasses import dataclass

import numpy as np

from station.lab.statistics.distributions import t_quantile
from station.lab.statistics.values import Interval, Values, is_constant
from station.lab.statistics.wishart import likely_covariances

DRAWS = 20_000
SEED = 1


def difference_variances(x: Values) -> Values:
    """Return the variances of all differences between methods, shape (K, K)."""
    covariance = _covariance(x)
    own = np.diag(covariance)
    return np.asarray(own[:, None] + own[None, :] - 2 * covariance)


def error_variances(x: Values) -> Values:
    """Return each method's error variance, shape (K,), n >= 2, K >= 3; negative where it is too small to
    see."""
    return _from_differences(difference_variances(x))


def truth_variance(x: Values) -> float:
    """Return the variance of the samples themselves, the mean of all covariances."""
    return float(_covariance(x)[np.triu_indices(x.shape[1], 1)].mean())


def variance_of_estimates(variances: Values, n: int) -> Values:
    """Return the variance of each of three estimated variances (Grubbs 1948), shape (3,)."""
    a = np.asarray(variances)
    b, c = np.roll(a, -1), np.roll(a, -2)
    return np.asarray((2 * a * a + a * b + a * c + b * c) / (n - 1))


def error_intervals(x: Values, conf: float = 0.95, seed: int = SEED, draws: int = DRAWS) -> Values:
    """Return the interval of each variance, shape (K, 2): quantiles of what the Wishart distribution says of
    the covariance of differences (fiducial). Limits below 0 stand for 0."""
    k = x.shape[1]
    sigma = likely_covariances(x[:, :-1] - x[:, -1:], seed, draws)
    own = np.einsum("dii->di", sigma)
    v = np.zeros((draws, k, k))
    v[:, :-1, :-1] = own[:, :, None] + own[:, None, :] - 2 * sigma
    v[:, :-1, -1] = v[:, -1, :-1] = own
    tail = (1 - conf) / 2
    return np.asarray(np.quantile(_from_differences(v), [tail, 1 - tail], axis=0).T, dtype=np.float64)


def _from_differences(v: Values) -> Values:
    """Return error variances, shape (..., K), from variances of differences, shape (..., K, K)."""
    k = v.shape[-1]
    sums = v.sum(axis=-1)
    total = sums.sum(axis=-1, keepdims=True) / 2
    return np.asarray(((k - 1) * sums - total) / ((k - 1) * (k - 2)))


def _covariance(x: Values) -> Values:
    return np.asarray(np.cov(x, rowvar=False))


@dataclass(frozen=True, slots=True)
class PrecisionTest:
    """t above 0: the first method errs more. It is compared with Student's t of `df`."""

    t: float
    df: int


def equal_precision(first: Values, second: Values, third: Values | None = None) -> PrecisionTest | None:
    """Return the test that two methods err alike, shapes (n,): given a third method (Grubbs 1973 equation
    29), else from the sum and difference of the two (equation 28, Pitman and Morgan)."""
    if third is None:
        return _equal_variances(first, second, 1.0)
    return _equal_variances(first - third, second - third, 1.0)


def precision_against_two(one: Values, first: Values, second: Values) -> PrecisionTest | None:
    """Return the test that one method errs as two others do, which err alike (Grubbs 1973 equation 32): of
    equal errors one - mean of two has 3/4 of the variance of first - second."""
    return _equal_variances(one - (first + second) / 2, first - second, 4 / 3)


def _equal_variances(a: Values, b: Values, factor: float) -> PrecisionTest | None:
    """Return the test of Pitman and Morgan that factor x var(a) = var(b); None where one of them does not
    vary, or both vary alike in every sample."""
    n = a.size
    if n < 3 or is_constant(a) or is_constant(b):
        return None
    ratio = factor * float(np.var(a, ddof=1) / np.var(b, ddof=1))
    r = float(np.corrcoef(a, b)[0, 1])
    if 1 - r * r <= 0:
        return None
    return PrecisionTest((ratio - 1) * math.sqrt(n - 2) / math.sqrt(4 * (1 - r * r) * ratio), n - 2)


def equal_level(first: Values, second: Values) -> PrecisionTest:
    """Return the paired t test that two methods read the same on average, shapes (n,)."""
    d = first - second
    return PrecisionTest(float(d.mean() / np.std(d, ddof=1) * math.sqrt(d.size)), d.size - 1)


@dataclass(frozen=True, slots=True)
class LikelihoodFit:
    """What makes the samples most likely: the level of the first method, what each other reads more, the
    variance of the samples, the error variance of each method (none below 0)."""

    level: float
    offsets: Values
    truth_variance: float
    error_variances: Values


def most_likely(x: Values, rounds: int = 100_000) -> LikelihoodFit:
    """Return the maximum-likelihood fit of x = level + offset + truth + error (divisor n), by expectation and
    maximisation with the errors of the moments as start."""
    s = np.atleast_2d(np.cov(x, rowvar=False, ddof=0))
    psi, phi = np.maximum(error_variances(x), 1e-3 * np.diag(s).mean()), max(truth_variance(x), 1e-12)
    for _ in range(rounds):
        weights = (phi / psi) / (1 + phi * np.sum(1 / psi))  # the expected truth is weights @ (x - mean)
        left = phi / (1 + phi * np.sum(1 / psi))
        cross = s @ weights
        square = float(weights @ cross) + left
        following = np.maximum(np.diag(s) - 2 * cross + square, 1e-14)
        moved = max(float(np.max(np.abs(following - psi))), abs(square - phi))
        psi, phi = following, square
        if moved < 1e-13 * np.diag(s).mean():
            break
    means = x.mean(axis=0)
    return LikelihoodFit(float(means[0]), means[1:] - means[0], phi, psi)


def hat_interval(low: float, high: float) -> Interval:
    """Return the SDs of an interval of variances."""
    return math.sqrt(max(0.0, low)), math.sqrt(max(0.0, high))


def critical_t(test: PrecisionTest, conf: float = 0.95) -> float:
    return t_quantile((1 + conf) / 2, test.df)
