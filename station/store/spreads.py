"""Ask by name which spreads of a phone's class shares hold at this site. The newest row of a phone, release
and class tells what was done last; what holds is the newest one that was approved, unless it was ended."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from station.store.tables import Spread

PROPOSED, APPROVED, DECLINED, ENDED = "proposed", "approved", "declined", "ended"


def newest(tx: Session, acts: Collection[str] = (PROPOSED, APPROVED, DECLINED, ENDED)) -> Sequence[Spread]:
    """Return the newest row of each phone, release and class among those of these acts, oldest first."""
    last: Any = select(func.max(Spread.seq)).where(col(Spread.act).in_(acts))
    last = last.group_by(Spread.terminal_id, Spread.release, Spread.class_name)
    return tx.exec(select(Spread).where(col(Spread.seq).in_(last)).order_by(col(Spread.seq))).all()


def in_force(tx: Session) -> list[Spread]:
    return [row for row in newest(tx, (APPROVED, ENDED)) if row.act == APPROVED]
