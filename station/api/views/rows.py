"""The queue: one line per load, and the state it is in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from station.api import schemas
from station.api.language import reasons
from station.api.views.view import View
from station.grain.guard import waits_for_approval
from station.grain.reasons import Code
from station.receival.measuring.visual_checks import found_since
from station.store import batches, queries
from station.store.batches import Chain
from station.store.tables import Decision, Load, Proposal, Sample, Ticket, Visit, VisualCheck


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """A load with the rows that say where it stands."""

    load: Load
    samples: tuple[Sample, ...]
    proposal: Proposal | None
    decision: Decision | None
    ticket: Ticket | None
    weighed_at: datetime | None
    checks: tuple[VisualCheck, ...] = ()
    is_photographed: bool = False

    @property
    def found_since(self) -> list[str]:
        """What a visual check found after the decision of a load that is still there."""
        if self.decision is None or self.load.outcome is not None:
            return []
        return found_since(self.checks, self.decision)


def load_facts(
    view: View, loads: Sequence[Load], chains: Mapping[str, Chain], *, with_old_proposals: bool = False
) -> dict[str, LoadFacts]:
    """The facts of each load. What was proposed for a load that is decided or has ended is left out, unless
    it is asked for: no list shows it."""
    ids = [load.id for load in loads]
    decisions = batches.current_decisions(view.tx, ids)
    undecided = [load.id for load in loads if load.outcome is None and load.id not in decisions]
    proposals = queries.current_proposals(view.tx, ids if with_old_proposals else undecided)
    samples, tickets = batches.samples_by_load(view.tx, ids), batches.tickets_by_load(view.tx, ids)
    checks = batches.checks_by_load(view.tx, list(decisions))
    asked = [load_id for load_id, proposal in proposals.items() if proposal.photo_asked]
    photographed = batches.photographed(view.tx, asked) if asked else frozenset()
    return {
        load.id: LoadFacts(
            load,
            tuple(samples.get(load.id, ())),
            proposals.get(load.id),
            decisions.get(load.id),
            tickets.get(load.id),
            next((use.at for use, _ in chains.get(load.visit_id, ()) if use.role == "first"), None),
            tuple(checks.get(load.id, ())),
            load.id in photographed,
        )
        for load in loads
    }


def state_of(facts: LoadFacts) -> schemas.LoadState:
    if facts.load.outcome is not None:
        return facts.load.outcome  # type: ignore[return-value] # the column holds one of the outcomes
    if facts.decision is not None:
        return "decided"
    if facts.weighed_at is None or facts.proposal is None:
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


def differing_of(proposal: Proposal) -> list[str]:
    """The analytes whose two measurements differ too much: one more is needed."""
    given = proposal.assessment.get("reasons", [])
    return [reason["params"]["analyte"] for reason in given if reason["code"] == Code.REPLICATES_DIFFER]


def waits_since(facts: LoadFacts, state: schemas.LoadState) -> datetime | None:
    """When the load began to wait: for a value, weighed and sampled, for an answer to what is proposed, or
    for its empty weight. None: since the arrival."""
    if state == "proposed" and facts.proposal is not None:
        return facts.proposal.asked_at
    if state == "decided" and facts.found_since:
        return facts.checks[-1].at
    if state == "decided" and facts.decision is not None:
        return facts.decision.at
    if state not in ("weighed", "waiting") or facts.weighed_at is None:
        return None
    return max([facts.weighed_at, *(sample.entered_at for sample in facts.samples)])


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
        "claims": load.claims,
        "barcode": facts.samples[0].barcode if facts.samples else None,
        "pit": pit,
        "cell": cell,
        "hold": hold,
        "waits_since": waits_since(facts, state),
        "photo_asked": reasons(facts.proposal.photo_asked, view.language) if facts.proposal else [],
        "photo_taken": facts.is_photographed,
        "ticket": facts.ticket.number if facts.ticket else None,
        "missing": missing_of(facts.proposal) if waiting_for and facts.proposal else [],
        "differing": differing_of(facts.proposal) if waiting_for and facts.proposal else [],
        "waits_for": _waits_for(view, facts.proposal) if waiting_for and facts.proposal else [],
        "asks_paper": load.asks_paper,
        "found_since": facts.found_since,
    }


def _waits_for(view: View, proposal: Proposal) -> list[str]:
    return view.approvers() if waits_for_approval(proposal.result) else []


def visit_rows(view: View, visits: Sequence[Visit]) -> list[schemas.VisitRow]:
    chains = batches.chains_by_visit(view.tx, [visit.id for visit in visits])
    return [schemas.VisitRow(**fields) for fields in visit_fields(view, visits, chains)]


def visit_fields(view: View, visits: Sequence[Visit], chains: Mapping[str, Chain]) -> list[dict[str, Any]]:
    """The fields of each visit's VisitRow. `gross_kg`: the full vehicle; parts that were weighed apart are
    summed."""
    loads = batches.loads_by_visit(view.tx, [visit.id for visit in visits])
    suppliers = batches.supplier_names(view.tx, (visit.supplier_id for visit in visits))
    facts = load_facts(view, [load for some in loads.values() for load in some], chains)
    found = []
    for visit in visits:
        firsts = [weighing.kg for use, weighing in chains.get(visit.id, ()) if use.role == "first"]
        fields = {
            "id": visit.id,
            "plate": visit.plate,
            "trailer": visit.trailer_plate,
            "supplier": suppliers[visit.supplier_id],
            "direction": visit.direction,
            "arrived_at": visit.arrived_at,
            "ended_at": visit.ended_at,
            "gross_kg": sum(firsts) if firsts else None,
            "loads": [load_row(view, facts[load.id]) for load in loads.get(visit.id, ())],
        }
        found.append(fields)
    return found


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
    return pit, cell, view.cell_role(cell) != "normal"
