"""Finished facts in the order in which they were recorded: the audit chain, read for the program that books.

An event is written in the transaction of its act and numbered by a counter that never goes back, also after a
restore; so the feed needs no table of its own, skips nothing, and tells the same again to who asks again.
"""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from station.api import schemas
from station.receival.papers.erp_numbers import completed
from station.store import audit
from station.store.tables import AuditEvent, Load, Ticket, Visit, Weighing

# An act that the program hears of, and which outcome it gives to a load.
OUTCOMES: Mapping[str, str | None] = {
    "load_refused": "refused", "load_left": "left", "visit_cancelled": "cancelled",
    "load_closed_on_paper": "on_paper", "load_restored": None, "visit_restored": None,
}  # fmt: skip
TOLD = ("weighing_confirmed", "ticket_issued", "ticket_corrected", "load_recovered", *OUTCOMES)


def feed(tx: Session, after: int, limit: int) -> schemas.Feed:
    """Return the facts after a cursor, at most so many."""
    events = audit.events_of_kinds(tx, TOLD, after, limit)
    before = [audit.last_of_kinds(tx, TOLD, after), *(event.seq for event in events)]
    refs = _refs(tx, events)
    facts = [
        _fact(tx, event, previous, refs.get(event.visit_id or ""))
        for previous, event in zip(before, events, strict=False)
    ]
    return schemas.Feed(facts=facts, next=str(max(after, before[-1])))


def _refs(tx: Session, events: Sequence[AuditEvent]) -> dict[str, str | None]:
    wanted = {event.visit_id for event in events}
    return dict(tx.exec(select(Visit.id, Visit.external_ref).where(col(Visit.id).in_(wanted))).all())


def _fact(tx: Session, event: AuditEvent, previous: int, ref: str | None) -> schemas.Fact:
    said = schemas.Fact(
        cursor=str(event.seq), previous=str(previous), id=event.subject_id or f"{event.kind} {event.seq}",
        kind="outcome", at=event.at, visit_id=event.visit_id or "", load_id=event.load_id, external_ref=ref,
    )  # fmt: skip
    if event.kind == "weighing_confirmed":
        return said.model_copy(update={"kind": "weighing", "weighing": _weighing(tx, event)})
    if event.kind in OUTCOMES:
        outcome = {"outcome": OUTCOMES[event.kind], "reason": event.data.get("reason", "")}
        return said.model_copy(update=outcome)
    ticket = _ticket(tx, event)
    if ticket is None:  # it came back from elsewhere without one
        load = tx.get_one(Load, event.load_id)
        ended = {"outcome": load.outcome, "reason": load.outcome_reason}
        return said.model_copy(update=ended | {"recovered": True})
    kind = "correction" if ticket.corrects_id else "ticket"
    told = {"id": ticket.id, "kind": kind, "document": completed(tx, ticket)}
    return said.model_copy(update=told | {"recovered": event.kind == "load_recovered"})


def _weighing(tx: Session, event: AuditEvent) -> schemas.FedWeighing:
    row = tx.get_one(Weighing, event.subject_id)
    return schemas.FedWeighing(
        id=row.id, kg=row.kg, role=event.data["role"], rule=row.rule, sealed_number=row.sealed_number,
        taken_at=row.at,
    )  # fmt: skip


def _ticket(tx: Session, event: AuditEvent) -> Ticket | None:
    """The one that was issued then; of a load that came back, the one that holds."""
    if event.kind != "load_recovered":
        return tx.get_one(Ticket, event.subject_id)
    query = select(Ticket).where(Ticket.load_id == event.load_id, col(Ticket.current).is_(True))
    return tx.exec(query.order_by(col(Ticket.seq).desc()).limit(1)).first()
