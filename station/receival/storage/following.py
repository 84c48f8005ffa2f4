"""Where the grain of a load is by now: what still lies in which cell, and with what the rest left.

Each movement takes what a trace says that it takes (`grain.mixing`). Only the movements of the cells that the
load went through are read, from its own on, and only while something of it lies there; where more had left
than was known to be there, back to what left: so much of the load is taken to be in that.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from sqlmodel import Session, col, select

from station.grain.mixing import OUT, Mix, Move, Origin, what_it_was
from station.store.tables import CellMovement

AT_ONCE = 500  # movements read at a time
NOTHING_KG = 0.01
_HERE = ""  # the only site
_COLUMNS = [
    getattr(CellMovement, name)
    for name in (
        "id", "cell_id", "seq", "kind", "kg", "content_kg", "load_id", "transfer_id", "paper_number", "act",
        "at",
    )
]  # fmt: skip
_Row = Any  # of these columns


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

    cells: dict[str, float] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)


def follow(tx: Session, load_id: str) -> Followed:
    """Follow what was moved in for a load, in the order of the movements."""
    return _Walk(tx, load_id).done()


class _Walk:
    """Walks through the movements of all cells in which grain of the load lies, by their numbers."""

    def __init__(self, tx: Session, load_id: str) -> None:
        self._tx, self._own = tx, Origin(_HERE, "load", load_id)
        self._mix = Mix()
        self._streams: dict[str, Iterator[_Row]] = {}
        # What comes is looked at before what is read on: a cell that is being read has it in its stream.
        self._next: list[tuple[int, bool, _Row]] = []
        self._returns: dict[str, dict[str, _Row]] = defaultdict(dict)
        self._out: list[_Row] = []
        own = select(*_COLUMNS).where(CellMovement.load_id == load_id, CellMovement.kg != 0)
        for row in tx.exec(own):
            self._push(row, is_read=False)

    def done(self) -> Followed:
        while self._next:
            _, is_read, row = heapq.heappop(self._next)
            if not is_read and row.cell_id in self._streams:
                continue
            if not is_read:
                self._enter(row)
            self._apply(row)
        found = {cell: self._lying(cell) for _, cell in self._mix.done.lies}
        return Followed({cell: kg for cell, kg in found.items() if kg > NOTHING_KG}, list(self._lots()))

    def _push(self, row: _Row, *, is_read: bool) -> None:
        heapq.heappush(self._next, (row.seq, is_read, row))

    def _enter(self, row: _Row) -> None:
        below = self._below_nothing(row)
        first = (*below, row)[0]
        self._mix.begin((_HERE, row.cell_id), first.content_kg - first.kg, first.id)
        for earlier in below:
            self._mix.apply(_move_of(earlier))
        self._out += below
        self._streams[row.cell_id] = self._movements(row.cell_id, row.seq)

    def _below_nothing(self, row: _Row) -> list[_Row]:
        """Return what was moved before since more left the cell than was known to be there."""
        if row.content_kg - row.kg >= 0.0:
            return []
        query = select(*_COLUMNS).where(CellMovement.cell_id == row.cell_id, col(CellMovement.seq) < row.seq)
        rows = self._tx.exec(query.order_by(col(CellMovement.seq).desc()).limit(AT_ONCE))
        return list(takewhile(lambda one: one.content_kg < 0.0, rows))[::-1]

    def _apply(self, row: _Row) -> None:
        """Where something of the load left, what comes into a cell out of that brings its part there."""
        move = _move_of(row)
        self._mix.apply(move)
        if self._mix.done.sent.get((_HERE, row.id), {}).get(self._own, 0.0) > NOTHING_KG:
            for coming in self._returns[row.transfer_id or row.id].values():
                self._push(coming, is_read=False)
            if move.kind == OUT:
                self._out.append(row)
        step = next(self._streams[row.cell_id], None) if self._lying(row.cell_id) > NOTHING_KG else None
        if step is None:
            del self._streams[row.cell_id]
        else:
            self._push(step, is_read=True)

    def _lying(self, cell: str) -> float:
        return self._mix.done.lies[_HERE, cell].get(self._own, 0.0)

    def _lots(self) -> Iterator[Lot]:
        for row in self._out:
            kg = self._mix.done.left.get((_HERE, row.id), {}).get(self._own, 0.0)
            if kg > NOTHING_KG:
                yield Lot(row.id, row.cell_id, row.paper_number, row.at.isoformat(), -row.kg, kg)

    def _movements(self, cell: str, after: int) -> Iterator[_Row]:
        query = select(*_COLUMNS).where(CellMovement.cell_id == cell).order_by(col(CellMovement.seq))
        while True:
            rows = self._tx.exec(query.where(col(CellMovement.seq) > after).limit(AT_ONCE)).all()
            self._read_returns(rows)
            yield from rows
            if len(rows) < AT_ONCE:
                return
            after = rows[-1].seq

    def _read_returns(self, rows: Sequence[_Row]) -> None:
        """What came in of each movement that left; one that was transferred or brought back names it."""
        left = {row.transfer_id or row.id for row in rows if row.kg < 0.0}
        query = select(*_COLUMNS).where(col(CellMovement.transfer_id).in_(left), CellMovement.kg > 0)
        for row in self._tx.exec(query) if left else ():
            self._returns[row.transfer_id or ""][row.id] = row


def _move_of(row: _Row) -> Move:
    kind = what_it_was(row.kind, row.kg, row.load_id, row.transfer_id, row.act)
    return Move(row.id, _HERE, row.cell_id, row.seq, kind, row.kg, row.load_id, row.transfer_id)
