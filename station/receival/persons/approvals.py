"""A second person, who may be far away, approves one act of an operator by figures that are read to and fro.

The station draws a challenge for this very act: load, pit and cell, broken rules with their grounds, who asks
and at which terminal. It holds for some minutes, for one use. The answer is made without a network, of the
challenge and the approver's secret (`station/acts/answers.py`). Wrong answers are counted and make the next
one wait, as wrong PINs do; five end the challenge.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlmodel import Session, col, select

from station.acts.answers import Random, is_answer, new_challenge
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed, NotFound
from station.grain.guard import Guard, Guarded
from station.receival.arrivals.loads import open_load
from station.receival.deciding import proposals
from station.receival.measuring import waivers
from station.receival.persons.enrolments import enrolment_of
from station.receival.persons.guards import act_of, guard_for
from station.receival.persons.pin_locks import PinLocks
from station.receival.storage import cells
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Approval, Cell, Load, Proposal

HOLDS = timedelta(minutes=10)
MOST_WRONG = 5
_DRAWS = 200
_LOOKED_AT = 500  # challenges with wrong answers, the newest: each costs its sender a wait


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be approved, by whom. `is_standing`: every load of the species without the measurement."""

    load_id: str
    proposal_id: str
    cell: str
    pit: str
    reason: str
    approver: str
    is_standing: bool = False


def ask(desk: Desk, wish: Wish, actor: Actor, at: datetime, random: Random = secrets.token_bytes) -> Approval:
    """Draws the challenge; what this terminal asked before is over.

    Raises as `decisions.decide` does for a choice that cannot be, and Conflict(nothing_to_approve) where the
    operator may decide alone, (not_for_every_load), (not_enrolled), (answers_locked), and
    NotAllowed(approves_himself)."""
    superseded: Proposal | None = None
    with desk.ledger.write() as tx:
        load = open_load(tx, wish.load_id)
        answered = tx.get(Proposal, wish.proposal_id)
        proposal = proposals.refresh(tx, desk, load, at)
        if proposal.id == wish.proposal_id or (answered and proposals.asks_the_same(answered, proposal)):
            row = _ask(tx, desk, load, proposal, wish, actor, at, random)
        else:
            superseded = proposal
    if superseded is not None:
        raise Conflict(Fault.PROPOSAL_SUPERSEDED, load_id=wish.load_id, proposal_id=superseded.id)
    return row


def answer(desk: Desk, approval_id: str, figures: str, actor: Actor, at: datetime) -> Approval:
    """Takes the answer that was read back. A standing approval holds from now on; another is used up by the
    decision. Raises Conflict(approval_over, wrong_answer, answers_locked), NotFound(unknown_approval)."""
    with desk.ledger.write() as tx:
        row = tx.get(Approval, approval_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_APPROVAL, id=approval_id)
        is_open = row.state == "open" and row.at <= at < row.until
        enrolment = enrolment_of(tx, desk, row.approver_id)
        if not is_open or (row.asked_by, row.terminal) != (actor.id, actor.terminal):
            raise Conflict(Fault.APPROVAL_OVER)
        if enrolment is None or enrolment[0].id != row.enrolment_id:
            raise Conflict(Fault.APPROVAL_OVER)
        _check_unlocked(tx, row.terminal, row.approver_id, at)
        fits = is_answer(figures, row.challenge, enrolment[1])
        if fits:
            _give(tx, desk, row, actor, at)
        else:
            _fail(tx, row, actor, at)
    if not fits:
        raise Conflict(Fault.WRONG_ANSWER, left=MOST_WRONG - len(row.failures))
    return row


