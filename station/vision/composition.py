"""Turn the called classes of the kernels into shares of the sample with 95 % limits, by count and by
estimated mass.

Counting what the net calls each kernel is biased: where it mistakes 5 % of sound kernels for broken, a
sound sample shows 5 % broken. The shares here are those that, sent through the bundle's known
confusion, explain the counts best (maximum likelihood by expectation-maximisation).

The limits come from doing this again for many counts and confusions that might as well have been. Two
errors widen them: a few hundred kernels stand for tonnes, and this photo's confusion is not the mean
one: photos differ (light, phone, sheet), by as much as the bundle's source photos differ among
themselves. However many kernels lie on one photo, the second error stays. Source photos of one phone and
one sheet say nothing of others; where a bundle also knows how it fares on other ones, two of three
confusions that might be come from these: a stranger's phone is rather another one.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

DRAWS = 600
ELSEWHERE = 400  # of the draws, where a bundle knows photos of other phones and sheets
STEPS = 60  # of expectation-maximisation, at most
SETTLED = 1e-5  # a step that moves no share by more is the last
START = 1e-4  # the smallest share a start may have: expectation-maximisation cannot leave 0
PRIOR = 0.5  # kernels added to every count (Jeffreys)
FEW_PHOTOS = 0.1  # intra-photo correlation taken from one imagined photo beside the measured ones
CORRELATION = (0.002, 0.8)  # bounds of the intra-photo correlation
LIMIT_STEPS = 10_000  # of the limits, 0 to 1; the search stops within a tenth of one
MASS_POWER = 1.5  # a body's mass grows with its projected area to this power
MASS_ERROR = 0.15  # relative: how much heavier than its area says a class may be, beside the others

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Confusion:
    """Holds per true class an array (source photos, classes) of kernels by what they were called: `photos`
    like those that were learnt, which tell the mean, and `elsewhere` some of other phones and sheets, if
    known."""

    photos: tuple[Floats, ...]
    elsewhere: tuple[Floats, ...] = ()

    @cached_property
    def mean(self) -> Floats:
        """Return (classes, classes) whose rows sum to 1: the probability of being called j when truly i."""
        rows = (_fit(p, true, np.ones((1, len(p))))[0] for true, p in enumerate(self.photos))
        return np.concatenate(list(rows))

    @cached_property
    def possible(self) -> Floats:
        """Draw (DRAWS, classes, classes) that another photo might have: photos drawn with replacement give a
        mean and how strongly photos differ, and from these comes one photo's own confusion."""
        rng = np.random.default_rng(0)
        strange = ELSEWHERE if self.elsewhere else 0
        known = _of_one_photo(self.photos, DRAWS - strange, rng)
        return np.concatenate([known, _of_one_photo(self.elsewhere, strange, rng)]) if strange else known


def _of_one_photo(group: tuple[Floats, ...], draws: int, rng: np.random.Generator) -> Floats:
    """Draw (draws, classes, classes) that one more photo like those of the group might have."""
    rows = []
    for true, photos in enumerate(group):
        again = rng.multinomial(len(photos), np.full(len(photos), 1 / len(photos)), size=draws)
        mean, correlation = _fit(photos, true, again.astype(np.float64))
        rows.append(_whole(rng.standard_gamma(mean * (1 / correlation - 1)[:, None]) + 1e-12))
    return np.stack(rows, axis=1)


