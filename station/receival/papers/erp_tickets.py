"""Tickets (bons d'apport) that the program of the co-operative issues: their numbers beside ours.

A ticket of ours is issued at the tare whatever is known. A number that is known by then stands on it; one
that comes later completes its document by a row, and the ticket is not touched. A load's tickets take its
numbers in their order: the second one is that of the first correcting ticket. What the program says and
cannot be true is kept too, with the reason: the day's closing asks about it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound, Refusal
from station.receival.arrivals.visits import Arrival
from station.receival.days import observing
from station.receival.deciding import proposals
from station.receival.papers.erp_numbers import taken
from station.store import audit, queries
from station.store.ids import new_id
from station.store.tables import AnnouncedArrival, ErpTicket, Load, Ticket, Visit

WITHOUT_TICKET = ("refused", "left", "cancelled", "received")
Did = Literal["numbered", "kept", "corrected", "unchanged"]


@dataclass(frozen=True, slots=True)
class Issued:
    """What the program says of a ticket. Its load is `load_id`, or the one at `position` of the apport that
    it announced as `ref`. `net_kg` and `cell`, where it says them, are those of its own books."""

    number: str
    load_id: str = ""
    ref: str = ""
    position: int | None = None
    net_kg: float | None = None
    cell: str = ""

    @property
    def said(self) -> str:
        return self.load_id or (f"{self.ref}/{self.position}" if self.position else self.ref)


def take_number(desk: Desk, issued: Issued, by: Actor, at: datetime) -> tuple[ErpTicket, Did]:
    """Give a load's ticket the program's number; the same again changes nothing, another net or cell corrects
    what was said. A station that only observes ends an open load by it, in the cell that it names.

    Raises Invalid(tickets_numbered_here), and, with what was said kept, NotFound(unknown_load,
    unknown_announcement), Conflict(announced_not_here, erp_load_unclear, erp_number_doubled,
    erp_number_other, erp_no_ticket), Invalid(unknown_cell, not_reachable)."""
    check_numbered_elsewhere(desk, issued.number)
    with desk.ledger.write() as tx:
        try:
            return _take(tx, desk, issued, by, at)
        except Refusal as refusal:
            _keep_refused(tx, desk, issued, refusal, by, at)
            refused = refusal
    raise refused


def _take(tx: Session, desk: Desk, issued: Issued, by: Actor, at: datetime) -> tuple[ErpTicket, Did]:
    """Nothing is written where it is refused."""
    load = _load_of(tx, issued)
    if not (desk.observes and issued.cell):
        return take(tx, load, issued, by, at)
    way = observing.way_into(tx, load, issued.cell)
    row, did = take(tx, load, replace(issued, cell=way.cell), by, at)
    if load.outcome is None and row.net_kg:
        observing.end_as_done(tx, load, way, row.net_kg, by, at)
        proposals.propose_open_loads(tx, desk, at)
    return row, did


def take(tx: Session, load: Load, issued: Issued, by: Actor, at: datetime) -> tuple[ErpTicket, Did]:
    """Do what `take_number` says in the caller's transaction, of a load that is known."""
    check_free(tx, issued.number, load.campaign, load.id)
    known = taken(tx, load.id)
    before = next((row for row in known if row.number == issued.number), None)
    if before is not None and _says_no_more(issued, before):
        return before, "unchanged"
    did: Did = "corrected"
    ticket_id = before.ticket_id if before else None
    if before is None:
        ticket = _awaiting(tx, load, known, issued.number)
        ticket_id, did = (ticket.id, "numbered") if ticket else (None, "kept")
    row = _row(load, issued, ticket_id, by, at, before)
    tx.add(row)
    tx.flush()
    audit.record(
        tx, "ticket_numbered", at, by=by.id, terminal=by.terminal, visit_id=load.visit_id, load_id=load.id,
        subject_id=row.id, data={"number": row.number},
    )  # fmt: skip
    return row, did


def check_announced(tx: Session, desk: Desk, numbers: Sequence[str], arrival: Arrival) -> None:
    """Refuse numbers that come with an announcement and cannot be its loads'."""
    if not numbers:
        return
    check_numbered_elsewhere(desk, numbers[0])
    if len(numbers) > len(arrival.loads):
        raise Conflict(Fault.ERP_LOAD_UNCLEAR, ref=arrival.plate, count=len(arrival.loads))
    for place, number in enumerate(numbers):
        if number and number in numbers[:place]:
            raise Conflict(Fault.ERP_NUMBER_DOUBLED, number=number, plate=arrival.plate)
        check_free(tx, number, arrival.campaign or desk.policy.campaign)


def take_announced(
    tx: Session, desk: Desk, loads: Sequence[Load], numbers: Sequence[str], ref: str, by: Actor, at: datetime
) -> None:
    """Take the numbers that came with an announcement; one that cannot be keeps no truck waiting."""
    for load, issued in _each(loads, numbers, ref):
        try:
            take(tx, load, issued, by, at)
        except Refusal as refusal:
            _keep_refused(tx, desk, issued, refusal, by, at)


