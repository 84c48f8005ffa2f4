"""Ask what happened on one day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from station.store.tables import (
    CellMovement,
    DayClosing,
    Load,
    LoadOwner,
    Pairing,
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


def waiting_items(tx: Session) -> int:
    """How many readings and captures wait for a person."""
    query = select(func.count()).select_from(Pairing)
    return tx.exec(query.where(Pairing.state == "unpaired", col(Pairing.current).is_(True))).one()


def weighings_unused(tx: Session) -> int:
    """How many weights nobody used or dismissed."""
    return tx.exec(select(func.count()).select_from(Weighing).where(Weighing.state == "offered")).one()


def newest_closing(tx: Session) -> DayClosing | None:
    return tx.exec(select(DayClosing).order_by(col(DayClosing.seq).desc()).limit(1)).first()


def closing_of(tx: Session, day: date) -> DayClosing | None:
    return tx.exec(select(DayClosing).where(DayClosing.day == day)).first()


def closings(tx: Session, limit: int = 60) -> Sequence[DayClosing]:
    """Return the newest closings, the last one first."""
    return tx.exec(select(DayClosing).order_by(col(DayClosing.seq).desc()).limit(limit)).all()


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


def moved_since(tx: Session, seq: int) -> dict[str, float]:
    """By cell, what moved after a row of this number."""
    query = select(CellMovement.cell_id, func.sum(CellMovement.kg))
    query = query.where(col(CellMovement.kind).in_(MOVED), col(CellMovement.seq) > seq)
    return dict(tx.exec(query.group_by(CellMovement.cell_id)).all())


def numbers_after(tx: Session, site: str, campaign: str, number: int, before: datetime) -> list[int]:
    """Return the ticket numbers above one, issued before an instant."""
    query = select(Ticket.number).where(Ticket.site == site, Ticket.campaign == campaign)
    query = query.where(col(Ticket.number) > number, col(Ticket.at) < before)
    return list(tx.exec(query.order_by(col(Ticket.number))))


def numbers_of_day(tx: Session, site: str, campaign: str, span: Span) -> list[int]:
    """Return the ticket numbers of the loads that ended then."""
    at = col(Load.outcome_at)
    query = select(Ticket.number).join(Load, col(Load.id) == Ticket.load_id)
    query = query.where(at >= span[0], at < span[1], Ticket.site == site, Ticket.campaign == campaign)
    query = query.where(col(Ticket.at) >= span[0], col(Ticket.at) < span[1])
    return sorted(tx.exec(query))


def late_tickets(
    tx: Session, site: str, campaigns: Iterable[str], seq: int, span: Span
) -> list[tuple[Ticket, Ticket | None]]:
    """Return the tickets that came after a row of this number and are dated before the span, or correct one
    of before it in it, each with the one that it corrects."""
    corrected = aliased(Ticket)
    query = select(Ticket, corrected).outerjoin(corrected, col(corrected.id) == Ticket.corrects_id)
    query = query.where(Ticket.site == site, col(Ticket.campaign).in_(set(campaigns)))
    query = query.where(col(Ticket.seq) > seq, col(Ticket.at) < span[1])
    rows = tx.exec(query.order_by(col(Ticket.seq))).all()
    return [
        (ticket, before)
        for ticket, before in rows
        if ticket.at < span[0] or (before is not None and before.at < span[0])
    ]


def late_movements(tx: Session, seq: int, before: datetime) -> Sequence[CellMovement]:
    """Return the movements that came after a row of this number and are dated before an instant."""
    query = select(CellMovement).where(col(CellMovement.kind).in_(MOVED), col(CellMovement.seq) > seq)
    return tx.exec(query.where(col(CellMovement.at) < before).order_by(col(CellMovement.seq))).all()
