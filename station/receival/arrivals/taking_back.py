"""Take back what was done by mistake: for a minute what ends something, an assignment until its ticket; after
that a manager does, and the load is proposed for revision.

What is taken back leaves its own event beside the one of the act; the state is as it was before.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.reasons import Code, Reason
from station.receival.between_silos import shipment_standing
from station.receival.deciding import proposals
from station.receival.measuring import pairings
from station.receival.papers import revisions
from station.store import audit, queries
from station.store.tables import Load, Pairing, Reservation, Sample, Visit, Weighing, WeighingUse

TIME_TO_TAKE_BACK = timedelta(seconds=60)


def restore_weighing(desk: Desk, weighing_id: str, actor: Actor, at: datetime) -> Weighing:
    """Offers a dismissed weight again. Why it was dismissed, and by whom, stays in the audit chain."""
    with desk.ledger.write() as tx:
        weighing = tx.get(Weighing, weighing_id)
        if weighing is None:
            raise NotFound(Fault.UNKNOWN_WEIGHING, id=weighing_id)
        if weighing.state != "dismissed":
            raise Conflict(Fault.NOTHING_TO_TAKE_BACK)
        dismissal = tx.exec(select(WeighingUse).where(WeighingUse.weighing_id == weighing_id)).one()
        _check_time(dismissal.at, at)
        audit.record(
            tx, "weighing_restored", at, by=actor.id, terminal=actor.terminal, subject_id=weighing_id,
            data={"kg": weighing.kg, "dismissed_by": dismissal.by, "reason": dismissal.reason},
        )  # fmt: skip
        tx.delete(dismissal)
        weighing.state = "offered"
        tx.add(weighing)
    return weighing


def restore_exceptions(desk: Desk, item_ids: Sequence[str], actor: Actor, at: datetime) -> list[Pairing]:
    """Lets items wait again that a person dismissed or assigned. All of them or none."""
    with desk.ledger.write() as tx:
        return [_restore_item(tx, desk, item_id, actor, at) for item_id in dict.fromkeys(item_ids)]


def restore_load(desk: Desk, load_id: str, actor: Actor, at: datetime) -> Load:
    """Opens a load again that was refused or whose supplier left with it."""
    with desk.ledger.write() as tx:
        load = tx.get(Load, load_id)
        if load is None:
            raise NotFound(Fault.UNKNOWN_LOAD, id=load_id)
        if load.outcome not in ("refused", "left"):
            raise Conflict(Fault.NOTHING_TO_TAKE_BACK)
        data = _reopen(tx, load, actor, at)
        audit.record(
            tx, "load_restored", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
            load_id=load.id, data=data,
        )  # fmt: skip
        proposals.propose_open_loads(tx, desk, at)
    return load


def restore_visit(desk: Desk, visit_id: str, actor: Actor, at: datetime) -> Visit:
    """Opens a visit again that was cancelled, with the loads that were cancelled with it."""
    with desk.ledger.write() as tx:
        visit = tx.get(Visit, visit_id)
        if visit is None:
            raise NotFound(Fault.UNKNOWN_VISIT, id=visit_id)
        cancelled = [load for load in queries.loads_of(tx, visit_id) if load.outcome == "cancelled"]
        if not cancelled:
            raise Conflict(Fault.NOTHING_TO_TAKE_BACK)
        reasons = [_reopen(tx, load, actor, at)["reason"] for load in cancelled]
        audit.record(
            tx, "visit_restored", at, by=actor.id, terminal=actor.terminal, visit_id=visit_id,
            data={"reason": reasons[0]},
        )  # fmt: skip
        proposals.propose_open_loads(tx, desk, at)
    return visit


def _check_time(done_at: datetime, at: datetime) -> None:
    """A clock that jumped back since leaves no time to take back."""
    if not timedelta(0) <= at - done_at <= TIME_TO_TAKE_BACK:
        raise Conflict(Fault.TOO_LATE, seconds=int(TIME_TO_TAKE_BACK.total_seconds()))


# --- exceptions ---------------------------------------------------------------------------------------
def _restore_item(tx: Session, desk: Desk, item_id: str, actor: Actor, at: datetime) -> Pairing:
    current = queries.pairing_of(tx, item_id)
    if current is None:
        raise NotFound(Fault.UNKNOWN_EXCEPTION, id=item_id)
    if current.state == "dismissed":
        _check_time(current.at, at)
        return _wait_again(tx, current, "exception_restored", None, actor, at)
    if current.code not in (Code.PAIRED_BY_PERSON, Code.PAIRED_BY_ODDS):
        raise Conflict(Fault.NOTHING_TO_TAKE_BACK)
    sample = tx.get_one(Sample, current.sample_id)
    load = tx.get(Load, sample.load_id) if sample.load_id else None
    is_closed = load is not None and load.outcome in revisions.CLOSED
    if load is not None and is_closed and "manager" not in actor.roles:
        raise Conflict(Fault.LOAD_ENDED, outcome=load.outcome)
    row = _wait_again(tx, current, "assignment_undone", load, actor, at)
    if load is not None and is_closed:
        revisions.revise(tx, load.id, revisions.cause("pairing", item_id), at)
    elif load is not None and load.outcome is None:
        _judge_without(tx, desk, load, at)
    return row


def _wait_again(
    tx: Session, current: Pairing, event: str, load: Load | None, actor: Actor, at: datetime
) -> Pairing:
    """It waits for the reason that it waited for before; what the station paired waits for a person now."""
    if current.code == Code.PAIRED_BY_ODDS:
        reason = Reason(Code.PAIRING_UNDONE, {"barcode": current.params["barcode"]})
        return _wait_for(tx, current, reason, event, load, actor, at)
    waited = select(Pairing).where(Pairing.item_id == current.item_id, Pairing.state == "unpaired")
    before = tx.exec(waited.order_by(col(Pairing.seq).desc()).limit(1)).one()
    return _wait_for(tx, current, Reason(Code(before.code), before.params), event, load, actor, at)


def _wait_for(
    tx: Session, current: Pairing, reason: Reason, event: str, load: Load | None, actor: Actor, at: datetime
) -> Pairing:
    kind = pairings.kind_of(current)
    row = pairings.append(tx, kind, current.item_id, None, "unpaired", reason, at, actor, load)
    undone = {"code": current.code, "params": current.params}
    pairings.note(tx, event, current.item_id, load, actor, at, {"undone": undone})
    return row


def _judge_without(tx: Session, desk: Desk, load: Load, at: datetime) -> None:
    """The ticket prints no value that is not the load's: where the load is decided it is judged anew too."""
    if queries.current_decision(tx, load.id) is None:
        proposals.propose(tx, desk, [load], at)
    else:
        proposals.refresh(tx, desk, load, at)


