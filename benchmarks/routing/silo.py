"""A simulated silo: cells that are filled load by load, as they are measured and as they are."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.routing.rates import CellPlan, Rates
from benchmarks.routing.season import Load, Values
from drivers.reading import Analyte
from station.grain.blending import Part, blend
from station.grain.grades import Grade
from station.grain.units import Tonnes


@dataclass(slots=True)
class Cell:
    """Holds one cell: its `content` as measured, the sums of what it truly holds, and its last loads."""

    plan: CellPlan
    grade: Grade
    content_t: float = 0.0
    content: Values = field(default_factory=dict)
    true_sums: dict[Analyte, float] = field(default_factory=dict)
    loads: list[Load] = field(default_factory=list)
    last: deque[tuple[float, Values]] = field(default_factory=deque)

    def has_room(self, tonnes: float) -> bool:
        return self.content_t + tonnes <= self.plan.capacity_t

    @property
    def filled(self) -> float:
        return self.content_t / self.plan.capacity_t

    def tip(self, load: Load, values: Values, rolling_t: float) -> None:
        mixed = blend([Part(Tonnes(self.content_t), self.content), Part(Tonnes(load.tonnes), values)])
        self.content = {a: one.measured for a, one in mixed.items() if one.measured is not None}
        for analyte, value in load.true.items():
            self.true_sums[analyte] = self.true_sums.get(analyte, 0.0) + load.tonnes * value
        self.content_t += load.tonnes
        self.loads.append(load)
        self.last.append((load.tonnes, values))
        while sum(t for t, _ in self.last) - self.last[0][0] >= rolling_t:
            self.last.popleft()

    def true_mean_with(self, load: Load | None = None) -> dict[Analyte, float]:
        """Return what it truly holds, on average, once `load` is in it; nothing while empty."""
        more = load.tonnes if load else 0.0
        total = self.content_t + more
        analytes = load.true if load else self.true_sums
        return {
            a: (self.true_sums.get(a, 0.0) + (more * load.true[a] if load else 0.0)) / total for a in analytes
        }


def empty_cells(rates: Rates) -> list[Cell]:
    grades = {grade.id: grade for grade in rates.grades}
    return [Cell(plan, grades[plan.grade]) for plan in rates.cells]


def meets(values: Mapping[Analyte, float], grade: Grade) -> bool:
    return all(one.is_met_by(values[one.analyte]) for one in grade.criteria)


def best_grade(values: Mapping[Analyte, float], grades: Sequence[Grade]) -> Grade:
    """Return the grade of most value that the values meet; one without limits takes all."""
    return max((grade for grade in grades if meets(values, grade)), key=lambda grade: grade.value)
