"""What a season's routing was worth, by the truth.

A cell whose true mean misses its grade is sold whole at the best grade that it does meet. Money lost is what
is missing to the oracle: `most_money` bounds what anyone could take who knew all loads of the season
beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.routing.rates import Rates
from benchmarks.routing.season import Load
from benchmarks.routing.silo import Cell, best_grade, meets
from station.grain.grades import Criterion

_STEPS = 3000


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares are of loads, `missed` of tonnes. `lost`: euros per 1,000 t, `again` counts measurements."""

    lost: float
    wrong: float
    too_high: float
    too_low: float
    missed: float
    elsewhere: float
    again: int
    tonnes: float


def settle(
    rates: Rates, cells: Sequence[Cell], elsewhere: Sequence[Load], most: float, again: int
) -> Outcome:
    loads = [(load, cell.grade.value) for cell in cells for load in cell.loads]
    stray = sum(load.tonnes for load in elsewhere)
    total = sum(cell.content_t for cell in cells) + stray
    deserved = [(best_grade(load.true, rates.grades).value, value) for load, value in loads]
    count = len(loads) + len(elsewhere)
    too_high = sum(value > own for own, value in deserved)
    too_low = sum(value < own for own, value in deserved) + len(elsewhere)
    missed = sum(cell.content_t for cell in cells if cell.loads and not _keeps(cell))
    taken = sum(_worth(rates, cell) for cell in cells if cell.loads) + stray * rates.elsewhere
    cost = again * rates.minutes * rates.euros_a_minute
    return Outcome(
        lost=(most - taken + cost) / total * 1000.0,
        wrong=(too_high + too_low) / count,
        too_high=too_high / count,
        too_low=too_low / count,
        missed=missed / total,
        elsewhere=stray / total,
        again=again,
        tonnes=total,
    )


def most_money(rates: Rates, loads: Sequence[Load]) -> float:
    """Return an upper bound of what the loads can bring with these cells, all loads known beforehand.

    Cells of one grade count as one and loads may be split: a linear programme, bounded by its dual, of which
    every point is a bound. Subgradient steps go down to within euros of the best."""
    tonnes = np.array([load.tonnes for load in loads])
    prices = np.array([*(rates.prices[grade.id] for grade in rates.grades), rates.elsewhere])
    rooms = np.array(
        [sum(cell.capacity_t for cell in rates.cells if cell.grade == grade.id) for grade in rates.grades]
    )
    limits = [(g, one) for g, grade in enumerate(rates.grades) for one in grade.criteria]
    of_grade = np.zeros((len(prices), len(limits)))
    of_grade[[g for g, _ in limits], range(len(limits))] = 1.0
    slack = np.array([_slack(one, loads) for _, one in limits])
    room, blend, best = np.zeros(len(rooms)), np.zeros(len(limits)), np.inf
    moved = np.full(len(rooms) + len(limits), 1e-12)
    for step in range(_STEPS):
        worth = (of_grade * blend) @ slack + (prices - np.append(room, 0.0))[:, None]
        best = min(best, float(tonnes @ worth.max(axis=0) + room @ rooms))
        chosen = tonnes * (worth.argmax(axis=0) == np.arange(len(prices))[:, None])
        unused = rooms - chosen[:-1].sum(axis=1)
        inside = ((of_grade.T @ chosen) * slack).sum(axis=1)
        down = np.concatenate([unused, inside])
        moved += down**2
        by = 20.0 / np.sqrt(1 + step / 50) * down / np.sqrt(moved)
        room, blend = np.maximum(0.0, room - by[: len(room)]), np.maximum(0.0, blend - by[len(room) :])
    return best


def _slack(criterion: Criterion, loads: Sequence[Load]) -> NDArray[np.float64]:
    """Return how far inside the limit the loads lie, to the rounding half a step beyond it."""
    side = 1.0 if criterion.op.is_lower_bound else -1.0
    inside = np.array([side * (load.true[criterion.analyte] - criterion.limit) for load in loads])
    return inside + criterion.step / 2


def _keeps(cell: Cell) -> bool:
    return meets(cell.true_mean_with(), cell.grade)


def _worth(rates: Rates, cell: Cell) -> float:
    mean = cell.true_mean_with()
    below: Mapping[str, float] = {
        grade.id: rates.prices[grade.id] for grade in rates.grades if grade.value <= cell.grade.value
    }
    sold = best_grade(mean, [grade for grade in rates.grades if grade.id in below])
    return cell.content_t * below[sold.id]
