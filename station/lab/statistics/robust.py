"""Mean and SD that a few wild values do not move: Algorithm A of ISO 13528 and Huber's proposal 2."""

from dataclasses import dataclass

import numpy as np

from station.lab.statistics.distributions import normal_cdf, normal_density
from station.lab.statistics.values import Values

TUNING = 1.5


@dataclass(frozen=True, slots=True)
class Robust:
    mean: float
    sd: float


def algorithm_a(values: Values) -> Robust:
    """Return the robust mean and SD of ISO 13528: values are drawn in to mean +- 1.5 SD until nothing moves,
    shape (n,), n >= 2."""
    return _drawn_in(values, 1.134, 1.483)


def huber_proposal_2(values: Values, tuning: float = TUNING) -> Robust:
    """Return Huber's proposal 2 (Venables & Ripley's `hubers`): as Algorithm A with the exact factor."""
    k = np.asarray(tuning)
    inside = 2 * float(normal_cdf(k)) - 1
    beta = inside + 2 * tuning**2 * (1 - float(normal_cdf(k))) - 2 * tuning * float(normal_density(k))
    return _drawn_in(values, float(1 / np.sqrt(beta)), 1.4826, tuning)


def _drawn_in(values: Values, factor: float, mad_factor: float, tuning: float = TUNING) -> Robust:
    mean = float(np.median(values))
    sd = mad_factor * float(np.median(np.abs(values - mean)))
    if sd == 0:
        return Robust(mean, 0.0)
    for _ in range(10_000):
        drawn = np.clip(values, mean - tuning * sd, mean + tuning * sd)
        following, spread = float(drawn.mean()), factor * float(np.std(drawn, ddof=1))
        moved = max(abs(following - mean), abs(spread - sd))
        mean, sd = following, spread
        if moved <= 1e-12 * sd:
            break
    return Robust(mean, sd)
