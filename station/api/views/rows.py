"""The queue: one line per load, and the state it is in."""

from dataclasses import dataclass
from typing import Any

from station.api import schemas
from station.api.views.view import View
from station.grain.reasons import Code
from station.receival.chain import Chain
from station.store import queries
from station.store.tables import Cell, Decision, Load, Proposal, Sample, Supplier, Ticket, Visit


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """A load with the rows that say where it stands."""

    load: Load
    samples: tuple[Sample, ...]
    proposal: Proposal | None
    decision: Decision | None
    ticket: Ticket | None
    weighed: bool


def load_facts(view: View, load: Load, chain: Chain) -> LoadFacts:
    return LoadFacts(
        load,
        tuple(queries.samples_of(view.tx, load.id)),
        queries.current_proposal(view.tx, load.id),
        queries.current_decision(view.tx, load.id),
        queries.ticket_of(view.tx, load.id),
        any(use.role == "first" for use, _ in chain),
    )


def state_of(facts: LoadFacts) -> schemas.LoadState:
    if facts.load.outcome is not None:
        return facts.load.outcome  # type: ignore[return-value] # the column holds one of the outcomes
    if facts.decision is not None:
        return "decided"
    if not facts.weighed or facts.proposal is None:
        return "arrived"
    if facts.proposal.cell is not None and not facts.proposal.hold:
        return "proposed"
    if missing_of(facts.proposal):
        return "weighed"
    return "proposed" if facts.proposal.cell is not None else "waiting"


def missing_of(proposal: Proposal) -> list[str]:
    """The intake analytes that a better cell than any that fits still lacks."""
    return [
        analyte
        for reason in proposal.result["reasons"]
        if reason["code"] == Code.INCOMPLETE
        for analyte in reason["params"]["analytes"]
    ]


def load_row(view: View, facts: LoadFacts) -> schemas.LoadRow:
    return schemas.LoadRow(**row_fields(view, facts))


def row_fields(view: View, facts: LoadFacts) -> dict[str, Any]:
    """The fields of a LoadRow, which a Load has too."""
    load, state = facts.load, state_of(facts)
    pit, cell, hold = _place(view, facts, state)
    waiting_for = facts.proposal and facts.decision is None and load.outcome is None
    return {
        "id": load.id,
        "position": load.position,
        "species": load.species,
        "state": state,
        "barcode": facts.samples[0].barcode if facts.samples else None,
        "pit": pit,
        "cell": cell,
        "hold": hold,
        "ticket": facts.ticket.number if facts.ticket else None,
        "missing": missing_of(facts.proposal) if waiting_for and facts.proposal else [],
    }


def visit_row(view: View, visit: Visit) -> schemas.VisitRow:
    return schemas.VisitRow(**visit_fields(view, visit, queries.chain_of(view.tx, visit.id)))


def visit_fields(view: View, visit: Visit, chain: Chain) -> dict[str, Any]:
    """The fields of a VisitRow. `gross_kg`: the full vehicle; parts that were weighed apart are summed."""
    firsts = [weighing.kg for use, weighing in chain if use.role == "first"]
    return {
        "id": visit.id,
        "plate": visit.plate,
        "supplier": view.tx.get_one(Supplier, visit.supplier_id).name,
        "direction": visit.direction,
        "arrived_at": visit.arrived_at,
        "ended_at": visit.ended_at,
        "gross_kg": sum(firsts) if firsts else None,
        "loads": [
            load_row(view, load_facts(view, load, chain)) for load in queries.loads_of(view.tx, visit.id)
        ],
    }


def _place(view: View, facts: LoadFacts, state: schemas.LoadState) -> tuple[str | None, str | None, bool]:
    """Pit, cell and "not a normal cell": as tipped, else as decided, else as proposed."""
    if facts.ticket is not None:
        tipped = facts.ticket.document["tipped"]
        pit, cell = tipped[0]["pit"], tipped[0]["cell"]
    elif facts.decision is not None and facts.load.outcome is None:
        pit, cell = facts.decision.pit, facts.decision.cell
    elif state == "proposed" and facts.proposal is not None:
        return facts.proposal.pit, facts.proposal.cell, facts.proposal.hold
    else:
        return None, None, False
    return pit, cell, view.tx.get_one(Cell, cell).role != "normal"
