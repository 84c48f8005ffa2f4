"""What is to be printed: a row in the transaction that issues a document, or when a person asks.

The first paper of a document is the original, every further one is a duplicate. Asking for a document that
still waits moves it: what a printer has not been sent is not printed by it any more.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from station.acts.desk import Actor, Desk
from station.acts.printers import DELIVERY, FILE, LABEL, SHIPMENT, TICKET, Printer
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.store import audit, queries
from station.store.ids import new_id
from station.store.retained import retained_by_number
from station.store.tables import DeliveryNote, Load, PrintJob, RetainedSample, Shipment, Ticket

WAITING, SENDING, QUEUED = "waiting", "sending", "queued"
PRINTED, ASKS, DROPPED = "printed", "asks", "dropped"
OPEN = (WAITING, SENDING, QUEUED, ASKS)
MAY_BE_OUT = (SENDING, QUEUED, PRINTED)


def issue(tx: Session, desk: Desk, kind: str, document_id: str, actor: Actor, at: datetime) -> None:
    """Have every printer that prints such documents by itself print this one."""
    for printer in desk.printers:
        if kind in printer.automatic:
            tx.add(_row(kind, document_id, printer.id, printer.copies, actor, at))


def print_ticket(
    desk: Desk, campaign: str, number: int, printer: str | None, actor: Actor, at: datetime
) -> PrintJob:
    """A person asks for a ticket, from the only printer of tickets where none is named. Raises
    NotFound(unknown_ticket), Invalid(no_printer, unknown_printer, printer_not_named)."""
    return _print(desk, TICKET, lambda tx: _ticket(tx, desk, campaign, number).id, printer, actor, at)


def hand_out_ticket(desk: Desk, campaign: str, number: int, actor: Actor, at: datetime) -> PrintJob:
    """A person is handed a ticket as a file, to print it. Raises NotFound(unknown_ticket)."""
    return _hand_out(desk, TICKET, lambda tx: _ticket(tx, desk, campaign, number).id, actor, at)


def print_shipment(desk: Desk, number: str, printer: str | None, actor: Actor, at: datetime) -> PrintJob:
    """A person asks for the paper of a shipment. Raises NotFound(unknown_shipment),
    Invalid(no_printer, unknown_printer, printer_not_named)."""
    return _print(desk, SHIPMENT, lambda tx: _shipment(tx, number).id, printer, actor, at)


def print_delivery(desk: Desk, number: int, printer: str | None, actor: Actor, at: datetime) -> PrintJob:
    """A person asks for a delivery note. Raises NotFound(unknown_delivery_note), Invalid(unknown_printer)."""
    return _print(desk, DELIVERY, lambda tx: _delivery(tx, desk, number).id, printer, actor, at)


def hand_out_delivery(desk: Desk, number: int, actor: Actor, at: datetime) -> PrintJob:
    """A person is handed a delivery note as a file. Raises NotFound(unknown_delivery_note)."""
    return _hand_out(desk, DELIVERY, lambda tx: _delivery(tx, desk, number).id, actor, at)


def print_label(desk: Desk, number: str, printer: str | None, actor: Actor, at: datetime) -> PrintJob:
    """A person asks for the labels of a retained sample, one for each part. Raises
    NotFound(unknown_retained), Invalid(unknown_printer)."""
    return _print(desk, LABEL, lambda tx: _retained(tx, number).id, printer, actor, at)


def hand_out_label(desk: Desk, number: str, actor: Actor, at: datetime) -> PrintJob:
    """A person is handed the labels as a file. Raises NotFound(unknown_retained)."""
    return _hand_out(desk, LABEL, lambda tx: _retained(tx, number).id, actor, at)


def drop(desk: Desk, job_id: str, actor: Actor, at: datetime) -> PrintJob:
    """A person says that a paper that waits or asks is not wanted. Raises NotFound(unknown_print_job),
    Conflict(not_to_be_printed)."""
    with desk.ledger.write() as tx:
        row = tx.get(PrintJob, job_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_PRINT_JOB)
        if row.state not in (WAITING, ASKS):
            raise Conflict(Fault.NOT_TO_BE_PRINTED)
        _end(tx, row, DROPPED, at)
        _record(tx, "print_dropped", row, actor, at)
    return row


def open_jobs(tx: Session, limit: int = 200) -> list[PrintJob]:
    """What is not out, or not known to be, in the order of asking."""
    query = select(PrintJob).where(col(PrintJob.state).in_(OPEN))
    return list(tx.exec(query.order_by(col(PrintJob.seq)).limit(limit)))


def open_counts(tx: Session) -> Mapping[tuple[str, str], int]:
    """How many papers there are by (state, printer) that are not out."""
    query = select(PrintJob.state, PrintJob.printer, func.count()).where(col(PrintJob.state).in_(OPEN))
    grouped = query.group_by(col(PrintJob.state), col(PrintJob.printer))
    return {(state, printer): count for state, printer, count in tx.exec(grouped)}


# --- the worker's side ---------------------------------------------------------------------------------
def take_up(desk: Desk) -> None:
    """What was being sent when the station ended may be out, and asks: called after a start."""
    with desk.ledger.write() as tx:
        for row in tx.exec(select(PrintJob).where(PrintJob.state == SENDING)).all():
            row.state, row.unanswered = ASKS, True
            row.words = {"code": "station_ended", "params": {}}
            tx.add(row)


def claim(desk: Desk, resting: Collection[str], at: datetime) -> PrintJob | None:
    """Take the oldest paper that a printer may be sent now; one that waited too long asks instead."""
    waits = select(PrintJob).where(PrintJob.state == WAITING, col(PrintJob.printer).not_in(resting))
    query = waits.order_by(col(PrintJob.seq)).limit(1)
    with desk.ledger.read() as tx:
        if tx.exec(query).first() is None:
            return None
    printers = {one.id: one for one in desk.printers}
    with desk.ledger.write() as tx:
        while (row := tx.exec(query).first()) is not None:
            printer = printers.get(row.printer)
            tx.add(row)
            if printer is None:
                row.state, row.words = ASKS, {"code": "printer_gone", "params": {"printers": [row.printer]}}
            elif is_late(row, printer, at):
                row.state = ASKS
            else:
                row.state, row.attempts = SENDING, row.attempts + 1
                return row
            tx.flush()
    return None


def queued(tx: Session) -> list[PrintJob]:
    return list(
        tx.exec(select(PrintJob).where(PrintJob.state == QUEUED).order_by(col(PrintJob.seq)).limit(50))
    )


def is_late(row: PrintJob, printer: Printer, at: datetime) -> bool:
    return at - row.asked_at > printer.late_after


def note(
    desk: Desk, job_id: str, state: str, at: datetime, words: Mapping[str, Any] | None = None, *,
    queue_number: str | None = None, unanswered: bool = False,
) -> None:  # fmt: skip
    """Record what became of a paper."""
    with desk.ledger.write() as tx:
        row = tx.get_one(PrintJob, job_id)
        row.words = dict(words or {})
        row.queue_number = queue_number or row.queue_number
        row.unanswered = row.unanswered or unanswered
        if state == PRINTED:
            _end(tx, row, state, at)
        else:
            row.state = state
            tx.add(row)


# --- what stands behind them ---------------------------------------------------------------------------
def _print(
    desk: Desk, kind: str, find: Callable[[Session], str], printer: str | None, actor: Actor, at: datetime
) -> PrintJob:
    chosen = _printer(desk, kind, printer)
    with desk.ledger.write() as tx:
        return _ask(tx, kind, find(tx), chosen.id, chosen.copies, actor, at)


def _hand_out(desk: Desk, kind: str, find: Callable[[Session], str], actor: Actor, at: datetime) -> PrintJob:
    with desk.ledger.write() as tx:
        row = _ask(tx, kind, find(tx), FILE, 1, actor, at)
        row.state, row.ended_at, row.attempts = PRINTED, at, 1
        return row


def _ask(
    tx: Session, kind: str, document_id: str, printer: str, copies: int, actor: Actor, at: datetime
) -> PrintJob:
    of_it = select(PrintJob).where(PrintJob.kind == kind, PrintJob.document_id == document_id)
    row = _row(kind, document_id, printer, copies, actor, at)
    for before in tx.exec(of_it).all():
        if before.state in MAY_BE_OUT or before.unanswered:
            row.is_duplicate = True
        if before.state in (WAITING, ASKS):
            _end(tx, before, DROPPED, at)
    tx.add(row)
    tx.flush()
    _record(tx, "print_asked", row, actor, at)
    return row


def _row(kind: str, document_id: str, printer: str, copies: int, actor: Actor, at: datetime) -> PrintJob:
    return PrintJob(
        id=new_id(at), kind=kind, document_id=document_id, printer=printer, copies=copies, asked_at=at,
        asked_by=actor.id,
    )  # fmt: skip


def _end(tx: Session, row: PrintJob, state: str, at: datetime) -> None:
    row.state, row.ended_at = state, at
    tx.add(row)


def _ticket(tx: Session, desk: Desk, campaign: str, number: int) -> Ticket:
    row = queries.ticket_by_number(tx, desk.policy.site, campaign, number)
    if row is None:
        raise NotFound(Fault.UNKNOWN_TICKET, number=number)
    return row


def _shipment(tx: Session, number: str) -> Shipment:
    row = tx.exec(select(Shipment).where(Shipment.number == number)).first()
    if row is None:
        raise NotFound(Fault.UNKNOWN_SHIPMENT, number=number)
    return row


def _delivery(tx: Session, desk: Desk, number: int) -> DeliveryNote:
    row = queries.delivery_note(tx, desk.policy.site, number)
    if row is None:
        raise NotFound(Fault.UNKNOWN_DELIVERY_NOTE, number=number)
    return row


def _retained(tx: Session, number: str) -> RetainedSample:
    row = retained_by_number(tx, number)
    if row is None:
        raise NotFound(Fault.UNKNOWN_RETAINED, number=number)
    return row


def _printer(desk: Desk, kind: str, named: str | None) -> Printer:
    able = [one for one in desk.printers if kind in one.prints]
    found = [one for one in able if named in (None, one.id)]
    if not able:
        raise Invalid(Fault.NO_PRINTER)
    if not found:
        raise Invalid(Fault.UNKNOWN_PRINTER, name=named, known=[one.id for one in able])
    if len(found) > 1:
        raise Invalid(Fault.PRINTER_NOT_NAMED, known=[one.id for one in able])
    return found[0]


def _record(tx: Session, event: str, row: PrintJob, actor: Actor, at: datetime) -> None:
    ticket = tx.get(Ticket, row.document_id) if row.kind == TICKET else None
    load = tx.get(Load, ticket.load_id) if ticket else None
    audit.record(
        tx, event, at, by=actor.id, terminal=actor.terminal, subject_id=row.document_id,
        load_id=load.id if load else None, visit_id=load.visit_id if load else None,
        data={
            "kind": row.kind, "number": ticket.number if ticket else None, "printer": row.printer,
            "is_duplicate": row.is_duplicate,
        },
    )  # fmt: skip
