"""The operator decides: where the load goes, that the silo refuses it, or that the supplier leaves."""

from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid
from station.receival.arrivals import forms
from station.receival.arrivals.loads import end_load, open_load
from station.receival.arrivals.on_paper import check_not_on_paper
from station.receival.deciding import proposals
from station.receival.deciding.photo_questions import check_answered
from station.receival.measuring.retests import check_retests
from station.receival.persons import guards
from station.store import audit, batches, queries
from station.store.ids import new_id
from station.store.tables import Cell, Decision, Load, Proposal, Reservation


def decide(
    desk: Desk, load_id: str, proposal_id: str, cell: str, pit: str, reason: str, actor: Actor, at: datetime,
    *, replaces: str | None = None, approval: str | None = None,
) -> Decision:  # fmt: skip
    """Records the choice and reserves the estimated tonnes, in one transaction.

    The proposal is made again first: if readings or cells changed what it asks, nothing is decided and
    Conflict(proposal_superseded) names the new one. A choice other than the proposal needs a reason, and a
    guarded one (`guards.consent`) a manager, or an `approval` by a second person. Deciding again before
    tipping supersedes: `replaces` names the decision that the operator knows of, else Conflict(load_decided)
    tells of it. A sample that was measured again is Conflict(retest_unexplained) until somebody said why, a
    load whose photo asks something is Conflict(question_unanswered) until somebody answered, one of which a
    form still asks something Conflict(answers_missing); one that was open in a restored backup asks first
    (`check_not_on_paper`)."""
    superseded: Proposal | None = None
    with desk.ledger.write() as tx:
        load = open_load(tx, load_id)
        check_not_on_paper(tx, load)
        before = queries.current_decision(tx, load.id)
        _check_known(before, replaces)
        answered = tx.get(Proposal, proposal_id)
        proposal = proposals.refresh(tx, desk, load, at)
        if proposal.id == proposal_id or (answered and proposals.asks_the_same(answered, proposal)):
            decision = _decide(tx, desk, load, proposal, before, cell, pit, reason, actor, at, approval)
        else:
            superseded = proposal
    if superseded is not None:
        raise Conflict(Fault.PROPOSAL_SUPERSEDED, load_id=load_id, proposal_id=superseded.id)
    return decision


def refuse(desk: Desk, load_id: str, reason: str, actor: Actor, at: datetime) -> None:
    """The silo does not take the load."""
    _end(desk, load_id, "refused", reason, actor, at)


def leave(desk: Desk, load_id: str, reason: str, actor: Actor, at: datetime) -> None:
    """The supplier withdraws the load."""
    _end(desk, load_id, "left", reason, actor, at)


def _check_known(before: Decision | None, replaces: str | None) -> None:
    """A second decision is taken by who knows of the first."""
    if before is not None and before.id != replaces:
        raise Conflict(
            Fault.LOAD_DECIDED, decision_id=before.id, by=before.by, decided_at=before.at.isoformat(),
            pit=before.pit, cell=before.cell,
        )  # fmt: skip


def _decide(
    tx: Session, desk: Desk, load: Load, proposal: Proposal, before: Decision | None, cell: str, pit: str,
    reason: str, actor: Actor, at: datetime, approval: str | None,
) -> Decision:  # fmt: skip
    overridden = (cell, pit) != (proposal.cell, proposal.pit)
    if tx.get(Cell, cell) is None:
        raise Invalid(Fault.UNKNOWN_CELL, cell=cell)
    if proposal.load_t is None:
        raise Conflict(Fault.NO_FIRST_WEIGHING)
    inputs = proposal.inputs or {}  # made in this very transaction
    if not any(one["id"] == cell and pit in one["pits"] for one in inputs["cells"]["cells"]):
        raise Invalid(Fault.NOT_REACHABLE, cell=cell, pit=pit)
    check_retests(tx, load, proposal)
    check_answered(inputs["facts"])
    forms.check_complete(tx, load, "decision")
    if overridden and not reason:
        raise Invalid(Fault.OVERRIDE_NEEDS_REASON, cell=cell)
    consent = guards.consent(tx, desk, load, proposal, cell, pit, actor, at, approval)
    old = queries.open_reservation(tx, load.id)
    if old is not None:
        old.released_at = at
        tx.add(old)
    decision = Decision(
        id=new_id(at), load_id=load.id, proposal_id=proposal.id, at=at, by=actor.id, cell=cell, pit=pit,
        overridden=overridden, reason=reason, supersedes_id=before.id if before else None,
        guard=[rule.value for rule in consent.guard], approved_by=consent.approved_by,
        approval_id=consent.approval_id, waivers=list(consent.waivers),
    )  # fmt: skip
    tx.add(decision)
    tx.flush()
    kg = proposal.load_t * 1000
    tx.add(Reservation(id=new_id(at), decision_id=decision.id, load_id=load.id, cell_id=cell, kg=kg, at=at))
    payload = {"load": load.id, "cell": cell, "pit": pit, "overridden": overridden, "reason": reason}
    audit.record(
        tx, "decision_made", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
        load_id=load.id, subject_id=decision.id,
        data={
            **payload, "guard": decision.guard, "approved_by": decision.approved_by,
            "approval": decision.approval_id, "waivers": decision.waivers, **_photo(tx, proposal),
        },
    )  # fmt: skip
    proposals.propose_open_loads(tx, desk, at)
    return decision


def _photo(tx: Session, proposal: Proposal) -> dict[str, str]:
    """Whether the photo was taken that is asked for; nothing where none is."""
    if not proposal.photo_asked:
        return {}
    taken = proposal.load_id in batches.photographed(tx, [proposal.load_id])
    return {"photo": "taken" if taken else "not_taken"}


def _end(desk: Desk, load_id: str, outcome: str, reason: str, actor: Actor, at: datetime) -> None:
    with desk.ledger.write() as tx:
        load = open_load(tx, load_id)
        check_not_on_paper(tx, load)
        audit.record(
            tx, f"load_{outcome}", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
            load_id=load.id, data={"reason": reason},
        )  # fmt: skip
        end_load(tx, load, outcome, reason, actor, at)
        proposals.propose_open_loads(tx, desk, at)
