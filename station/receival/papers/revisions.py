"""Revisions: a value that came late makes a closed load another one, and a manager says whether it holds.

The recorded proposal, the movements and the ticket stay as they are. What is proposed is a row; applying it
gives the cells that still hold the load's grain their corrected content, and issues a correcting ticket where
the ticket says another value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from drivers.reading import is_known
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotAllowed, NotFound
from station.grain.cells import Facts
from station.grain.criteria import broken_limits, never_blend
from station.grain.grades import Grade, RulePack
from station.grain.past import Grain
from station.grain.revising import changed, grade_met, measured_of, recast
from station.receival.deciding import proposals
from station.receival.packs.pack_standing import pack_with
from station.receival.papers.correcting_tickets import correct_ticket
from station.receival.papers.final_values import Final, Values, final_values, provisional_values
from station.receival.storage import cells
from station.receival.storage.following import Followed, Lot, follow
from station.store import audit, queries
from station.store.ids import new_id
from station.store.tables import Cell, CellMovement, Load, Proposal, Revision

PROPOSED, APPLIED, DISMISSED, WITHDRAWN = "proposed", "applied", "dismissed", "withdrawn"
REVALUATION = "revaluation"
CLOSED = frozenset({"ticketed", "received"})
MOST_LOTS = 100  # named in a revision

Cause = dict[str, str]


def cause(kind: str, id_: str) -> Cause:
    """`kind`: lab_result, pairing (its reading), hold (the act that ended it)."""
    return {"kind": kind, "id": id_}


def revise(tx: Session, load_id: str, of: Cause, at: datetime) -> Revision | None:
    """Propose what a closed load is by now, where it is another one than its cells and ticket say; the
    proposal before, which nobody answered, is withdrawn. Return the open one."""
    load = tx.get_one(Load, load_id)
    if load.outcome not in CLOSED:
        return None
    proposal = queries.current_proposal(tx, load_id)
    if proposal is None or proposal.inputs is None:
        return None
    every = revisions_of(tx, load_id)
    dismissed = [one["id"] for row in every if row.state == DISMISSED for one in row.causes]
    final = final_values(tx, load, proposal, set(dismissed) - {of["id"]})
    standing = standing_values(tx, load_id, every)
    before = next((row for row in every if row.state == PROPOSED), None)
    if before is not None and not changed(before.new, final.values):
        return before
    if before is not None:
        _end(tx, before, WITHDRAWN, "", None, at)
    if not changed(standing, final.values):
        return None
    causes = [one for one in (before.causes if before else []) if one != of] + [of]
    row = _proposed(tx, load, proposal, final, standing, causes, at)
    tx.add(row)
    tx.flush()
    audit.record(
        tx, "revision_proposed", at, visit_id=load.visit_id, load_id=load.id, subject_id=row.id,
        data={"cause": of, "grades": [row.old_grade, row.new_grade]},
    )  # fmt: skip
    return row


def revisions_of(tx: Session, load_id: str) -> Sequence[Revision]:
    """Return the revisions of a load, oldest first."""
    return tx.exec(select(Revision).where(Revision.load_id == load_id).order_by(col(Revision.seq))).all()


def proposed_among(tx: Session, load_ids: Sequence[str]) -> set[str]:
    """Tell of which of these loads a revision waits for its answer."""
    query = select(Revision.load_id).where(col(Revision.load_id).in_(load_ids), Revision.state == PROPOSED)
    return set(tx.exec(query))


def standing_values(tx: Session, load_id: str, every: Sequence[Revision]) -> Values:
    """What a closed load is taken for: by its last revision that was applied, else by what was moved."""
    applied = [row.new for row in every if row.state == APPLIED]
    return dict(applied[-1]) if applied else provisional_values(tx, load_id)


def apply_revisions(
    desk: Desk, revision_ids: Sequence[str], reason: str, actor: Actor, at: datetime
) -> list[Revision]:
    """A manager applies revisions, all of them or none: the cells hold what is known now, and tickets that
    say another value are replaced.

    Raises NotAllowed(not_allowed), NotFound(unknown_revision), Conflict(revision_ended)."""
    with desk.ledger.write() as tx:
        rows = [_open(tx, one, actor) for one in dict.fromkeys(revision_ids)]
        for row in rows:
            _apply(tx, desk, row, reason, actor, at)
        proposals.propose_open_loads(tx, desk, at)
    return rows


def dismiss_revisions(
    desk: Desk, revision_ids: Sequence[str], reason: str, actor: Actor, at: datetime
) -> list[Revision]:
    """A manager lets loads be what they were; what came late is left out of later revisions too. Raises what
    `apply_revisions` raises."""
    with desk.ledger.write() as tx:
        rows = [_open(tx, one, actor) for one in dict.fromkeys(revision_ids)]
        for row in rows:
            _end(tx, row, DISMISSED, reason, actor, at)
    return rows


def _open(tx: Session, revision_id: str, actor: Actor) -> Revision:
    if "manager" not in actor.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    row = tx.get(Revision, revision_id)
    if row is None:
        raise NotFound(Fault.UNKNOWN_REVISION, id=revision_id)
    if row.state != PROPOSED:
        raise Conflict(Fault.REVISION_ENDED, state=row.state)
    return row


def _proposed(
    tx: Session, load: Load, proposal: Proposal, final: Final, standing: Values, causes: list[Cause],
    at: datetime,
) -> Revision:  # fmt: skip
    where = follow(tx, load.id)
    old, new = (grade_met(final.with_values(one), final.pack) for one in (standing, final.values))
    moved = select(CellMovement.kg).where(CellMovement.load_id == load.id, CellMovement.kg != 0)
    load_t = sum(tx.exec(moved)) / 1000
    return Revision(
        id=new_id(at), load_id=load.id, campaign=load.campaign, causes=causes, old=standing,
        new=final.values, old_grade=old.id if old else None, new_grade=new.id if new else None,
        rule_pack=proposal.rule_pack, cells=_cells(tx, where, standing, final.values, final.pack),
        lots=[_lot(one) for one in where.lots[:MOST_LOTS]], lot_count=len(where.lots),
        load_t=round(load_t, 3), money=_money(final.pack, old, new, load_t), at=at,
    )  # fmt: skip


def _money(pack: RulePack | None, old: Grade | None, new: Grade | None, load_t: float) -> float | None:
    """What the two grades differ by, in euros; None where one of them has no price."""
    prices = [pack.prices.get(grade.id) for grade in (old, new) if pack and grade]
    if len(prices) < 2 or prices[0] is None or prices[1] is None:
        return None
    return round(load_t * (prices[1] - prices[0]), 2)


def _lot(lot: Lot) -> dict[str, Any]:
    said = asdict(lot)
    return {**said, "load_t": round(said.pop("load_kg") / 1000, 3)}


def _cells(
    tx: Session, where: Followed, old: Values, new: Values, pack: RulePack | None
) -> list[dict[str, Any]]:
    """What of the load lies where, what that cell holds before and after, and which limits of its grade that
    breaks."""
    found = []
    for cell_id, kg in sorted(where.cells.items()):
        before = cells.content_of(tx, cell_id)
        after = recast(before, kg / 1000, old, new)
        names = [name for name in changed(old, new) if is_known(name)]
        found.append(
            {
                "cell": cell_id,
                "t": round(kg / 1000, 3),
                "before": {name: before.get(name) for name in names},
                "after": {name: after.get(name) for name in names},
                "broken": _broken(tx, cell_id, after, pack),
            }
        )
    return found


def _broken(
    tx: Session, cell_id: str, content: Mapping[str, Any], pack: RulePack | None
) -> list[dict[str, Any]]:
    cell = tx.get(Cell, cell_id)
    grade = pack.grade(cell.grade) if pack and cell else None
    values = {(name, one["basis"]): one["value"] for name, one in content.items() if one["value"] is not None}
    return [reason.as_dict() for reason in broken_limits(values, [grade])] if grade else []


def _apply(tx: Session, desk: Desk, row: Revision, reason: str, actor: Actor, at: datetime) -> None:
    load, where = tx.get_one(Load, row.load_id), follow(tx, row.load_id)
    pack = pack_with(tx, row.rule_pack)
    row.cells = _cells(tx, where, row.old, row.new, pack)
    known_now = Facts(load.species, frozenset(load.claims), None, measured_of(row.new))
    grain = Grain(never_blend=bool(never_blend(known_now, pack)))
    for cell_id, kg in sorted(where.cells.items()):
        cells.move(tx, _revaluation(row, load, cell_id, kg, grain, reason, actor, at))
    ticket = correct_ticket(tx, desk, load, row.new, reason, actor, at)
    row.ticket_id = ticket.id if ticket else None
    _end(tx, row, APPLIED, reason, actor, at)


def _revaluation(
    row: Revision, load: Load, cell_id: str, kg: float, grain: Grain, reason: str, actor: Actor, at: datetime
) -> CellMovement:
    """Corrects what a cell holds of the load; `grain` says that it may not be blended, where that is so."""
    values = {
        name: {
            **row.new.get(name, _unknown(row.old.get(name))),
            "known_t": kg / 1000,
            "was": row.old.get(name),
        }
        for name in sorted({*row.old, *row.new})
    }
    return CellMovement(
        id=new_id(at), cell_id=cell_id, kind=REVALUATION, kg=0.0, values=values, regime=load.regime,
        organisation=load.organisation, load_id=load.id, by=actor.id, reason=reason, at=at,
        grain=grain.as_dict(),
    )  # fmt: skip


def _unknown(was: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was known of a load and is no more."""
    return {"value": None, "unit": was["unit"], "basis": was["basis"]} if was else {}


def _end(tx: Session, row: Revision, state: str, reason: str, actor: Actor | None, at: datetime) -> None:
    row.state, row.reason, row.ended_at, row.ended_by = state, reason, at, actor.id if actor else None
    tx.add(row)
    tx.flush()
    audit.record(
        tx, f"revision_{state}", at, by=row.ended_by, terminal=actor.terminal if actor else None,
        load_id=row.load_id, subject_id=row.id, data={"reason": reason, "ticket": row.ticket_id},
    )  # fmt: skip
