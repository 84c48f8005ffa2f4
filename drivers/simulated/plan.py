"""A plan repeats all chosen faults, at places that the seed decides."""

import random
from collections.abc import Sequence

from drivers.simulated.faults import LineFault


class FaultPlan:
    """`next` is asked once per message; between two faults lie `gap` (fewest, most) sound messages."""

    def __init__(self, faults: Sequence[LineFault], seed: int, gap: tuple[int, int]) -> None:
        self._faults = tuple(dict.fromkeys(faults))
        self._random = random.Random(seed)
        self._gap = gap
        self._round: list[LineFault] = []
        self._left = self._random.randint(*gap)

    def next(self) -> LineFault | None:
        """Return the fault that the next message suffers, if it does."""
        if not self._faults:
            return None
        if self._left > 0:
            self._left -= 1
            return None
        self._left = self._random.randint(*self._gap)
        if not self._round:
            self._round = self._random.sample(self._faults, len(self._faults))
        return self._round.pop()
