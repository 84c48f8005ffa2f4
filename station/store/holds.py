"""Ask by name which values are to be confirmed, because a control of what measured them failed, and which are
used by no comparison."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlmodel import Session, and_, col, false, or_, select

from station.store.tables import Hold, HoldAct, Measurement, Reading

MACHINE = "machine"
RELEASED = "released"  # the act of a hold whose values no comparison uses


def open_holds(tx: Session) -> Sequence[Hold]:
    """Return the holds that nobody has ended, oldest first."""
    return tx.exec(select(Hold).where(col(Hold.ended).is_(False)).order_by(col(Hold.seq))).all()


def released_holds(tx: Session, analytes: Collection[str]) -> Sequence[Hold]:
    """Return the holds of these analytes whose values a manager released."""
    query = select(Hold).join(HoldAct, col(HoldAct.hold_id) == Hold.id).where(HoldAct.act == RELEASED)
    return tx.exec(query.where(col(Hold.analyte).in_(analytes)).order_by(col(Hold.seq))).all()


def is_covered(hold: Hold) -> Any:
    """The condition on `Measurement` that a hold covers the value."""
    covered: list[Any] = [Measurement.analyte == hold.analyte, Measurement.method == hold.method]
    if hold.since is not None:
        covered.append(col(Measurement.at) >= hold.since)
    if hold.until is not None:
        covered.append(col(Measurement.at) < hold.until)
    if hold.method == MACHINE:
        by_it = select(Reading.id).where(col(Reading.id) == Measurement.source_id)
        return and_(*covered, by_it.where(Reading.instrument_id == hold.source).exists())
    return and_(*covered, Measurement.source == hold.source)


def is_released(tx: Session, analyte: str) -> Any:
    """The condition on `Measurement` that a manager released the value of this analyte: no comparison uses
    it."""
    return or_(false(), *(is_covered(hold) for hold in released_holds(tx, [analyte])))


def covering(holds: Iterable[Hold], method: str, source: str | None, analyte: str, at: Any) -> Hold | None:
    """Return the hold among these that covers a value of a source, if one does."""
    for hold in holds:
        if (hold.method, hold.source, hold.analyte) != (method, source, analyte):
            continue
        if (hold.since is None or hold.since <= at) and (hold.until is None or at < hold.until):
            return hold
    return None
