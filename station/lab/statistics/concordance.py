"""Lin's concordance correlation coefficient (1989, standard error as corrected in 2000).

It depends on the spread of the samples: a secondary number, told with its parts.
"""

import math
from dataclasses import dataclass

import numpy as np

from station.lab.statistics.distributions import normal_quantile
from station.lab.statistics.values import Interval, Values, centred, is_constant


@dataclass(frozen=True, slots=True)
class Concordance:
    """value = scatter x shift: `scatter` is Pearson's r, `shift` (C_b) what offset and scale take away; both
    are None where a method is constant. `ci`
    is on the scale of atanh, `ci_plain` on that of the coefficient."""

    value: float
    scatter: float | None
    shift: float | None
    ci: Interval | None
    ci_plain: Interval | None


def concordance(x: Values, y: Values, conf: float = 0.95) -> Concordance | None:
    """Return the coefficient of reference x and test y, shapes (n,); None for fewer than two samples, or
    where both methods read one and the same value."""
    n = x.size
    if n < 2 or is_constant(np.concatenate([x, y])):
        return None
    if is_constant(x) or is_constant(y):
        return Concordance(0.0, None, None, None, None)
    dx, dy = centred(x), centred(y)
    xx, yy, xy = float(dx @ dx) / n, float(dy @ dy) / n, float(dx @ dy) / n
    offset = float(x.mean() - y.mean())
    value, r = 2 * xy / (xx + yy + offset * offset), float(np.clip(xy / math.sqrt(xx * yy), -1, 1))
    shift = 2 * math.sqrt(xx * yy) / (xx + yy + offset * offset)
    if n < 3 or r == 0:
        return Concordance(value, r, shift, None, None)
    u = offset / (xx * yy) ** 0.25
    variance = (
        (1 - r * r) * value**2 * (1 - value**2) / r**2
        + 2 * value**3 * (1 - value) * u * u / r
        - value**4 * u**4 / (2 * r * r)
    ) / (n - 2)
    z, error = normal_quantile((1 + conf) / 2), math.sqrt(max(0.0, variance))
    plain = (value - z * error, value + z * error)
    if abs(value) > 1 - 1e-12:
        return Concordance(value, r, shift, None, plain)
    middle, margin = math.atanh(value), z * error / (1 - value**2)
    return Concordance(value, r, shift, (math.tanh(middle - margin), math.tanh(middle + margin)), plain)
