"""Proposing: loads are judged anew whenever their evidence or the cells change.

A proposal is derived until a decision refers to it: where only figures changed its row is made anew in
place; where it asks something else of the operator (cell, pit, hold or reasons) another row takes its place,
so that an answer to the old question is noticed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Desk
from station.receival.deciding.judging import ground, judge
from station.receival.deciding.load_evidence import gather
from station.store import queries
from station.store.engine import note_proposal
from station.store.ids import new_id
from station.store.tables import Decision, Load, Proposal

# Figures in reasons that change with every other load's decision and ask nothing else of the operator.
_FIGURES = frozenset({"free_t", "reserved_t", "cell_value", "cell_u", "p", "mean", "mean_u", "mean_t"})


def propose(tx: Session, desk: Desk, loads: Iterable[Load], at: datetime) -> None:
    """Judges loads anew after their evidence changed. Once one is decided, or has ended, what comes is
    evidence only."""
    tx.flush()
    wanted = [load.id for load in loads if load.outcome is None]
    if wanted:
        _propose(tx, desk, _undecided(tx, wanted), at)


def propose_open_loads(tx: Session, desk: Desk, at: datetime) -> None:
    """Judges every load that is not decided yet: the cells changed."""
    tx.flush()
    _propose(tx, desk, _undecided(tx), at)


def renew(desk: Desk, at: datetime) -> None:
    """Judges every load that is not decided yet, in a transaction of its own: what it is judged by changed
    elsewhere. A decision that comes before sees that by itself."""
    with desk.ledger.write() as tx:
        propose_open_loads(tx, desk, at)


def refresh(tx: Session, desk: Desk, load: Load, at: datetime) -> Proposal:
    """The proposal that holds for one open load now, decided before or not, with its inputs."""
    tx.flush()
    (evidence,) = gather(tx, [load])
    judged = judge(desk, ground(tx, desk, at, without_load=load.id), evidence, at)
    before = queries.current_proposal(tx, load.id)
    is_decided = before is not None and queries.is_decided_on(tx, before.id)
    return _keep(tx, before, judged, at, is_decided=is_decided)


def asks_the_same(before: Proposal, after: Proposal) -> bool:
    """Would the operator's answer to one be an answer to the other?"""
    same: bool = _question(before) == _question(after)
    return same


def _propose(tx: Session, desk: Desk, loads: Sequence[Load], at: datetime) -> None:
    if not loads:
        return
    with desk.proposal_times.measured():
        on = ground(tx, desk, at)
        current = queries.current_proposals(tx, [load.id for load in loads])
        for evidence in gather(tx, loads):
            judged = judge(desk, on, evidence, at)
            judged.inputs = None  # kept with a decision
            _keep(tx, current.get(evidence.load.id), judged, at, is_decided=False)


def _keep(
    tx: Session, before: Proposal | None, judged: Proposal, at: datetime, *, is_decided: bool
) -> Proposal:
    """Returns the row that holds now."""
    if before is not None and not is_decided and asks_the_same(before, judged):
        changed = {name: value for name, value in _content(judged).items() if getattr(before, name) != value}
        for name, value in changed.items():
            setattr(before, name, value)
        if changed.keys() - {"inputs"}:
            before.at = at
            note_proposal(tx, before.load_id)
        tx.add(before)
        return before
    if before is not None and is_decided:
        before.current = False
        tx.add(before)
    elif before is not None:
        tx.delete(before)
    tx.flush()
    judged.id = new_id(at)
    tx.add(judged)
    note_proposal(tx, judged.load_id)
    return judged


def _content(row: Proposal) -> dict[str, Any]:
    return row.model_dump(exclude={"id", "seq", "load_id", "at", "asked_at", "current"})


def _question(row: Proposal) -> Any:
    """What the operator is asked: where to, and on which grounds. Only the chosen cell's own reasons count,
    and those of the load; what speaks for or against other cells may change."""
    chosen = [
        _grounds(entry["reasons"])
        for entry in row.result["ranked"]
        if (entry["cell"], entry["pit"]) == (row.cell, row.pit)
    ]
    return row.cell, row.pit, row.hold, chosen, _grounds(row.result["reasons"])


def _grounds(reasons: Sequence[dict[str, Any]]) -> list[Any]:
    return [
        (one["code"], {name: value for name, value in one["params"].items() if name not in _FIGURES})
        for one in reasons
    ]


def _undecided(tx: Session, load_ids: Sequence[str] | None = None) -> Sequence[Load]:
    """Open loads without a decision, all or of those named, oldest first."""
    decided = select(Decision.id).where(Decision.load_id == Load.id, col(Decision.withdrawn_at).is_(None))
    query = select(Load).where(col(Load.outcome).is_(None), ~decided.exists())
    if load_ids is not None:
        query = query.where(col(Load.id).in_(load_ids))
    return tx.exec(query.order_by(col(Load.seq))).all()
