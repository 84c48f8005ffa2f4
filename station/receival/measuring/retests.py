"""Nobody measures until a value passes: who wants a sample measured again says so, and why.

What the pack calls routine needs no word, nor does the third measurement that the rule asks for where two lie
apart. An explanation covers what was recorded before it (rows below its "row"), and the next measurement
after it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from drivers.reading import Analyte
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault
from station.grain.replicates import OneMoreNeeded, combine_replicates
from station.receival.arrivals.loads import open_load
from station.receival.packs.pack_standing import pack_with
from station.store import audit, counters
from station.store.tables import AuditEvent, Load, Proposal, Reading

_EXPLAINED = "retest_explained"


def explain_retest(desk: Desk, load_id: str, reason: str, actor: Actor, at: datetime) -> None:
    """Records who wanted the load's sample measured again, and why; before or after it was."""
    with desk.ledger.write() as tx:
        load = open_load(tx, load_id)
        audit.record(
            tx, _EXPLAINED, at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id, load_id=load.id,
            data={"reason": reason, "row": counters.draw(tx, counters.ROW)},
        )  # fmt: skip


def check_retests(tx: Session, load: Load, proposal: Proposal) -> None:
    """Raises Conflict(retest_unexplained) for the first analyte with a measurement that nobody explained."""
    results: Mapping[str, Mapping[str, Any]] = proposal.assessment["results"]
    several = {name: r["replicates"] for name, r in results.items() if len(r["replicates"]) > 1}
    if not several:
        return
    pack = pack_with(tx, proposal.rule_pack)
    newest = select(AuditEvent.data).where(AuditEvent.load_id == load.id, AuditEvent.kind == _EXPLAINED)
    explained = tx.exec(newest.order_by(col(AuditEvent.seq).desc()).limit(1)).first()
    for name, ids in several.items():
        rows = tx.exec(select(Reading).where(col(Reading.id).in_(ids)).order_by(col(Reading.seq))).all()
        routine = pack.replicates if pack else 1
        limit = pack.repeatability.get(Analyte(name)) if pack else None
        extra = [row for row in rows[routine:] if row is not _asked_by_the_rule(name, rows, limit)]
        later = [row for row in extra if explained is None or (row.seq or 0) > explained["row"]]
        unexplained = later if explained is None else later[1:]
        if unexplained:
            raise Conflict(Fault.RETEST_UNEXPLAINED, analyte=name, count=len(rows))


def _asked_by_the_rule(name: str, rows: Sequence[Reading], limit: float | None) -> Reading | None:
    """The third measurement, where the first two lie apart."""
    first_two = [row.values[name]["value"] for row in rows[:2]]
    apart = isinstance(combine_replicates(first_two, limit), OneMoreNeeded)
    return rows[2] if apart and len(rows) > 2 else None
