"""Triple collocation: the own error of three methods that may each have a scale of their own.

x has shape (n, 3). It assumes independent errors, and samples whose spread is well above the errors.
"""

from dataclasses import dataclass

import numpy as np

from station.lab.statistics.values import Values
from station.lab.statistics.wishart import likely_covariances

DRAWS = 20_000
SEED = 1


@dataclass(frozen=True, slots=True)
class Collocation:
    """For each method, shapes (3,): error variance on its own scale (negative: too small to see), scale
    relative to the first method, squared correlation with the truth. `intervals` shape (3, 2)."""

    variances: Values
    scales: Values
    correlations: Values
    intervals: Values


def triple_collocation(
    x: Values, conf: float = 0.95, seed: int = SEED, draws: int = DRAWS
) -> Collocation | None:
    """Return the errors with their intervals; None for fewer than 4 samples, or where a covariance is not
    above 0."""
    q = np.cov(x, rowvar=False)
    if x.shape[0] < 4 or min(q[0, 1], q[0, 2], q[1, 2]) <= 0:
        return None
    variances = _variances(q[None])[0]
    scales = np.array([1.0, q[1, 2] / q[0, 2], q[1, 2] / q[0, 1]])
    correlations = 1 - variances / np.diag(q)
    tail = (1 - conf) / 2
    drawn = _variances(likely_covariances(x, seed, draws))
    intervals = np.nanquantile(drawn, [tail, 1 - tail], axis=0).T
    return Collocation(variances, scales, correlations, intervals)


def _variances(q: Values) -> Values:
    """Return the error variances, shape (m, 3), of covariances, shape (m, 3, 3)."""
    with np.errstate(all="ignore"):
        return np.stack(
            [
                q[:, 0, 0] - q[:, 0, 1] * q[:, 0, 2] / q[:, 1, 2],
                q[:, 1, 1] - q[:, 0, 1] * q[:, 1, 2] / q[:, 0, 2],
                q[:, 2, 2] - q[:, 0, 2] * q[:, 1, 2] / q[:, 0, 1],
            ],
            axis=1,
        )
