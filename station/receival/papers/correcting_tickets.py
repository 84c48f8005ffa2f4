"""A correcting ticket: it has a number of its own, names the ticket that it replaces, and says what is final.

The weights are those of the first one. What a bias correction alone changes stands on no ticket: paper says
what the instrument said.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.printers import TICKET
from station.receival.clocks.clock_acts import time_doubt
from station.receival.papers import erp_numbers, print_jobs
from station.receival.papers.closing import next_number
from station.receival.papers.ticket_facts import facts_of, grade_of
from station.receival.storage import cells
from station.receival.storage.tippings import told
from station.store import audit
from station.store.ids import new_id
from station.store.names import names_of
from station.store.tables import Load, Ticket, Tipping


def correct_ticket(
    tx: Session, desk: Desk, load: Load, values: Mapping[str, Any], why: str, actor: Actor, at: datetime
) -> Ticket | None:
    """Issue one where the values that a load's ticket says are others now; None where they are not, or where
    it has none."""
    before = _current(tx, load)
    if before is None:
        return None
    said = _said_values(tx, before, values)
    if _figures(said) == _figures(before.document["values"]):
        return None
    grade = before.document.get("quality", {}).get("grade")
    facts = {"values": said, **facts_of(tx, load.id, grade, before.net_kg, values, said)}
    return _replace(tx, desk, load, before, facts, why, actor, at)


def correct_where_tipped(
    tx: Session, desk: Desk, load: Load, tippings: Sequence[Tipping], why: str, actor: Actor, at: datetime
) -> Ticket | None:
    """Issue one that names the cells and pits where a load really went, by whose grade it is paid; None where
    it has none."""
    before = _current(tx, load)
    if before is None:
        return None
    uncertain = before.document.get("quality", {}).get("u", {})
    moved = {name: {"u": u} for name, u in uncertain.items()}
    values = before.document["values"]
    facts = facts_of(tx, load.id, grade_of(tx, tippings), before.net_kg, moved, values)
    return _replace(tx, desk, load, before, {"tipped": told(tx, tippings), **facts}, why, actor, at)


def _current(tx: Session, load: Load) -> Ticket | None:
    query = select(Ticket).where(Ticket.load_id == load.id, col(Ticket.current).is_(True))
    return tx.exec(query.order_by(col(Ticket.seq).desc()).limit(1)).first()


def _replace(
    tx: Session, desk: Desk, load: Load, before: Ticket, said: Mapping[str, Any], why: str, actor: Actor,
    at: datetime,
) -> Ticket:  # fmt: skip
    before.current = False
    tx.add(before)
    tx.flush()
    copied = before.model_dump(exclude={"id", "seq", "external_source", "external_ref", "document"})
    doubt = time_doubt(tx)
    stated = doubt["stated"] if doubt else None
    ticket = Ticket(
        **copied | {
            "number": next_number(tx, desk.policy.site, load.campaign), "current": True,
            "corrects_id": before.id, "at": at, "by": actor.id, "time_confirmed": doubt is None,
            "time_stated": datetime.fromisoformat(stated) if stated else None,
        },
        id=new_id(at),
    )  # fmt: skip
    anew = ("time_doubt", "pay", erp_numbers.NUMBER, erp_numbers.LEGAL)
    document = {name: part for name, part in before.document.items() if name not in anew}
    ticket.document = document | {
        "number": ticket.number, "at": at.isoformat(), "by": names_of(tx, [actor.id]).get(actor.id, actor.id),
        **said, "corrects": _replaced(tx, before, why),
        **({"time_doubt": doubt} if doubt else {}), **erp_numbers.document_at_issue(tx, desk, load),
    }  # fmt: skip
    tx.add(ticket)
    tx.flush()
    print_jobs.issue(tx, desk, TICKET, ticket.id, actor, at)
    audit.record(
        tx, "ticket_corrected", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
        load_id=load.id, subject_id=ticket.id, data={"number": ticket.number, "corrects": before.number},
    )  # fmt: skip
    return ticket


def _replaced(tx: Session, before: Ticket, why: str) -> dict[str, Any]:
    theirs = erp_numbers.completed(tx, before).get(erp_numbers.NUMBER)
    said = {"number": before.number, "at": before.at.isoformat(), "why": why}
    return said | ({erp_numbers.NUMBER: theirs} if theirs else {})


def _said_values(tx: Session, before: Ticket, values: Mapping[str, Any]) -> dict[str, Any]:
    """As a ticket says them: what did not change keeps what was remarked of it."""
    found = cells.ticket_values(values)
    names = names_of(tx, [value["typed_by"] for value in found.values()])
    old = before.document["values"]
    return {
        name: old[name]
        if name in old and _figure(old[name]) == _figure(value)
        else {**value, "typed_by": names.get(value["typed_by"] or "", value["typed_by"])}
        for name, value in found.items()
    }


def _figures(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _figure(value) for name, value in values.items()}


def _figure(value: Mapping[str, Any]) -> tuple[Any, ...]:
    return value["value"], value["unit"], value["basis"]
