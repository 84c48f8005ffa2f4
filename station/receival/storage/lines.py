"""What the lines carry, from open decisions and from what was treated."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from station.acts.refusals import Fault, NotFound
from station.grain.lines import Decided, LineState, occupied
from station.grain.past import united
from station.store.ids import new_id
from station.store.tables import Line, Load, Tipping, Treatment

_NEWEST = select(func.max(Treatment.seq)).where(Treatment.line == Line.id).correlate(Line)
_LINES: Any = (
    select(Line, Treatment)
    .join(
        Treatment,
        (col(Treatment.line) == Line.id) & (col(Treatment.seq) == _NEWEST.scalar_subquery()),
        isouter=True,
    )
    .order_by(Line.id)
)


def check_line(tx: Session, line: str) -> None:
    """Raises NotFound(unknown_line) for one that the site does not have."""
    if tx.get(Line, line) is None:
        raise NotFound(Fault.UNKNOWN_LINE, name=line)


def states(tx: Session, decided: Iterable[Decided]) -> tuple[LineState, ...]:
    """The lines by id, held by these loads."""
    lines = [
        LineState(
            line.id,
            frozenset(line.pits),
            frozenset(line.cells),
            treated=tuple(last.in_line) if last else (),
        )
        for line, last in tx.exec(_LINES)
    ]
    return occupied(lines, decided)


def note_treated(tx: Session, load: Load, tippings: Sequence[Tipping], substances: Sequence[str]) -> None:
    """Records which lines treated grain went through: all that join the pit and the cell, for nobody says
    which it was."""
    if not substances:
        return
    for line, last in tx.exec(_LINES).all():
        before = tuple(last.in_line) if last else ()
        after = united(before, substances)
        through = [one for one in tippings if one.pit in line.pits and one.cell_id in line.cells]
        if through and after != before:
            row = Treatment(
                id=new_id(through[0].at), kind="carried", load_id=load.id, line=line.id,
                substance=", ".join(substances), in_line=list(after), by=through[0].by, at=through[0].at,
            )  # fmt: skip
            tx.add(row)


def in_line(tx: Session, line: str) -> tuple[str, ...]:
    """The substances that went through a line since it was flushed."""
    query = select(Treatment).where(Treatment.line == line).order_by(col(Treatment.seq).desc())
    last = tx.exec(query.limit(1)).first()
    return tuple(last.in_line) if last else ()
