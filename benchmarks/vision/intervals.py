"""95 % limits of a figure over photos, by drawing the photos again with a fixed seed."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
DRAWS = 2000
SEED = 20


def resampled(photos: Sequence[T], figure: Callable[[Sequence[T]], float]) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of `figure` over photos drawn with replacement."""
    rng = np.random.default_rng(SEED)
    drawn = [figure([photos[i] for i in rng.integers(len(photos), size=len(photos))]) for _ in range(DRAWS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
