"""What another rule pack would have made of recorded decisions: other grades, holds, and other money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from station.acts.engine import engine_version
from station.grain.paying import pay_of
from station.grain.rules import RulePack
from station.receival.packs.paid import assessed_values, grades_of_cells
from station.receival.packs.replay import Records, judged_with, read_records
from station.store.tables import Decision, Load, Ticket


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a load goes, and what it is paid: `cell` None where the truck waits, `cents` None where the pack
    has no price for the grade."""

    cell: str | None
    pit: str | None
    grade: str | None
    hold: bool
    cents: int | None

    @property
    def is_taken(self) -> bool:
        return self.cell is not None and not self.hold


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One decided load by its own pack and by another, both by the engine that is here. `kg` is the ticket's
    net, or what was estimated where there is none yet."""

    load_id: str
    decision_id: str
    at: datetime
    species: str
    kg: float | None
    before: Outcome
    after: Outcome

    @property
    def moves(self) -> bool:
        """Tell whether the other pack makes another grade of it, another hold, or, where both packs have a
        price, other money."""
        before, after = self.before, self.after
        is_paid_otherwise = None not in (before.cents, after.cents) and before.cents != after.cents
        there = (before.grade, before.hold, before.is_taken)
        return there != (after.grade, after.hold, after.is_taken) or is_paid_otherwise


def compare_packs(
    tx: Session, decisions: Sequence[Decision], pack: RulePack
) -> tuple[list[WhatIf], list[str]]:
    """Judge the decisions that hold, of species that the pack grades; return them, and those that cannot be
    judged because a record that they stand on is gone."""
    judged = judged_decisions(tx, decisions, pack)
    species = _species(tx, judged)
    holding = _holding(tx, [one.load_id for one in judged])
    wanted = [one for one in judged if one.id in holding]
    nets = _nets(tx, [one.load_id for one in wanted])
    records = read_records(tx, [one.proposal_id for one in wanted])
    found, lost = [], []
    for one in wanted:
        told = species[one.load_id], nets.get(one.load_id)
        try:
            found.append(_compared(records, one, *told, pack))
        except LookupError:
            lost.append(one.id)
    return found, lost


def judged_decisions(tx: Session, decisions: Sequence[Decision], pack: RulePack) -> list[Decision]:
    """Return the decisions on loads of a species that the pack grades: of the others it takes no pack's
    place."""
    species = _species(tx, decisions)
    return [one for one in decisions if species[one.load_id] in pack.species]


def _species(tx: Session, decisions: Sequence[Decision]) -> dict[str, str]:
    asked = select(Load.id, Load.species).where(col(Load.id).in_([one.load_id for one in decisions]))
    return {load_id: name for load_id, name in tx.exec(asked)}  # noqa: C416 - rows are no pairs to mypy


def _compared(
    records: Records, decision: Decision, species: str, net_kg: float | None, pack: RulePack
) -> WhatIf:
    row = records.proposals[decision.proposal_id]
    own = records.packs[row.rule_pack]
    recorded = {name: getattr(row, name) for name in ("assessment", "load_t", "cell", "pit", "hold")}
    before = recorded if row.engine == engine_version() else judged_with(records, row, own)
    after = judged_with(records, row, pack)
    kg = net_kg if net_kg is not None else _kilograms(before["load_t"])
    grades = grades_of_cells(row.inputs or {})
    outcomes = (_outcome(before, grades, own, kg), _outcome(after, grades, pack, kg))
    return WhatIf(decision.load_id, decision.id, decision.at, species, kg, *outcomes)


def _outcome(
    judged: Mapping[str, Any], grades: Mapping[str, str | None], pack: RulePack | None, kg: float | None
) -> Outcome:
    cell, hold = judged["cell"], bool(judged["hold"] and judged["cell"])
    grade = None if cell is None or hold else grades.get(cell)
    cents = None
    if pack is not None and kg is not None and pack.grade(grade) is not None:
        assert grade is not None
        cents = pay_of(pack, grade, kg, assessed_values(judged["assessment"])).cents
    return Outcome(cell, judged["pit"], grade, hold, cents)


def _holding(tx: Session, loads: Sequence[str]) -> set[str]:
    """The newest decision of each load, unless it was withdrawn."""
    newest = select(func.max(Decision.seq)).where(col(Decision.load_id).in_(loads)).group_by(Decision.load_id)
    query = select(Decision.id).where(col(Decision.seq).in_(newest), col(Decision.withdrawn_at).is_(None))
    return set(tx.exec(query))


def _nets(tx: Session, loads: Sequence[str]) -> dict[str, float]:
    """The net of each load's newest ticket."""
    query = select(Ticket.load_id, Ticket.net_kg).where(col(Ticket.load_id).in_(loads))
    return {load_id: net_kg for load_id, net_kg in tx.exec(query.order_by(col(Ticket.seq)))}  # noqa: C416


def _kilograms(tonnes: float | None) -> float | None:
    return None if tonnes is None else round(tonnes * 1000)
