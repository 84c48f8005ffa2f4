"""Ask what happened on one day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from station.store.tables import Load, Pairing, Ticket, Weighing

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
