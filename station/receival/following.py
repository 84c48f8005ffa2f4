"""Where the grain of a load is by now: what still lies in which cell, and with what the rest left.

A cell is mixed: whatever leaves it takes the same share of every load in it. Only the movements of the cells
that the load went through are read, from its own on.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from station.store.tables import CellMovement

AT_ONCE = 500  # movements read at a time
NOTHING_KG = 0.01


@dataclass(frozen=True, slots=True)
class Lot:
    """A movement out that took a part of the load along."""

    movement_id: str
    cell: str
    paper_number: str
    at: str
    kg: float
    load_kg: float


@dataclass(slots=True)
class Followed:
    """`cells`: kilograms of the load that lie there still; `lots`: what left the site with a part of it."""

    cells: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    lots: list[Lot] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Step:
    id: str
    seq: int
    cell: str
    kind: str
    kg: float
    content_kg: float
    load_id: str | None
    transfer_id: str | None
    paper_number: str
    at: Any


_COLUMNS = [
    getattr(CellMovement, name if name != "cell" else "cell_id") for name in _Step.__dataclass_fields__
]


def follow(tx: Session, load_id: str) -> Followed:
    """Follow what was moved in for a load, in the order of the movements."""
    return _Walk(tx, load_id).done()


class _Walk:
    """Walks through the movements of all cells in which grain of the load lies, by their numbers."""

    def __init__(self, tx: Session, load_id: str) -> None:
        self._tx, self._load_id = tx, load_id
        self._found = Followed()
        self._streams: dict[str, Iterator[_Step]] = {}
        self._next: list[tuple[int, int, _Step | None, str, float]] = []
        self._returns: dict[str, list[_Step]] = {}
        own = select(*_COLUMNS).where(CellMovement.load_id == load_id, CellMovement.kg != 0)
        for row in tx.exec(own.order_by(col(CellMovement.seq))):
            step = _Step(*row)
            self._push(step.seq, None, step.cell, step.kg)

    def done(self) -> Followed:
        while self._next:
            seq, _, step, cell, kg = heapq.heappop(self._next)
            if step is None:
                self._come(seq, cell, kg)
            else:
                self._leave(step)
        self._found.cells = {cell: kg for cell, kg in self._found.cells.items() if kg > NOTHING_KG}
        return self._found

    def _push(self, seq: int, step: _Step | None, cell: str, kg: float = 0.0) -> None:
        heapq.heappush(self._next, (seq, id(step), step, cell, kg))

    def _come(self, seq: int, cell: str, kg: float) -> None:
        cells = self._found.cells
        cells[cell] = max(0.0, cells[cell] + kg)
        if cell not in self._streams and cells[cell] > NOTHING_KG:
            self._streams[cell] = self._movements(cell, seq)
            self._go_on(cell)

    def _leave(self, step: _Step) -> None:
        cells = self._found.cells
        if step.kg < 0.0 and step.load_id != self._load_id:
            before = step.content_kg - step.kg
            share = min(1.0, -step.kg / before) if before > 0.0 else 1.0
            gone = cells[step.cell] * share
            cells[step.cell] -= gone
            if gone > NOTHING_KG:
                self._send(step, gone)
        if cells[step.cell] > NOTHING_KG:
            self._go_on(step.cell)
        else:
            del self._streams[step.cell]

    def _send(self, step: _Step, gone_kg: float) -> None:
        """What comes into a cell out of this movement brings its part of the load there."""
        left_kg = gone_kg
        for coming in self._returns.get(step.transfer_id or step.id, ()):
            kg = gone_kg * min(1.0, coming.kg / -step.kg)
            left_kg -= kg
            self._push(coming.seq, None, coming.cell, kg)
        if step.kind in ("out", "recovered") and left_kg > NOTHING_KG:
            self._found.lots.append(
                Lot(step.id, step.cell, step.paper_number, step.at.isoformat(), -step.kg, left_kg)
            )

    def _go_on(self, cell: str) -> None:
        step = next(self._streams[cell], None)
        if step is not None:
            self._push(step.seq, step, cell)

    def _movements(self, cell: str, after: int) -> Iterator[_Step]:
        query = select(*_COLUMNS).where(CellMovement.cell_id == cell).order_by(col(CellMovement.seq))
        while True:
            rows = self._tx.exec(query.where(col(CellMovement.seq) > after).limit(AT_ONCE)).all()
            steps = [_Step(*row) for row in rows]
            self._read_returns(steps)
            yield from steps
            if len(steps) < AT_ONCE:
                return
            after = steps[-1].seq

    def _read_returns(self, steps: Sequence[_Step]) -> None:
        """What came in of each movement that left; one that was transferred or brought back names it."""
        left = {step.transfer_id or step.id for step in steps if step.kg < 0.0}
        query = select(*_COLUMNS).where(col(CellMovement.transfer_id).in_(left), CellMovement.kg > 0)
        for row in self._tx.exec(query) if left else ():
            step = _Step(*row)
            known = self._returns.setdefault(step.transfer_id or "", [])
            if step not in known:
                known.append(step)
