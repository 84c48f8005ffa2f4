"""Ask what happened on one day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from station.store.tables import (
    CellMovement,
    DayClosing,
    HandOver,
    Load,
    LoadOwner,
    Ticket,
    Weighing,
)

Span = tuple[datetime, datetime]  # the first instant, and the first that is of it no more


def loads_ended_in(tx: Session, span: Span) -> Sequence[Load]:
    """Those that got their outcome then, oldest first."""
    at = col(Load.outcome_at)
    return tx.exec(select(Load).where(at >= span[0], at < span[1]).order_by(at, col(Load.seq))).all()


def times_on_site(tx: Session, load_ids: Sequence[str]) -> list[timedelta]:
    """From the first weighing of each ticketed load to its last, the shortest first."""
    first, last = aliased(Weighing), aliased(Weighing)
    rows = tx.exec(
        select(first.at, last.at)
        .select_from(Ticket)
        .join(first, col(first.id) == Ticket.first_weighing_id)
        .join(last, col(last.id) == Ticket.last_weighing_id)
        .where(col(Ticket.load_id).in_(load_ids), col(Ticket.current).is_(True))
    ).all()
    return sorted(end - begin for begin, end in rows)


def weighings_unused(tx: Session) -> int:
    """How many weights nobody used or dismissed."""
    return tx.exec(select(func.count()).select_from(Weighing).where(Weighing.state == "offered")).one()


def hand_overs(tx: Session, span: Span) -> Sequence[HandOver]:
    """Return the shifts that were handed over then, in their order; there are a few a day."""
    at = col(HandOver.at)
    return tx.exec(select(HandOver).where(at >= span[0], at < span[1]).order_by(at)).all()


def newest_closing(tx: Session) -> DayClosing | None:
    return next(iter(closings(tx, 1)), None)


def closing_of(tx: Session, day: date) -> DayClosing | None:
    return tx.exec(_closings().where(DayClosing.day == day).limit(1)).first()


def closings(tx: Session, limit: int = 60) -> Sequence[DayClosing]:
    """Return the closings of the newest days, the last one first."""
    return tx.exec(_closings().limit(limit)).all()


def _closings() -> SelectOfScalar[DayClosing]:
    """By their days: one that came back after a restore has its number from then. A day may have been closed
    once more in between."""
    return select(DayClosing).order_by(col(DayClosing.day).desc(), col(DayClosing.at).desc())


def first_ended(tx: Session, span: Span) -> datetime | None:
    """Return when the first load of a span got its outcome."""
    at = col(Load.outcome_at)
    return tx.exec(select(at).where(at >= span[0], at < span[1]).order_by(at).limit(1)).first()


def moved_by_load(tx: Session, load_ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """By load, what its movements brought into each cell."""
    query = select(CellMovement.load_id, CellMovement.cell_id, func.sum(CellMovement.kg))
    query = query.where(col(CellMovement.load_id).in_(load_ids))
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for load_id, cell, kg in tx.exec(query.group_by(CellMovement.load_id, CellMovement.cell_id)):
        found[load_id or ""][cell] = kg
    return found


def owners_by_load(tx: Session, load_ids: Sequence[str]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in tx.exec(select(LoadOwner).where(col(LoadOwner.load_id).in_(load_ids))):
        found[row.load_id][row.supplier_id] = row.share
    return found


def weighed_kg(tx: Session, ids: Iterable[str]) -> dict[str, float]:
    return dict(tx.exec(select(Weighing.id, Weighing.kg).where(col(Weighing.id).in_(set(ids)))).all())


# Every kind of movement: an index begins with it.
MOVED = (
    "opening", "in", "out", "transfer", "correction", "recovered", "returned", "drying", "grain_cleaning",
    "cell_cleaning", "ventilation", "treatment", "revaluation",
)  # fmt: skip


def other_movements(tx: Session, span: Span) -> dict[str, dict[str, float]]:
    """By cell and kind, what moved then that no load brought."""
    at = col(CellMovement.at)
    query = select(CellMovement.cell_id, CellMovement.kind, func.sum(CellMovement.kg))
    query = query.where(col(CellMovement.kind).in_(MOVED), at >= span[0], at < span[1])
    query = query.where(col(CellMovement.load_id).is_(None))
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for cell, kind, kg in tx.exec(query.group_by(CellMovement.cell_id, CellMovement.kind)):
        found[cell][kind] = kg
    return found


def moved_since(tx: Session, closing: DayClosing) -> dict[str, float]:
    """By cell, what moved after a closing. One that came back after a restore has a greater number than what
    came back with it: then the time says what was after it."""
    is_moved, seq = col(CellMovement.kind).in_(MOVED), closing.seq or 0
    later = or_(
        and_(is_moved, col(CellMovement.seq) > seq), and_(is_moved, col(CellMovement.at) > closing.at)
    )
    query = select(CellMovement.cell_id, func.sum(CellMovement.kg)).where(later)
    return dict(tx.exec(query.group_by(CellMovement.cell_id)).all())


def numbers_after(tx: Session, site: str, campaign: str, number: int, before: datetime) -> list[int]:
    """Return the ticket numbers above one, issued before an instant."""
    query = select(Ticket.number).where(Ticket.site == site, Ticket.campaign == campaign)
    query = query.where(col(Ticket.number) > number, col(Ticket.at) < before)
    return list(tx.exec(query.order_by(col(Ticket.number))))


def first_number(tx: Session, site: str, campaign: str, span: Span) -> int | None:
    """Return the lowest ticket number of the loads that ended then and got their ticket then."""
    at = col(Load.outcome_at)
    query = select(func.min(Ticket.number)).join(Load, col(Load.id) == Ticket.load_id)
    query = query.where(at >= span[0], at < span[1], Ticket.site == site, Ticket.campaign == campaign)
    return tx.exec(query.where(col(Ticket.at) >= span[0], col(Ticket.at) < span[1])).one()


def late_tickets(
    tx: Session, site: str, campaigns: Iterable[str], seq: int, span: Span
) -> list[tuple[Ticket, Ticket | None, datetime]]:
    """Return the tickets that came after a row of this number, by the span's end, of loads that ended before
    it: each with the one that it corrects, and when its load ended."""
    corrected, ended = aliased(Ticket), col(Load.outcome_at)
    query = select(Ticket, corrected, ended).join(Load, col(Load.id) == Ticket.load_id)
    query = query.outerjoin(corrected, col(corrected.id) == Ticket.corrects_id)
    query = query.where(Ticket.site == site, col(Ticket.campaign).in_(set(campaigns)))
    query = query.where(col(Ticket.seq) > seq, col(Ticket.at) < span[1], ended < span[0])
    rows = tx.exec(query.order_by(col(Ticket.seq)))
    return [(ticket, before, ended_at) for ticket, before, ended_at in rows if ended_at]


def late_movements(tx: Session, seq: int, before: datetime) -> Sequence[CellMovement]:
    """Return the movements that came after a row of this number and are dated before an instant."""
    query = select(CellMovement).where(col(CellMovement.kind).in_(MOVED), col(CellMovement.seq) > seq)
    return tx.exec(query.where(col(CellMovement.at) < before).order_by(col(CellMovement.seq))).all()
