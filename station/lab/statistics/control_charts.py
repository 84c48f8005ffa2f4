"""Charts of the bias over time: CUSUM and EWMA, and how long they take to tell of a shift.

u is (d - b0) / SEP of each laboratory check, b0 and SEP from a fixed first set of 30 checks or more. Run
lengths count checks until the alarm for a shift in SEPs; the mean of m checks shifts sqrt(m) times as much.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.lab.statistics.distributions import legendre, normal_cdf, normal_density
from station.lab.statistics.values import Values

_NODES = 60


@dataclass(frozen=True, slots=True)
class CusumChart:
    """Sums of what passes the allowance upwards and downwards, shapes (n,), and the place of the first
    alarm."""

    up: Values
    down: Values
    first_alarm: int | None


def cusum_chart(u: Values, allowance: float = 0.5, decision: float = 4.775) -> CusumChart:
    up, down = np.zeros(u.size), np.zeros(u.size)
    high = low = 0.0
    for i, value in enumerate(u.tolist()):
        high, low = max(0.0, high + value - allowance), max(0.0, low - value - allowance)
        up[i], down[i] = high, low
    return CusumChart(up, down, _first(np.maximum(up, down) > decision))


@dataclass(frozen=True, slots=True)
class EwmaChart:
    """The weighted mean after each check with its limit at that check, shapes (n,), and the place of the
    first alarm."""

    z: Values
    limit: Values
    first_alarm: int | None


def ewma_chart(u: Values, weight: float = 0.1, width: float = 2.7015) -> EwmaChart:
    z = np.zeros(u.size)
    level = 0.0
    for i, value in enumerate(u.tolist()):
        level = weight * value + (1 - weight) * level
        z[i] = level
    checks = np.arange(1, u.size + 1)
    limit = width * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * checks)))
    return EwmaChart(z, limit, _first(np.abs(z) > limit))


def _first(alarms: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(alarms)) if alarms.any() else None


def shewhart_run_length(shift: float, width: float = 3.0) -> float:
    """Return the mean number of checks until one passes +-width."""
    alarm = float(np.sum(normal_cdf(np.array([-width - shift, -width + shift]))))
    return 1 / alarm


def cusum_run_length(shift: float, allowance: float, decision: float) -> float:
    """Return the mean number of checks until the two-sided CUSUM tells, from its start at 0: the integral
    equation of Page (1954) on Gauss-Legendre nodes, both sides joined as by Kemp (1961)."""
    up = _one_sided(shift, allowance, decision)
    down = up if shift == 0 else _one_sided(-shift, allowance, decision)
    return 1 / (1 / up + 1 / down)


def _one_sided(shift: float, allowance: float, decision: float) -> float:
    """Return the run length from 0 of sums that rest at 0 or lie between 0 and the decision limit."""
    nodes, weights = legendre(_NODES)
    z, w = decision / 2 * (nodes + 1), decision / 2 * weights
    states = np.concatenate([[0.0], z])
    mean = states + shift - allowance
    step = np.empty((states.size, states.size))
    step[:, 0] = normal_cdf(-mean)
    step[:, 1:] = w * normal_density(z[None, :] - mean[:, None])
    return float(np.linalg.solve(np.eye(states.size) - step, np.ones(states.size))[0])


def ewma_run_length(shift: float, weight: float, width: float) -> float:
    """Return the mean number of checks until the EWMA passes its lasting limits, from its start at 0
    (Crowder 1987, on Gauss-Legendre nodes)."""
    limit = width * math.sqrt(weight / (2 - weight))
    nodes, weights = legendre(_NODES)
    z, w = limit * nodes, limit * weights
    starts = np.concatenate([[0.0], z])
    step = w * normal_density((z[None, :] - (1 - weight) * starts[:, None]) / weight - shift) / weight
    lengths = np.linalg.solve(np.eye(z.size) - step[1:], np.ones(z.size))
    return float(1 + step[0] @ lengths)
