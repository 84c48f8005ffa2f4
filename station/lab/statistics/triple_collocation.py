"""Triple collocation: the own error of three methods that may each have a scale of their own.

x has shape (n, 3). It assumes independent errors, and samples whose spread is well above the errors.
"""

from dataclasses import dataclass

import numpy as np

from station.lab.statistics.values import Values

DRAWS = 2_000
SEED = 1
_MOST_BLOCKS = 2_000


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
    """Return the errors with bootstrap intervals; None where a covariance is not above 0."""
    q = np.cov(x, rowvar=False)
    if x.shape[0] < 3 or min(q[0, 1], q[0, 2], q[1, 2]) <= 0:
        return None
    variances = _variances(q[None])[0]
    scales = np.array([1.0, q[1, 2] / q[0, 2], q[1, 2] / q[0, 1]])
    correlations = 1 - variances / np.diag(q)
    tail = (1 - conf) / 2
    drawn = _variances(_resampled(x - x.mean(axis=0), seed, draws))
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


def _resampled(x: Values, seed: int, draws: int) -> Values:
    """Return covariances of samples drawn with replacement, shape (draws, 3, 3). Of more than 2,000 samples
    whole blocks are drawn, so that the work does not grow with them."""
    rng = np.random.default_rng(seed)
    n = x.shape[0]
    blocks = np.array_split(rng.permutation(n), min(n, _MOST_BLOCKS))
    moments = np.stack([_moments(x[block]) for block in blocks])
    counts = rng.multinomial(len(blocks), np.full(len(blocks), 1 / len(blocks)), size=draws)
    sums = counts @ moments
    size, first, second = sums[:, 0], sums[:, 1:4], sums[:, 4:].reshape(-1, 3, 3)
    mean = first / size[:, None]
    centred = second - size[:, None, None] * mean[:, :, None] * mean[:, None, :]
    with np.errstate(all="ignore"):
        return np.asarray(centred / (size - 1)[:, None, None])


def _moments(block: Values) -> Values:
    return np.concatenate([[block.shape[0]], block.sum(axis=0), (block.T @ block).ravel()])
