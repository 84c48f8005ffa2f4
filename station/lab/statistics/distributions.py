"""Quantiles and tails of the distributions that intervals are made of, on numpy and `math` alone.

Sources: incomplete beta and gamma by Lentz's continued fractions and the series (Abramowitz & Stegun 6.5.29,
6.5.31, 26.5.8); the non-central t as an integral over the spread of the sample.
"""

import math
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from station.lab.statistics.values import Values

_NORMAL = NormalDist()
_TINY = 1e-300
_erfc = np.frompyfunc(math.erfc, 1, 1)


def normal_cdf(z: Values) -> Values:
    return np.asarray(_erfc(-np.asarray(z) / math.sqrt(2)), dtype=np.float64) / 2


def normal_density(z: Values) -> Values:
    return np.asarray(np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi))


def normal_quantile(p: float) -> float:
    return _NORMAL.inv_cdf(p)


@lru_cache(maxsize=4096)
def t_quantile(p: float, df: float) -> float:
    """Return Student's t at probability `p`."""
    if p < 0.5:
        return -t_quantile(1 - p, df)
    if p == 0.5:
        return 0.0
    return _solve_upwards(lambda t: (1 - p) - t_tail(t, df), 0.0, max(1.0, normal_quantile(p)))


def t_tail(t: float, df: float) -> float:
    """Return P(T > t) for t >= 0."""
    return 0.5 * _beta(df / (df + t * t), df / 2, 0.5)


@lru_cache(maxsize=4096)
def chi2_quantile(p: float, df: float) -> float:
    return _solve_upwards(lambda x: _gamma(df / 2, x / 2) - p, 0.0, float(df))


@lru_cache(maxsize=4096)
def f_quantile(p: float, df1: float, df2: float) -> float:
    def excess(f: float) -> float:
        return _beta(df1 * f / (df1 * f + df2), df1 / 2, df2 / 2) - p

    return _solve_upwards(excess, 0.0, 1.0)


@lru_cache(maxsize=4096)
def noncentral_t_quantile(p: float, df: int, nc: float) -> float:
    """Return the quantile of (Z + nc) / sqrt(chi2 / df). `nc` >= 0."""
    if p <= noncentral_t_cdf(0.0, df, nc):
        return -_solve_upwards(lambda t: p - noncentral_t_cdf(-t, df, nc), 0.0, 1.0)
    return _solve_upwards(lambda t: noncentral_t_cdf(t, df, nc) - p, 0.0, nc + 1.0)


def noncentral_t_cdf(t: float, df: int, nc: float) -> float:
    """Return P(T <= t), the mean of Phi(t s - nc) over the spread s = sqrt(chi2 / df)."""
    width = 13 / math.sqrt(2 * df)
    low, high = max(0.0, 1 - width), 1 + width
    turns = [(nc - 9) / t, nc / t, (nc + 9) / t] if t else []
    edges = sorted({low, 1.0, high, *(turn for turn in turns if low < turn < high)})
    constant = math.log(2) + df / 2 * math.log(df / 2) - math.lgamma(df / 2)
    total = 0.0
    for s, weight in (panel(a, b) for a, b in pairwise(edges)):
        density = np.exp(constant + (df - 1) * np.log(s) - df * s * s / 2)
        total += float(np.sum(weight * density * normal_cdf(t * s - nc)))
    return total


@cache
def legendre(count: int) -> tuple[Values, Values]:
    """Return nodes and weights of Gauss and Legendre on (-1, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return np.asarray(nodes), np.asarray(weights)


def panel(low: float, high: float, count: int = 60) -> tuple[Values, Values]:
    """Return the nodes and weights of an integral from `low` to `high`."""
    nodes, weights = legendre(count)
    half = (high - low) / 2
    return low + half * (nodes + 1), half * weights


def _solve_upwards(rises: Callable[[float], float], low: float, guess: float) -> float:
    """Return the root of a function that rises from a negative value at `low`."""
    high = max(guess, low + 1.0)
    while rises(high) < 0:
        low, high = high, high * 2
        if high > 1e300:
            return math.inf
    return root(rises, low, high)


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function crosses zero between `low` and `high`, to 1e-14 of its size (Chandrupatla
    1997: inverse quadratic steps where they are safe, halves elsewhere)."""
    a, b, fa, fb = high, low, function(high), function(low)
    if fa == 0 or fb == 0:
        return a if fa == 0 else b
    c, fc, step = a, fa, 0.5
    for _ in range(200):
        x = a + step * (b - a)
        fx = function(x)
        if (fx > 0) == (fa > 0):
            c, fc = a, fa
        else:
            c, b, fc, fb = b, a, fb, fa
        a, fa = x, fx
        best = a if abs(fa) < abs(fb) else b
        limit = (2e-15 * abs(best) + _TINY) / max(abs(b - a), _TINY)
        if limit > 0.5 or fa == 0:
            return best
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        step = 0.5
        if 1 - math.sqrt(1 - xi) < phi < math.sqrt(xi):
            step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        step = min(1 - limit, max(limit, step))
    return a


def _beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d, c = 1 / _away(1 + term * d), _away(1 + term / c)
            fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return math.exp(front) * fraction / a


def _gamma(a: float, x: float) -> float:
    """Return the regularised lower incomplete gamma function P(a, x)."""
    if x <= 0:
        return 0.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        total = term = 1 / a
        n = a
        while term > total * 1e-16:
            n += 1
            term *= x / n
            total += term
        return total * front
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    fraction = d
    for i in range(1, 100_000):
        b += 2
        d, c = 1 / _away(i * (a - i) * d + b), _away(b + i * (a - i) / c)
        fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return 1 - front * fraction


def _away(value: float) -> float:
    """Keep a denominator of a continued fraction away from zero."""
    return value if abs(value) > _TINY else _TINY