@dataclass(frozen=True, slots=True)
class Share:
    """Holds a share with its 95 % limits, all 0 to 1."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Composition:
    """Holds `best` (classes,) shares by count, `possible` (draws, classes) others that may be true, and
    `blame` (classes, classes): probability of the true class (rows) for what was called (columns)."""

    best: Floats
    possible: Floats
    blame: Floats

    def by_count(self) -> list[Share]:
        return _limits(self.best, self.possible)

    def by_mass(self, called: NDArray[np.int64], areas: Floats, seed: int = 0) -> list[Share]:
        """Estimate shares by mass from what each kernel was called and its projected area, both (n,)."""
        mean, error = _mean_mass(called, np.power(areas, MASS_POWER), self.blame)
        rng = np.random.default_rng(seed)
        spread = np.exp(rng.normal(0.0, np.hypot(error, MASS_ERROR), self.possible.shape))
        return _limits(_whole(self.best * mean), _whole(self.possible * mean * spread))


def compose(counts: NDArray[np.int64], confusion: Confusion, seed: int = 0) -> Composition:
    """Return the true classes behind `counts` (classes,) of called ones, not all zero. It is deterministic
    for a seed."""
    rng = np.random.default_rng(seed)
    mean = confusion.mean
    best = _explain(_whole(counts[None].astype(np.float64)), mean[None])[0]
    seen = _whole(rng.standard_gamma(counts + PRIOR, (DRAWS, len(counts))))
    joint = best[:, None] * mean + 1e-12
    return Composition(best, _explain(seen, confusion.possible), joint / joint.sum(axis=0))


def _fit(photos: Floats, true: int, copies: Floats) -> tuple[Floats, Floats]:
    """Return the mean row (draws, classes) and intra-photo correlation (draws,) of one class, each from
    `copies` (draws, photos) of its source photos, by moments of the share that is called rightly.

    A photo weighs by its kernels, but a photo of very many kernels is still one photo."""
    size = np.maximum(photos.sum(axis=1), 1e-9)
    row = photos / size[:, None]
    correlation = np.full(len(copies), FEW_PHOTOS)
    for _ in range(3):
        each = size / (1 + (size - 1) * correlation[:, None])
        weight = copies * each
        total = weight.sum(axis=1, keepdims=True)
        mean = (weight @ row + PRIOR / photos.shape[1]) / (total + PRIOR)
        right = mean[:, true]
        spread = (weight * (row[:, true] - right[:, None]) ** 2).sum(axis=1) / (right * (1 - right))
        free = weight * (1 - each / total)
        by_chance, by_photo = (free / size).sum(axis=1), (free * (1 - 1 / size)).sum(axis=1)
        imagined = (weight * (1 - 1 / size)).mean(axis=1) + 1e-9
        correlation = (spread - by_chance + imagined * FEW_PHOTOS) / (by_photo + imagined)
        correlation = np.clip(correlation, *CORRELATION)
    return mean, correlation


def _explain(observed: Floats, confusion: Floats) -> Floats:
    """Return the shares (draws, classes) that make the `observed` ones likeliest under their confusion.

    Where the confusion undone gives shares, these are the answer; elsewhere a start for the search."""
    blurred = np.swapaxes(confusion, 1, 2) + 1e-9 * np.eye(confusion.shape[1])
    share = _whole(np.maximum(np.linalg.solve(blurred, observed[..., None])[..., 0], START))
    for _ in range(STEPS):
        called = np.einsum("di,dij->dj", share, confusion)
        better = share * np.einsum("dij,dj->di", confusion, observed / np.maximum(called, 1e-300))
        moved = float(np.abs(better - share).max())
        share = better
        if moved < SETTLED:
            break
    return _whole(share)


def _mean_mass(called: NDArray[np.int64], mass: Floats, blame: Floats) -> tuple[Floats, Floats]:
    """Return the mean relative mass of each true class (classes,) and its relative standard error: every
    kernel counts for the classes it may be; one kernel of the photo's mean mass is added to each, so that
    none is empty."""
    of_kernel = blame[:, called]
    weight = of_kernel.sum(axis=1) + 1
    mean = (of_kernel @ mass + mass.mean()) / weight
    square = (of_kernel @ mass**2 + (mass**2).mean()) / weight
    return mean, np.sqrt(np.maximum(square - mean**2, 0) / weight) / mean


def _limits(best: Floats, possible: Floats) -> list[Share]:
    """Round limits outwards to a hundredth of a percent, so that a share of exactly 0 or 1 lies within."""
    low, high = np.percentile(possible, [2.5, 97.5], axis=0)
    low = np.floor(np.minimum(best, low) * LIMIT_STEPS) / LIMIT_STEPS
    high = np.minimum(1, np.ceil(np.maximum(best, high) * LIMIT_STEPS) / LIMIT_STEPS)
    return [
        Share(round(float(b), 6), float(lo), float(hi)) for b, lo, hi in zip(best, low, high, strict=True)
    ]


def _whole(parts: Floats) -> Floats:
    """Scale parts (..., classes) so that they sum to 1."""
    return np.asarray(parts / parts.sum(axis=-1, keepdims=True))
