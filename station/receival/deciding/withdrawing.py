"""A decision that no longer holds once an arrival was corrected is withdrawn: the operator is asked again."""

from datetime import datetime

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.receival.deciding import proposals
from station.store import audit, queries
from station.store.tables import Decision, Load, Proposal


def withdraw_where_it_fails(tx: Session, desk: Desk, load: Load, actor: Actor, at: datetime) -> bool:
    """Makes the load's proposal anew; returns whether its decision was withdrawn, because something speaks
    against its cell that did not when it was decided. What it reserved is free again."""
    decision = queries.current_decision(tx, load.id)
    if decision is None:
        return False
    before = _against(tx.get_one(Proposal, decision.proposal_id), decision)
    against = sorted(_against(proposals.refresh(tx, desk, load, at), decision) - before)
    if not against:
        return False
    made = select(Decision).where(Decision.load_id == load.id, col(Decision.withdrawn_at).is_(None))
    for row in tx.exec(made).all():
        row.withdrawn_at = at
        tx.add(row)
    reservation = queries.open_reservation(tx, load.id)
    if reservation is not None:
        reservation.released_at = at
        tx.add(reservation)
    said = {"cell": decision.cell, "pit": decision.pit, "against": against}
    audit.record(
        tx, "decision_withdrawn", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
        load_id=load.id, subject_id=decision.id, data=said,
    )  # fmt: skip
    return True


def _against(proposal: Proposal, decision: Decision) -> set[str]:
    """The codes of what speaks against the decided cell; none where the load may go there by that pit."""
    if (decision.cell, decision.pit) in {(one["cell"], one["pit"]) for one in proposal.result["ranked"]}:
        return set()
    refused = [one for one in proposal.result["refused"] if one["cell"] == decision.cell]
    return {reason["code"] for one in refused for reason in one["reasons"]}
