"""A rule pack is tried on loads that were decided: where would each have gone by it?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.grain.rules import RulePack
from station.grain.wire import read_cells
from station.receival.packs.pack_standing import pack_with
from station.receival.packs.replay import judged_by
from station.store.tables import Decision, Load, Proposal


@dataclass(frozen=True, slots=True)
class Trial:
    """What another rule pack would change of one load: its grade, its cell (`moved_t` of it), whether any
    cell takes it. A hold cell takes nothing: there a load waits."""

    regraded: bool
    moved_t: float
    refused_more: bool
    refused_less: bool


def decisions_between(tx: Session, since: datetime, until: datetime, pack: RulePack) -> Sequence[str]:
    """Return the decisions of a time that hold, of species that the pack grades, oldest first: one for each
    load."""
    later = select(Decision.supersedes_id).where(
        Decision.at >= since, col(Decision.supersedes_id).is_not(None)
    )
    loads = select(Decision.id).join(Load, col(Load.id) == Decision.load_id)
    query = loads.where(
        col(Load.species).in_(pack.species), Decision.at >= since, Decision.at < until,
        col(Decision.withdrawn_at).is_(None), col(Decision.id).not_in(later),
    )  # fmt: skip
    return tx.exec(query.order_by(col(Decision.at), col(Decision.seq))).all()


def try_pack(tx: Session, decision: str, pack: RulePack) -> Trial:
    """Judge a load again by its own pack and by another, both by the engine that is here. Raises LookupError
    where a record that its proposal stands on is gone."""
    row = tx.get_one(Proposal, tx.get_one(Decision, decision).proposal_id)
    own = pack_with(tx, row.rule_pack)
    before, after = judged_by(tx, row, own), judged_by(tx, row, pack)
    grades = {cell.id: cell.grade for cell in read_cells(json.dumps((row.inputs or {})["cells"]))}
    was, would = _cell(before), _cell(after)
    return Trial(
        regraded=_grade(grades, was) != _grade(grades, would),
        moved_t=round(before["load_t"] or 0.0, 3) if before["cell"] != after["cell"] else 0.0,
        refused_more=was is not None and would is None,
        refused_less=was is None and would is not None,
    )


def _cell(judged: dict[str, Any]) -> str | None:
    return None if judged["hold"] else judged["cell"]


def _grade(grades: Mapping[str, str | None], cell: str | None) -> str | None:
    return grades.get(cell) if cell is not None else None
