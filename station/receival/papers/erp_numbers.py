"""What the numbers of the co-operative's program make of a ticket's document: those that are known when it is
issued stand in it, those that come later complete it where it is read.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Desk
from station.store.ids import new_id
from station.store.tables import ErpTicket, Load, Ticket

# In a ticket's document: the program's number, None while it is awaited, absent where ours counts; and that
# the program's ticket is the legal one.
NUMBER, LEGAL = "erp_number", "legal_elsewhere"


def document_at_issue(tx: Session, desk: Desk, load: Load) -> dict[str, Any]:
    """Say of whose number and of whose paper a ticket of ours is that is issued now."""
    said: dict[str, Any] = {LEGAL: True} if desk.masters.legal_ticket == "erp" else {}
    if desk.masters.ticket_number != "erp":
        return said
    kept = kept_for(tx, load.id)
    return said | {NUMBER: kept.number if kept else None}


def bear_kept(tx: Session, ticket: Ticket, at: datetime) -> None:
    """Say that a ticket that was issued now has the number that was kept for its load."""
    kept = kept_for(tx, ticket.load_id)
    if kept is not None:
        copied = kept.model_dump(exclude={"id", "seq", "ticket_id", "at"})
        tx.add(ErpTicket(**copied, id=new_id(at), ticket_id=ticket.id, at=at))
        tx.flush()


def completed(tx: Session, ticket: Ticket) -> Mapping[str, Any]:
    """Return a ticket's document with the number that came after it."""
    if not awaits(ticket.document):
        return ticket.document
    row = numbers_of(tx, [ticket.id]).get(ticket.id)
    return ticket.document | {NUMBER: row.number} if row else ticket.document


def awaits(document: Mapping[str, Any]) -> bool:
    return document.get(NUMBER, "") is None


def numbers_of(tx: Session, ticket_ids: Collection[str]) -> dict[str, ErpTicket]:
    """Return by ticket what the program says of it now."""
    query = select(ErpTicket).where(col(ErpTicket.ticket_id).in_(ticket_ids), ErpTicket.refused == "")
    return {row.ticket_id or "": row for row in tx.exec(query.order_by(col(ErpTicket.seq)))}


def taken(tx: Session, load_id: str) -> list[ErpTicket]:
    """Return the newest row of each of a load's numbers, in the order in which they came."""
    query = select(ErpTicket).where(ErpTicket.load_id == load_id, ErpTicket.refused == "")
    return list({row.number: row for row in tx.exec(query.order_by(col(ErpTicket.seq)))}.values())


def kept_for(tx: Session, load_id: str) -> ErpTicket | None:
    """Return what was said of a ticket before it was issued."""
    return next((row for row in taken(tx, load_id) if row.ticket_id is None), None)
