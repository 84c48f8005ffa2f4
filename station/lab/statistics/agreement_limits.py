"""Limits of agreement: between which values 95 of 100 single differences lie (Bland & Altman 1986, 1999),
with the exact confidence limits of Carkeet (2015). `d` is test minus reference, shape (n,)."""

import math
from dataclasses import dataclass

import numpy as np

from station.lab.statistics.distributions import (
    chi2_quantile,
    noncentral_t_quantile,
    normal_quantile,
    t_quantile,
)
from station.lab.statistics.values import Interval, Values, centred, is_constant, spread

COVERAGE = 0.95


@dataclass(frozen=True, slots=True)
class AgreementLimits:
    """`outer` holds the limits at their widest and `inner` at their narrowest confidence limit: compare
    `outer` with a permitted difference."""

    bias: float
    sd: float
    limits: Interval
    outer: Interval
    inner: Interval


def agreement_limits(d: Values, conf: float = 0.95, coverage: float = COVERAGE) -> AgreementLimits | None:
    """Return the limits with exact confidence limits; None for fewer than two differences."""
    n = d.size
    if n < 2:
        return None
    mean, sd, z = float(d.mean()), spread(d), normal_quantile((1 + coverage) / 2)
    narrow, wide = (
        noncentral_t_quantile(p, n - 1, z * math.sqrt(n)) / math.sqrt(n)
        for p in ((1 - conf) / 2, (1 + conf) / 2)
    )
    return AgreementLimits(mean, sd, _about(mean, z * sd), _about(mean, wide * sd), _about(mean, narrow * sd))


def limits_by_multiple(d: Values, multiple: float) -> Interval:
    """Return mean +- multiple x SD, as older papers print it with 2."""
    return _about(float(d.mean()), multiple * spread(d))


def approximate_margin(sd: float, n: int, conf: float = 0.95, coverage: float = COVERAGE) -> float:
    """Return how far each limit may be off by Bland and Altman's approximation: too narrow for small n."""
    z = normal_quantile((1 + coverage) / 2)
    return t_quantile((1 + conf) / 2, n - 1) * sd * math.sqrt(1 / n + z * z / (2 * (n - 1)))


def mover_outer(d: Values, conf: float = 0.95, coverage: float = COVERAGE) -> Interval:
    """Return the outer confidence limits by MOVER (Zou 2013), a little wider than exact."""
    n, sd, z = d.size, spread(d), normal_quantile((1 + coverage) / 2)
    upper = math.sqrt((n - 1) / chi2_quantile((1 - conf) / 2, n - 1))
    mean_part = t_quantile((1 + conf) / 2, n - 1) / math.sqrt(n)
    return _about(float(d.mean()), sd * (z + math.hypot(mean_part, z * (upper - 1))))


@dataclass(frozen=True, slots=True)
class Trend:
    """d = intercept + slope x average, and the scatter about that line. `sd_intercept` and `sd_slope` give
    an SD that changes with the average."""

    intercept: float
    slope: float
    residual_sd: float
    sd_intercept: float
    sd_slope: float


def trend(test: Values, reference: Values) -> Trend | None:
    """Return how differences and their scatter follow the level; None for fewer than 3 samples or where all
    averages are equal."""
    average, d = (test + reference) / 2, test - reference
    if d.size < 3 or is_constant(average):
        return None
    intercept, slope = _line(average, d)
    residuals = d - intercept - slope * average
    spread_at_0, spread_slope = _line(average, np.abs(residuals))
    half_normal = math.sqrt(math.pi / 2)
    return Trend(
        intercept, slope, float(np.sqrt(residuals @ residuals / (d.size - 2))),
        half_normal * spread_at_0, half_normal * spread_slope,
    )  # fmt: skip


def _line(x: Values, y: Values) -> tuple[float, float]:
    dx = centred(x)
    slope = float(dx @ centred(y)) / float(dx @ dx)
    return float(y.mean()) - slope * float(x.mean()), slope


def _about(middle: float, margin: float) -> Interval:
    return middle - margin, middle + margin
