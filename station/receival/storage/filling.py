"""How the cells fill: at which pace in the last hours, and how much of what was expected this week came."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from station.acts.desk import SitePolicy
from station.grain.cells import CellState
from station.grain.pace import LOOKS_BACK, Pace, pace_of
from station.grain.units import known
from station.store.tables import CellMovement


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week of collecting days, by its first instant."""

    name: str
    begins: datetime


def week_of(policy: SitePolicy, day: date) -> Week:
    year, week, weekday = day.isocalendar()
    return Week(f"{year}-W{week:02d}", policy.day_begins(day - timedelta(days=weekday - 1)))


def room_t(state: CellState) -> float:
    """What may still be decided for the cell: up to its target where it has one, else its capacity."""
    most = state.capacity_t if state.target_t is None else min(state.capacity_t, state.target_t)
    return max(0.0, known(most - state.content_t - state.reserved_t))


def paces(tx: Session, policy: SitePolicy, states: Iterable[CellState], at: datetime) -> dict[str, Pace]:
    """The cells that loads went into lately, by what was tipped."""
    query = select(CellMovement.cell_id, CellMovement.at, CellMovement.kg).where(
        CellMovement.kind == "in", col(CellMovement.at) > at - LOOKS_BACK
    )
    loads: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    for cell, moved_at, kg in tx.exec(query):
        loads[cell].append((moved_at, kg / 1000))
    _, day_ends = policy.day_spans(policy.collecting_day(at))
    found = {one.id: pace_of(loads.get(one.id, ()), room_t(one), at, day_ends) for one in states}
    return {cell: pace for cell, pace in found.items() if pace is not None}


def arrived_t(tx: Session, week: Week) -> Mapping[str, float]:
    """What loads brought into each cell since the week began."""
    query = (
        select(CellMovement.cell_id, func.sum(CellMovement.kg))
        .where(CellMovement.kind == "in", col(CellMovement.at) >= week.begins)
        .group_by(CellMovement.cell_id)
    )
    return {cell: known(float(kg) / 1000) for cell, kg in tx.exec(query)}
