"""The loads that have their outcome, one line each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from station.api import schemas
from station.api.views.view import View
from station.receival.between_silos.shipment_standing import shipments_by_load
from station.receival.papers.revisions import proposed_among
from station.store import batches
from station.store.tables import Decision, ExpectedShipment, Load, Ticket, Visit


@dataclass(frozen=True, slots=True)
class _End:
    """A load with the rows that say how it ended."""

    load: Load
    visit: Visit
    decision: Decision | None
    ticket: Ticket | None
    shipment: ExpectedShipment | None = None
    revised: bool = False

    @property
    def approver(self) -> str | None:
        """The second person of a ticketed load's decision, by identifier."""
        return self.decision.approved_by if self.decision and self.ticket else None


def ended_loads(view: View, loads: Sequence[Load]) -> list[schemas.EndedLoad]:
    ids = [load.id for load in loads]
    query = select(Visit).where(col(Visit.id).in_({load.visit_id for load in loads}))
    visits = {visit.id: visit for visit in view.tx.exec(query)}
    decisions, tickets = batches.current_decisions(view.tx, ids), batches.tickets_by_load(view.tx, ids)
    shipments = shipments_by_load(view.tx, [load.id for load in loads if load.outcome == "received"])
    revised = proposed_among(view.tx, ids)
    ends = [
        _End(
            load, visits[load.visit_id], decisions.get(load.id), tickets.get(load.id), shipments.get(load.id),
            load.id in revised,
        )
        for load in loads
    ]  # fmt: skip
    suppliers = batches.supplier_names(view.tx, (visit.supplier_id for visit in visits.values()))
    view.names_of(one for end in ends for one in (_who_and_why(end)[0], end.approver))
    return [_ended(view, end, suppliers[end.visit.supplier_id]) for end in ends]


def _who_and_why(end: _End) -> tuple[str | None, str]:
    """Who decided it, by identifier: a ticket follows from the decision where to tip."""
    if end.load.outcome in ("ticketed", "received", "observed") and end.decision is not None:
        return end.decision.by, end.decision.reason
    return end.load.outcome_by, end.load.outcome_reason


def _cell(end: _End) -> str | None:
    if end.ticket:
        tipped: str = end.ticket.document["tipped"][0]["cell"]
        return tipped
    return end.decision.cell if end.decision and end.load.outcome in ("received", "observed") else None


def _ended(view: View, end: _End, supplier: str) -> schemas.EndedLoad:
    who, why = _who_and_why(end)
    load, ticket = end.load, end.ticket
    assert load.outcome_at is not None  # it is written with the outcome
    return schemas.EndedLoad(
        id=load.id,
        visit_id=load.visit_id,
        position=load.position,
        plate=end.visit.plate,
        supplier=supplier,
        species=load.species,
        outcome=load.outcome,  # type: ignore[arg-type] # the column holds one of the outcomes
        at=load.outcome_at,
        by=view.name_of(who) or "",
        reason=why,
        approved_by=view.name_of(end.approver) or "",
        cell=_cell(end),
        ticket=ticket.number if ticket else None,
        net_kg=ticket.net_kg if ticket else end.shipment.received_kg if end.shipment else None,
        revised=end.revised,
    )
