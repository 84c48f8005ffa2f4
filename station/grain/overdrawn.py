"""What left a cell beyond all that was known to be in it, and who is taken to have brought it.

Such grain is of unknown origin until more comes into the cell: a load that was entered after its grain had
left. What comes first makes good what is missing, as the balance of the cell does, and is from then on
supposed to be what had left: all of it is named that may be concerned. Kilograms are conserved.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

_NOTHING = 1e-9

Grain = TypeVar("Grain", bound=Hashable)  # an origin
Cell = TypeVar("Cell", bound=Hashable)


class Overdrawn(Generic[Cell, Grain]):
    """Keeps by cell how much of each unknown origin is missing there. `came`: how much came of every origin;
    `supposed`: how much of it is taken to have left before it was entered."""

    def __init__(self, came: dict[Grain, float], supposed: dict[Grain, float]) -> None:
        self._came, self._supposed = came, supposed
        self._missing: dict[Cell, dict[Grain, float]] = defaultdict(dict)

    def kg(self, cell: Cell) -> float:
        return sum(self._missing[cell].values())

    def leave(self, cell: Cell, unknown: Grain, kg: float) -> None:
        """Note what left that nobody knew of."""
        if kg > _NOTHING:
            self._missing[cell][unknown] = kg
            self._came[unknown] = kg

    def found(self, cell: Cell, kg: float) -> float:
        """Make good by a count what is missing, which stays unknown; return how much that takes of `kg`."""
        missing = self._missing[cell]
        taken = min(kg, self.kg(cell))
        for unknown, part in _shared(missing, taken).items():
            _less(missing, unknown, part)
        return taken

    def come(self, cell: Cell, came: dict[Grain, float], contents: Iterable[dict[Grain, float]]) -> None:
        """Take out of `came` what makes good what is missing in the cell, and write it in all `contents` in
        the place of the unknown. Of what left, what comes back itself is missing no more."""
        missing = self._missing[cell]
        for unknown in [one for one in came if one in missing]:
            kg = min(came[unknown], missing[unknown])
            for part in (came, missing, self._came):
                _less(part, unknown, kg)
        taken = min(sum(came.values()), self.kg(cell))
        if taken <= _NOTHING:
            return
        made_good, by = _shared(missing, taken), _shared(came, taken)
        shares = {unknown: kg / self._came[unknown] for unknown, kg in made_good.items()}
        for content in contents:
            _rename(content, shares, by, taken)
        for unknown, kg in made_good.items():
            _less(missing, unknown, kg)
            _less(self._came, unknown, kg)
        for origin, kg in by.items():
            _less(came, origin, kg)
            self._supposed[origin] = self._supposed.get(origin, 0.0) + kg


def _shared(of: dict[Grain, float], kg: float) -> dict[Grain, float]:
    total = sum(of.values())
    return {origin: part * kg / total for origin, part in of.items()} if total > _NOTHING else {}


def _less(content: dict[Grain, float], origin: Grain, kg: float) -> None:
    content[origin] -= kg
    if content[origin] <= _NOTHING:
        del content[origin]


def _rename(
    content: dict[Grain, float], shares: dict[Grain, float], by: dict[Grain, float], total: float
) -> None:
    known_kg = 0.0
    for unknown, share in shares.items():
        if unknown in content:
            known_kg += content[unknown] * share
            _less(content, unknown, content[unknown] * share)
    if known_kg:
        for origin, kg in by.items():
            content[origin] = content.get(origin, 0.0) + known_kg * kg / total
