"""A storage plan out of a file: each line is one cell's act, what is wrong is told by its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, NotAllowed, Refusal
from station.receival.deciding import proposals
from station.receival.masters.table_files import RowError
from station.receival.storage.plan_files import read_plan
from station.receival.storage.plans import plan


@dataclass(frozen=True, slots=True)
class PlanTaken:
    """`cells` are planned anew, or would be."""

    cells: Sequence[str]
    errors: Sequence[RowError]


class _OnlyTried(Exception):
    """Ends the transaction of a dry run."""


def import_plan(desk: Desk, text: str, why: str, actor: Actor, at: datetime, *, dry_run: bool) -> PlanTaken:
    """Take the lines of a file that are right, in one transaction; a dry run writes nothing."""
    if "manager" not in actor.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    rows, errors = read_plan(text)
    planned: list[str] = []
    try:
        with desk.ledger.write() as tx:
            for row in rows:
                try:
                    plan(tx, desk, row.cell, row.said, why, actor, at)
                    planned.append(row.cell)
                except Refusal as refusal:
                    errors.append(RowError(row.line, refusal.code.value, refusal.params))
            _end_try(dry_run)
            proposals.propose_open_loads(tx, desk, at)
    except _OnlyTried:
        pass
    return PlanTaken(planned, sorted(errors, key=lambda one: one.line or 0))


def _end_try(dry_run: bool) -> None:
    if dry_run:
        raise _OnlyTried
