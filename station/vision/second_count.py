"""Count kernels a second time, by area, knowing nothing of how clumps came apart.

What lies alone counts as it was drawn; what lies in clumps counts by its area, in middle lone kernels. Where
the two counts differ, kernels were cut in two or left in one piece, and the shares of whole and broken ones
are as wrong as the count."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from station.vision.clumps import SMOOTH
from station.vision.kernels import KernelShape

MIN_LONE = 8  # kernels alone: fewer do not tell what one is like
MAX_APART = 0.05  # of the kernels, beside what chance explains
CHANCE = 3.0  # standard errors of the count by area
HIDDEN = 0.1  # of a clumped kernel's area: what others hide of it, or the blur between them adds
LARGE = 2.5  # middle kernels from which on a lone thing may be several
SPECK = 0.2  # ... below which it is hardly one


@dataclass(frozen=True, slots=True)
class Counts:
    """Holds the kernels that were drawn (`outlines`), how many `by_area` there are (None where too few lie
    alone to tell), the standard error of that, and how many outlines lie in clumps."""

    outlines: int
    by_area: float | None
    error: float = 0.0
    clumped: int = 0

    @property
    def best(self) -> int:
        """Return the outlines where chance and what clumps hide explain the difference, else the mean."""
        if self.by_area is None or self.apart <= CHANCE * self.error + HIDDEN * self.clumped:
            return self.outlines
        return round((self.outlines + self.by_area) / 2)

    @property
    def apart(self) -> float:
        return 0.0 if self.by_area is None else abs(self.by_area - self.outlines)

    @property
    def agree(self) -> bool:
        """Tell whether the counts differ by no more than chance and MAX_APART explain."""
        return self.apart <= max(MAX_APART * self.outlines, 1.0) + CHANCE * self.error


def count_twice(kernels: Sequence[KernelShape]) -> Counts:
    """Return both counts of the complete kernels."""
    lone = np.array([kernel.area for kernel in kernels if kernel.clump == 1])
    clumped = np.array([kernel.area for kernel in kernels if kernel.clump > 1])
    if len(lone) < MIN_LONE:
        return Counts(len(kernels), None)
    middle = float(np.median(lone))
    in_clumps = float(clumped.sum()) / middle
    spread = float(np.std(lone)) / middle
    error = float(np.hypot(spread * np.sqrt(in_clumps), in_clumps * 1.25 * spread / np.sqrt(len(lone))))
    rough = np.array([kernel.solidity < SMOOTH for kernel in kernels if kernel.clump == 1])
    large = lone[(lone > LARGE * middle) & rough]  # kernels that did not come apart; a stone is smooth
    more = float((large / middle).sum()) - len(large)
    specks = int((lone < SPECK * middle).sum())
    return Counts(
        len(kernels), round(len(lone) + in_clumps + more - specks, 1), round(error, 2), len(clumped)
    )
