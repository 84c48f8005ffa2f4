"""Counted classes -> shares of the sample with 95 % limits.

Counting what the net calls each kernel is biased: where it mistakes 5 % of sound kernels for broken, a
sound sample shows 5 % broken. The shares here are those that, sent through the bundle's known
confusion, explain the counts best (maximum likelihood by expectation-maximisation). The limits hold
95 % of what could be true given the counts (Gibbs sampling: true classes of the kernels, then shares).
Two errors widen them: a few hundred kernels stand for tonnes, and the confusion was itself measured on
few source photos (every chain draws photos with replacement).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 400
STEPS = 200  # of expectation-maximisation
SWEEPS = 40  # of each chain
PRIOR = 0.5  # kernels added to every count (Jeffreys)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Per true class, an array (source photos, classes) of kernels by what they were called."""

    photos: tuple[Floats, ...]

    def mean(self) -> Floats:
        """(classes, classes), rows sum to 1: probability of being called j when truly i."""
        counts = np.stack([p.sum(axis=0) for p in self.photos]) + PRIOR
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))

    def draw(self, rng: np.random.Generator, draws: int) -> Floats:
        """(draws, classes, classes) that other source photos of the same kind might have given."""
        rows = []
        for photos in self.photos:
            chosen = rng.integers(0, len(photos), (draws, len(photos)))
            rows.append(photos[chosen].sum(axis=1) + PRIOR)
        counts = np.stack(rows, axis=1)
        return np.asarray(counts / counts.sum(axis=2, keepdims=True))


@dataclass(frozen=True, slots=True)
class Share:
    share: float
    low: float
    high: float


def shares(counts: NDArray[np.int64], confusion: Confusion, seed: int = 0) -> list[Share]:
    """Shares (0 to 1) of the true classes behind `counts` (classes,) of called ones, with 95 % limits.

    Deterministic for a seed. All zero counts give shares of 0 with limits 0 and 1."""
    if counts.sum() == 0:
        return [Share(0.0, 0.0, 1.0) for _ in counts]
    rng = np.random.default_rng(seed)
    best = _explain(counts.astype(np.float64), confusion.mean())
    spread = _possible(counts, confusion.draw(rng, DRAWS), rng)
    low, high = np.percentile(spread, [2.5, 97.5], axis=0)
    return [
        Share(round(float(b), 6), round(float(min(lo, b)), 6), round(float(max(hi, b)), 6))
        for b, lo, hi in zip(best, low, high, strict=True)
    ]


def _explain(counts: Floats, confusion: Floats) -> Floats:
    """(classes,) shares that make the counts likeliest under a (classes, classes) confusion."""
    observed = counts / counts.sum()
    share = np.full(len(counts), 1 / len(counts))
    for _ in range(STEPS):
        share = _blame(share, confusion) @ observed
    return np.asarray(share / share.sum())


def _blame(share: Floats, confusion: Floats) -> Floats:
    """(..., true, called): probability of the true class for what was called, columns summing to 1."""
    joint = share[..., :, None] * confusion
    return np.asarray(joint / np.maximum(joint.sum(axis=-2, keepdims=True), 1e-300))


def _possible(counts: NDArray[np.int64], confusions: Floats, rng: np.random.Generator) -> Floats:
    """(draws, classes) shares that may be true, one after SWEEPS steps of a chain per confusion."""
    draws, classes = len(confusions), len(counts)
    share = np.full((draws, classes), 1 / classes)
    for _ in range(SWEEPS):
        blame = _blame(share, confusions)
        true = sum(rng.multinomial(int(counts[k]), _normal(blame[:, :, k])) for k in range(classes))
        weight = rng.standard_gamma(np.asarray(true, np.float64) + PRIOR)
        share = weight / weight.sum(axis=1, keepdims=True)
    return share


def _normal(rows: Floats) -> Floats:
    """Rows that sum to 1 to the last bit that `multinomial` asks for."""
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))
