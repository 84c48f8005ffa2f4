"""Shares and counts: intervals, and how often chance alone gives as much or more.

Sources: Clopper & Pearson 1934, Wilson 1927, Holm 1979; weighted shares by the effective size of Kish 1965.
"""

import math
from collections.abc import Sequence
from itertools import accumulate

from station.lab.statistics.distributions import f_quantile, normal_quantile
from station.lab.statistics.values import Interval


def exact_interval(count: int, n: int, conf: float = 0.95) -> Interval:
    """Return the interval of Clopper and Pearson of a share, n >= 1: it holds at least as often as stated."""
    tail = 1 - (1 - conf) / 2
    low, high = 0.0, 1.0
    if count > 0:
        f = f_quantile(tail, 2 * (n - count + 1), 2 * count)
        low = count / (count + (n - count + 1) * f)
    if count < n:
        f = f_quantile(tail, 2 * (count + 1), 2 * (n - count))
        high = (count + 1) * f / (n - count + (count + 1) * f)
    return low, high


def wilson_interval(share: float, n: float, conf: float = 0.95) -> Interval:
    """Return Wilson's interval of a share of `n` draws, which may be an effective number of weighted ones."""
    z = normal_quantile((1 + conf) / 2)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    margin = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - margin), min(1.0, middle + margin)


def effective_size(weights: Sequence[float]) -> float:
    """Return how many equally weighted samples tell as much."""
    return sum(weights) ** 2 / sum(weight * weight for weight in weights)


def binomial_tail(count: int, n: int, share: float) -> float:
    """Return P(X >= count) of n draws."""
    if count <= 0:
        return 1.0
    return min(1.0, math.fsum(_binomial(n, share)[count:]))


def binomial_band(n: int, share: float, conf: float = 0.95) -> tuple[int, int]:
    """Return the counts between which chance stays at least so often."""
    tail, chances = (1 - conf) / 2, _binomial(n, share)
    below = list(accumulate(chances))
    above = list(accumulate(reversed(chances)))
    return (
        next(k for k, chance in enumerate(below) if chance > tail),
        n - next(k for k, chance in enumerate(above) if chance > tail),
    )


def _binomial(n: int, share: float) -> list[float]:
    """Return the chance of each count from 0 to n."""
    if not 0 < share < 1:
        return [float(k == n * (share >= 1)) for k in range(n + 1)]
    won, lost = math.log(share), math.log1p(-share)
    return [math.exp(_log_choose(n, k) + k * won + (n - k) * lost) for k in range(n + 1)]


def hypergeometric_tail(count: int, drawn: int, marked: int, total: int) -> float:
    """Return P(X >= count) of marked ones among `drawn` out of `total`, of which `marked` are."""
    whole = _log_choose(total, drawn)
    highest = min(drawn, marked)
    lowest = max(count, 0, drawn + marked - total)
    if lowest <= max(0, drawn + marked - total):
        return 1.0
    found = (
        math.exp(_log_choose(marked, k) + _log_choose(total - marked, drawn - k) - whole)
        for k in range(lowest, highest + 1)
    )
    return min(1.0, math.fsum(found))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def holm(probabilities: Sequence[float]) -> list[float]:
    """Return each probability as it counts among all: one or more is below p in p of honest studies."""
    order = sorted(range(len(probabilities)), key=lambda place: probabilities[place])
    adjusted = [1.0] * len(probabilities)
    least = 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, (len(order) - rank) * probabilities[place]))
        adjusted[place] = least
    return adjusted