def take_again(
    tx: Session, desk: Desk, loads: Sequence[Load], numbers: Sequence[str], ref: str, by: Actor, at: datetime
) -> None:
    """Take the numbers of an announcement that is corrected after the truck has come."""
    for load, issued in _each(loads, numbers, ref):
        check_numbered_elsewhere(desk, issued.number)
        take(tx, load, issued, by, at)


def _each(loads: Sequence[Load], numbers: Sequence[str], ref: str) -> Iterator[tuple[Load, Issued]]:
    for load, number in zip(loads, numbers, strict=False):
        if number:
            yield load, Issued(number, ref=ref, position=load.position)


def check_numbered_elsewhere(desk: Desk, number: str) -> None:
    """Raises Invalid(tickets_numbered_here). A station that only observes stands beside that program."""
    if not (desk.masters.issue_tickets_elsewhere or desk.observes):
        raise Invalid(Fault.TICKETS_NUMBERED_HERE, number=number)


def check_free(tx: Session, number: str, campaign: str, load_id: str = "") -> None:
    """Raises Conflict(erp_number_doubled) where another load has the program's number."""
    query = select(ErpTicket).where(ErpTicket.number == number, ErpTicket.refused == "")
    query = query.where(ErpTicket.campaign == campaign, col(ErpTicket.load_id) != load_id)
    other = tx.exec(query.limit(1)).first()
    if other is not None and other.load_id is not None:
        visit = tx.get_one(Visit, tx.get_one(Load, other.load_id).visit_id)
        raise Conflict(Fault.ERP_NUMBER_DOUBLED, number=number, plate=visit.plate)


def _load_of(tx: Session, issued: Issued) -> Load:
    if issued.load_id:
        load = tx.get(Load, issued.load_id)
        if load is None:
            raise NotFound(Fault.UNKNOWN_LOAD, load_id=issued.load_id)
        return load
    query = select(Visit).where(Visit.external_source == "erp", Visit.external_ref == issued.ref)
    visit = tx.exec(query).first()
    if visit is None:
        expected = select(AnnouncedArrival).where(AnnouncedArrival.external_ref == issued.ref)
        if tx.exec(expected).first() is None:
            raise NotFound(Fault.UNKNOWN_ANNOUNCEMENT, ref=issued.ref)
        raise Conflict(Fault.ANNOUNCED_NOT_HERE, ref=issued.ref)
    loads = queries.loads_of(tx, visit.id)
    found = [load for load in loads if issued.position in (None, load.position)]
    if len(found) != 1:
        raise Conflict(Fault.ERP_LOAD_UNCLEAR, ref=issued.ref, count=len(loads))
    return found[0]


def _awaiting(tx: Session, load: Load, known: Sequence[ErpTicket], number: str) -> Ticket | None:
    """Return the first of the load's tickets without a number of the program; None before there is one."""
    tickets = tx.exec(select(Ticket).where(Ticket.load_id == load.id).order_by(col(Ticket.seq))).all()
    numbered = {row.ticket_id for row in known}
    waiting = next((ticket for ticket in tickets if ticket.id not in numbered), None)
    if waiting is None and known:
        raise Conflict(Fault.ERP_NUMBER_OTHER, number=number, other=known[-1].number)
    if waiting is None and load.outcome in WITHOUT_TICKET:
        raise Conflict(Fault.ERP_NO_TICKET, number=number)
    return waiting


def _says_no_more(issued: Issued, before: ErpTicket) -> bool:
    return issued.net_kg in (None, before.net_kg) and issued.cell in ("", before.cell)


def _row(
    load: Load, issued: Issued, ticket_id: str | None, by: Actor, at: datetime, before: ErpTicket | None
) -> ErpTicket:
    """What is not said again is as it was said before."""
    kg = before.net_kg if before and issued.net_kg is None else issued.net_kg
    return ErpTicket(
        id=new_id(at), number=issued.number, campaign=load.campaign, said=issued.said, load_id=load.id,
        ticket_id=ticket_id, net_kg=kg, cell=issued.cell or (before.cell if before else ""), at=at, by=by.id,
    )  # fmt: skip


def _keep_refused(tx: Session, desk: Desk, issued: Issued, refusal: Refusal, by: Actor, at: datetime) -> None:
    """Keep what cannot be true; said again it is kept once."""
    query = select(ErpTicket).where(ErpTicket.number == issued.number, ErpTicket.said == issued.said)
    last = tx.exec(query.order_by(col(ErpTicket.seq).desc()).limit(1)).first()
    if last is None or last.refused != refusal.code.value:
        tx.add(
            ErpTicket(
                id=new_id(at), number=issued.number, campaign=desk.policy.campaign, said=issued.said,
                net_kg=issued.net_kg, cell=issued.cell, refused=refusal.code.value, at=at, by=by.id,
            )
        )  # fmt: skip
        tx.flush()