def _ask(
    tx: Session, desk: Desk, load: Load, proposal: Proposal, wish: Wish, actor: Actor, at: datetime,
    random: Random,
) -> Approval:  # fmt: skip
    if tx.get(Cell, wish.cell) is None:
        raise Invalid(Fault.UNKNOWN_CELL, cell=wish.cell)
    if wish.pit not in cells.pits_of_cells(tx).get(wish.cell, ()):
        raise Invalid(Fault.NOT_REACHABLE, cell=wish.cell, pit=wish.pit)
    guard = guard_for(tx, proposal.result, wish.cell)
    if not guard or "manager" in actor.roles:
        raise Conflict(Fault.NOTHING_TO_APPROVE)
    if wish.is_standing and (guard.rules != (Guarded.MEASUREMENT,) or not guard.lacking):
        raise Conflict(Fault.NOT_FOR_EVERY_LOAD)
    if wish.approver == actor.id:
        raise NotAllowed(Fault.APPROVES_HIMSELF)
    enrolment = enrolment_of(tx, desk, wish.approver)
    if enrolment is None:
        raise Conflict(Fault.NOT_ENROLLED, name=wish.approver)
    _check_unlocked(tx, actor.terminal, wish.approver, at)
    _end_others(tx, actor)
    row = Approval(
        id=new_id(at), challenge=_unused(tx, guard, random, is_standing=wish.is_standing), load_id=load.id,
        asked_by=actor.id, terminal=actor.terminal, at=at, until=at + HOLDS, approver_id=wish.approver,
        enrolment_id=enrolment[0].id, reason=wish.reason, is_standing=wish.is_standing,
        what={
            **act_of(guard, wish.cell, wish.pit), "proposal": proposal.id, "species": load.species,
            "lacking": list(guard.lacking),
        },
    )  # fmt: skip
    tx.add(row)
    _record(tx, "approval_asked", row, actor, at)
    return row


def _unused(tx: Session, guard: Guard, random: Random, *, is_standing: bool) -> str:
    """A challenge that was never given: the answer to an old one would be known."""
    for _ in range(_DRAWS):
        challenge = new_challenge(guard.rules, random, is_standing=is_standing)
        if tx.exec(select(Approval.id).where(Approval.challenge == challenge)).first() is None:
            return challenge
    raise Conflict(Fault.NO_CHALLENGE_LEFT)


def _end_others(tx: Session, actor: Actor) -> None:
    """A terminal asks for one approval at a time."""
    waiting = select(Approval).where(col(Approval.state).in_(("open", "given")))
    for row in tx.exec(waiting.where(Approval.terminal == actor.terminal)):
        row.state = "over"
        tx.add(row)


def _give(tx: Session, desk: Desk, row: Approval, actor: Actor, at: datetime) -> None:
    row.state = "used" if row.is_standing else "given"
    tx.add(row)
    _record(tx, "approval_given", row, actor, at)
    if row.is_standing:
        tx.flush()
        waivers.add(tx, desk, row.what["species"], row.what["lacking"], row.reason, actor, at, row)


def _fail(tx: Session, row: Approval, actor: Actor, at: datetime) -> None:
    row.failures, row.has_failed = [*row.failures, at.isoformat()], True
    if len(row.failures) >= MOST_WRONG:
        row.state = "over"
    tx.add(row)
    _record(tx, "approval_failed", row, actor, at)


def _check_unlocked(tx: Session, terminal: str | None, approver: str, at: datetime) -> None:
    failed = select(Approval).where(col(Approval.has_failed).is_(True)).order_by(col(Approval.seq).desc())
    locks = PinLocks()
    for when, row in _failures(tx.exec(failed.limit(_LOOKED_AT)).all()):
        locks.fail((row.terminal, row.approver_id), when)
    wait = locks.wait((terminal, approver), at)
    if wait > timedelta(0):
        raise Conflict(Fault.ANSWERS_LOCKED, seconds=ceil(wait.total_seconds()))


def _failures(rows: Sequence[Approval]) -> list[tuple[datetime, Approval]]:
    found = [(datetime.fromisoformat(when), row) for row in rows for when in row.failures]
    return sorted(found, key=lambda one: one[0])


def _record(tx: Session, event: str, row: Approval, actor: Actor, at: datetime) -> None:
    load = tx.get_one(Load, row.load_id)
    told: dict[str, Any] = {name: row.what[name] for name in ("cell", "pit", "rules", "lacking")}
    audit.record(
        tx, event, at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id, load_id=load.id,
        subject_id=row.id,
        data={**told, "reason": row.reason, "approver": row.approver_id, "standing": row.is_standing},
    )  # fmt: skip
