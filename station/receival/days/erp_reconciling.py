"""Hold a day's tickets beside those that the program of the co-operative says it issued."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from station.acts.desk import Desk
from station.acts.refusals import Fault
from station.receival.days.day_grain import SAME_KG, Finding
from station.receival.papers.erp_numbers import numbers_of
from station.receival.papers.erp_tickets import WITHOUT_TICKET
from station.store import batches, days
from station.store.tables import ErpTicket, Load, Visit


def findings(tx: Session, desk: Desk, span: days.Span) -> Iterator[Finding]:
    """Find tickets of ours without theirs, or of other kilograms; theirs without ours, or doubled."""
    if not desk.masters.issue_tickets_elsewhere:
        return
    loads = days.loads_ended_in(tx, span)
    yield from _ours(tx, [load.id for load in loads])
    yield from _unused(tx, [load.id for load in loads if load.outcome in WITHOUT_TICKET])
    yield from _refused(tx, span)


def _ours(tx: Session, load_ids: list[str]) -> Iterator[Finding]:
    tickets = list(batches.tickets_by_load(tx, load_ids).values())
    theirs = numbers_of(tx, [ticket.id for ticket in tickets])
    for ticket in tickets:
        row, params = theirs.get(ticket.id), {"number": ticket.number}
        if row is None:
            plate = ticket.document["plate"]
            yield Finding(f"erp {ticket.id}", "erp_number_awaited", {**params, "plate": plate})
        elif row.net_kg is not None and abs(row.net_kg - ticket.net_kg) >= SAME_KG:
            kg = {"net_kg": ticket.net_kg, "erp_kg": row.net_kg, "other": row.number}
            yield Finding(f"erp {ticket.id}", "erp_kg_differs", {**params, **kg})


def _unused(tx: Session, load_ids: list[str]) -> Iterator[Finding]:
    """A number that came before the load was refused, left or was cancelled."""
    query = select(ErpTicket.number, Visit.plate).join(Load, col(Load.id) == ErpTicket.load_id)
    query = query.join(Visit, col(Visit.id) == Load.visit_id)
    query = query.where(col(ErpTicket.load_id).in_(load_ids), ErpTicket.refused == "").distinct()
    for number, plate in tx.exec(query.order_by(ErpTicket.number)):
        yield Finding(f"erp number {number}", "erp_number_unused", {"number": number, "plate": plate})


def _refused(tx: Session, span: days.Span) -> Iterator[Finding]:
    """What the program said and cannot be true, unless it has said better since."""
    query = select(ErpTicket).where(col(ErpTicket.at) >= span[0]).order_by(col(ErpTicket.seq))
    rows = tx.exec(query).all()
    taken = {row.number for row in rows if not row.refused}
    for row in {one.said: one for one in rows}.values():
        is_doubled = row.refused == Fault.ERP_NUMBER_DOUBLED
        if row.refused and row.at < span[1] and (is_doubled or row.number not in taken):
            code = "erp_ticket_doubled" if is_doubled else "erp_ticket_unknown"
            yield Finding(f"erp {row.id}", code, {"number": row.number, "said": row.said})
