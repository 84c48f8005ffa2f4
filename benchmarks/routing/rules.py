"""The rules that are compared: each says which cell a load goes to, or None: no cell of this silo.

- `by_points`: the best grade that takes the load alone, by its point values.
- `ByRolling`: that, and a load just outside a grade goes up while the last 250 t of the cell, with it, meet
  the grade by point values; not while they do not meet it without the load.
- `Ours`: `station.grain.routing.route`, measuring again where it asks for it.
- `by_truth`: the greedy oracle: the best grade of which a cell truly stays inside its limits with the load.

All fill a started cell before an empty one."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.routing.rates import SPECIES, Rates
from benchmarks.routing.season import Load, Values
from benchmarks.routing.silo import Cell, meets
from drivers.reading import Analyte
from station.grain.cells import CellState, Facts
from station.grain.grades import Grade, RulePack
from station.grain.identifiers import Species
from station.grain.routing import route

PIT = "P1"
Measure = Callable[[Mapping[Analyte, int]], Values]  # the load's values, so often measured again
Rule = Callable[[Load, Measure, Sequence[Cell]], tuple[Cell | None, Values]]


def by_points(load: Load, measure: Measure, cells: Sequence[Cell]) -> tuple[Cell | None, Values]:
    values = measure({})
    points = _points(values)
    return next((cell for cell in _by_grade(load, cells) if meets(points, cell.grade)), None), values


@dataclass(frozen=True, slots=True)
class ByRolling:
    rates: Rates

    def __call__(self, load: Load, measure: Measure, cells: Sequence[Cell]) -> tuple[Cell | None, Values]:
        values = measure({})
        points = _points(values)
        for cell in _by_grade(load, cells):
            if meets(points, cell.grade) or self._goes_up(load.tonnes, values, cell):
                return cell, values
        return None, values

    def _goes_up(self, tonnes: float, values: Values, cell: Cell) -> bool:
        if not cell.last or not self._is_just_outside(_points(values), cell.grade):
            return False
        with_it = [*cell.last, (tonnes, values)]
        return meets(rolling(cell.last, self.rates.rolling_t), cell.grade) and meets(
            rolling(with_it, self.rates.rolling_t), cell.grade
        )

    def _is_just_outside(self, points: Mapping[Analyte, float], grade: Grade) -> bool:
        return all(
            abs(points[one.analyte] - one.limit) <= self.rates.just_outside[one.analyte]
            for one in grade.criteria
            if not one.is_met_by(points[one.analyte])
        )


def rolling(last: Sequence[tuple[float, Values]], tonnes: float) -> dict[Analyte, float]:
    """Return the mean of the last `tonnes`, by point values; of the oldest load only what belongs to them."""
    parts: list[tuple[float, Values]] = []
    rest = tonnes
    for t, values in reversed(last):
        if rest <= 0.0:
            break
        parts.append((min(t, rest), values))
        rest -= t
    total = math.fsum(t for t, _ in parts)
    return {a: math.fsum(t * values[a].value for t, values in parts) / total for a in parts[0][1]}


@dataclass(slots=True)
class Ours:
    """Routes as the station does. `again` counts what was measured again."""

    pack: RulePack
    most_again: int
    again: dict[tuple[int, Analyte], int] = field(default_factory=dict)

    def __call__(self, load: Load, measure: Measure, cells: Sequence[Cell]) -> tuple[Cell | None, Values]:
        by_id = {cell.plan.id: cell for cell in cells}
        states = [_state(cell) for cell in _distinct(load, cells)]
        times: dict[Analyte, int] = {}
        while True:
            values = measure(times)
            facts = Facts(SPECIES, frozenset(), load.tonnes, values)
            proposal = route(facts, states, self.pack)
            if proposal.ask is None or sum(times.values()) >= self.most_again:
                break
            times[proposal.ask.analyte] = times.get(proposal.ask.analyte, 0) + 1
        self.again |= {(load.number, analyte): count for analyte, count in times.items()}
        return by_id[proposal.cell] if proposal.cell else None, values


def by_truth(load: Load, measure: Measure, cells: Sequence[Cell]) -> tuple[Cell | None, Values]:
    values = measure({})
    fitting = (cell for cell in _by_grade(load, cells) if meets(cell.true_mean_with(load), cell.grade))
    return next(fitting, None), values


def always_feed(load: Load, measure: Measure, cells: Sequence[Cell]) -> tuple[Cell | None, Values]:
    """Send all to the least grade: what no sorting at all costs."""
    least = min(cell.grade.value for cell in cells)
    return next((cell for cell in _by_grade(load, cells) if cell.grade.value == least), None), measure({})


def _by_grade(load: Load, cells: Sequence[Cell]) -> Iterator[Cell]:
    """Give the cells with room: the best grade first, of a grade the fullest."""
    with_room = (cell for cell in cells if cell.has_room(load.tonnes))
    yield from sorted(with_room, key=lambda cell: (-cell.grade.value, -cell.filled, cell.plan.id))


def _distinct(load: Load, cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells with room, of the empty ones of a grade the first: the others are the same."""
    seen: set[str] = set()
    found = []
    for cell in _by_grade(load, cells):
        if cell.content_t == 0.0 and cell.grade.id in seen:
            continue
        seen |= {cell.grade.id} if cell.content_t == 0.0 else set()
        found.append(cell)
    return found


def _points(values: Values) -> dict[Analyte, float]:
    return {analyte: one.value for analyte, one in values.items()}


def _state(cell: Cell) -> CellState:
    return CellState(
        id=cell.plan.id,
        pits=(PIT,),
        capacity_t=cell.plan.capacity_t,
        species=Species(SPECIES),
        grade=cell.grade.id,
        content_t=cell.content_t,
        content=cell.content,
    )
