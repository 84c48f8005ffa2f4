"""All that is known of a disputed load on one paper: what was contested and said, its ticket, how it was
judged and decided, every value, and the custody chain of what is kept. Persons are their identifiers."""

from datetime import date
from typing import Any

from sqlmodel import Session

from station.acts.refusals import Fault, NotFound
from station.lab.disputes import values_of
from station.store import queries
from station.store.batches import tickets_by_load
from station.store.disputes import acts_of
from station.store.retained import custody_of, retained_of_loads
from station.store.tables import Decision, Dispute, Load, Proposal, Ticket

Json = dict[str, Any]
_JUDGED = ("value", "raw", "unit", "basis", "u", "reasons")


def dispute_paper(tx: Session, dispute_id: str) -> Json:
    """Return JSON values. Raises NotFound(unknown_dispute)."""
    row = tx.get(Dispute, dispute_id)
    if row is None:
        raise NotFound(Fault.UNKNOWN_DISPUTE, id=dispute_id)
    load = tx.get_one(Load, row.load_id)
    decision = queries.current_decision(tx, load.id)
    proposal = tx.get(Proposal, decision.proposal_id) if decision else None
    acts = acts_of(tx, [row.id]).get(row.id, [])
    paper: Json = _plain(
        {
            **row.model_dump(exclude={"seq"}),
            "acts": [act.model_dump(exclude={"id", "seq", "dispute_id"}) for act in acts],
            "species": load.species,
            "ticket": _ticket(tickets_by_load(tx, [load.id]).get(load.id), load),
            "decision": _decision(decision),
            "judged": _judged(proposal),
            "values": values_of(tx, load.id),
            "retained": _retained(tx, load.id),
        }
    )
    return paper


def _ticket(ticket: Ticket | None, load: Load) -> Json:
    if ticket is None:
        return {"number": load.outcome_reason, "on_paper": True, "at": load.outcome_at}
    told = ticket.model_dump(include={"number", "campaign", "at", "net_kg"})
    return {**told, "on_paper": False, "values": ticket.document.get("values", {})}


def _decision(decision: Decision | None) -> Json | None:
    if decision is None:
        return None
    wanted = {"id", "at", "by", "pit", "cell", "overridden", "reason", "guard", "approved_by"}
    return decision.model_dump(include=wanted)


def _judged(proposal: Proposal | None) -> Json:
    """What the decision stood on: the raw value stands beside a corrected one."""
    results = proposal.assessment["results"] if proposal else {}
    return {name: {key: result[key] for key in _JUDGED if key in result} for name, result in results.items()}


def _retained(tx: Session, load_id: str) -> list[Json]:
    rows = retained_of_loads(tx, [load_id])
    acts = custody_of(tx, [row.id for row in rows])
    wanted = {"number", "seal", "place", "parts", "state", "sealed_at", "keep_until", "blocks"}
    return [
        {
            **row.model_dump(include=wanted),
            "custody": [act.model_dump(exclude={"id", "seq", "retained_id"}) for act in acts.get(row.id, [])],
        }
        for row in rows
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
