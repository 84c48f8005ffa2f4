"""95 % limits: of a figure over photos, by drawing the photos again with a fixed seed, and of a count."""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

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


def counted(count: int, of: int) -> dict[str, Any]:
    """`count` out of `of` with the share's 95 % limits (Wilson's score interval); no limits for none."""
    if of == 0:
        return {"refused": 0, "of": 0}
    z = 1.96
    share, spread = count / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    return {
        "refused": count,
        "of": of,
        "low": round(max(0.0, middle - half), 3),
        "high": round(min(1.0, middle + half), 3),
    }
