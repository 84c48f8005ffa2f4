"""The visual check of a load (agréage visuel): all is well, or what was found, which blocks it.

A check is a row and never changes; the newest holds. That something was found stands until a manager, or
another person than who found it, looks again: nobody takes his own finding back alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, NotAllowed
from station.grain.reasons import Code, Reason
from station.receival.arrivals.loads import open_load
from station.receival.deciding import proposals
from station.store import audit, batches, queries
from station.store.ids import new_id
from station.store.tables import Decision, Load, VisualCheck


def check_visually(
    desk: Desk, load_id: str, findings: Sequence[str], note: str, actor: Actor, at: datetime
) -> VisualCheck:
    """Records what a person saw; without findings all is well. The load is judged anew; what is decided
    stays, beside what is proposed now.

    Raises NotAllowed(checked_adverse) where the same person found something before that is not named now."""
    with desk.ledger.write() as tx:
        load = open_load(tx, load_id)
        earlier = tx.exec(select(VisualCheck).where(VisualCheck.load_id == load.id)).all()
        before = max(earlier, key=lambda one: one.seq or 0, default=None)
        _check_gone(set(before.findings if before else ()) - set(findings), earlier, actor)
        row = VisualCheck(
            id=new_id(at), load_id=load.id, at=at, by=actor.id, findings=list(dict.fromkeys(findings)),
            note=note,
        )  # fmt: skip
        tx.add(row)
        audit.record(
            tx, "visually_checked", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
            load_id=load.id, subject_id=row.id,
            data={"findings": row.findings, "note": note, "before": before.id if before else None},
        )  # fmt: skip
        if queries.current_decision(tx, load.id) is None:
            proposals.propose(tx, desk, [load], at)
        else:
            proposals.refresh(tx, desk, load, at)
    return row


def found_since(checks: Sequence[VisualCheck], decision: Decision) -> list[str]:
    """Names what the newest of a load's `checks`, in their order, found that nobody knew at the decision."""
    known = [row for row in checks if (row.seq or 0) < (decision.seq or 0)]
    before = set(known[-1].findings) if known else set()
    return [one for one in checks[-1].findings if one not in before] if checks else []


def questions_of_findings(tx: Session, closed: Sequence[Load]) -> list[dict[str, Any]]:
    """Returns what a person is asked before these loads get their tickets: whether a load tipped although
    something was found after its decision."""
    checks = batches.checks_by_load(tx, [load.id for load in closed])
    asked = []
    for load in closed:
        decision = queries.current_decision(tx, load.id)
        found = found_since(checks.get(load.id, ()), decision) if decision is not None else []
        if found:
            asked.append(Reason(Code.FOUND_AFTER_DECISION, {"findings": found}).as_dict())
    return asked


def _check_gone(gone: set[str], earlier: Sequence[VisualCheck], actor: Actor) -> None:
    found_by = {row.by for row in earlier if gone & set(row.findings)}
    if actor.id in found_by and "manager" not in actor.roles:
        raise NotAllowed(Fault.CHECKED_ADVERSE, findings=sorted(gone))