# --- loads --------------------------------------------------------------------------------------------
def _reopen(tx: Session, load: Load, actor: Actor, at: datetime) -> dict[str, str]:
    """Gives a load its place in the queue again, with its samples and its reservation; returns what ended
    it. A weight that the visit took since was taken without this load."""
    ended_at = load.outcome_at
    assert ended_at is not None  # it has its outcome
    _check_time(ended_at, at)
    taken = select(WeighingUse.id).where(WeighingUse.visit_id == load.visit_id, WeighingUse.at >= ended_at)
    if tx.exec(taken.limit(1)).first() is not None:
        raise Conflict(Fault.TOO_LATE, seconds=int(TIME_TO_TAKE_BACK.total_seconds()))
    ended = {"outcome": load.outcome or "", "reason": load.outcome_reason}
    load.outcome, load.outcome_at, load.outcome_by, load.outcome_reason = None, None, None, ""
    tx.add(load)
    shipment_standing.note_reopened(tx, load)
    for sample in queries.samples_of(tx, load.id):
        sample.ended_at = None
        tx.add(sample)
    released = select(Reservation).where(Reservation.load_id == load.id, Reservation.released_at == ended_at)
    for reservation in tx.exec(released):
        reservation.released_at = None
        tx.add(reservation)
    visit = tx.get_one(Visit, load.visit_id)
    if visit.ended_at is not None:
        visit.ended_at = None
        tx.add(visit)
        audit.record(tx, "visit_reopened", at, visit_id=visit.id)
    tx.flush()
    return ended
