"""`rates.toml` becomes frozen values, and the rule pack that the router is given."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers.reading import UNIT_OF, Analyte, Basis, needs_basis
from station.grain.grades import Criterion, Grade, Intake, MeasuringAgain, RulePack
from station.grain.units import Op

FILE = Path(__file__).with_name("rates.toml")
SPECIES = "soft_wheat"


@dataclass(frozen=True, slots=True)
class Field:
    """Says how an analyte is spread: its mean, and standard deviations from the season down to the load."""

    mean: float
    season: float
    supplier: float
    field: float
    load: float
    day: float

    @property
    def sd(self) -> float:
        """Return how far a load lies from the mean of all seasons."""
        return float(sum(part**2 for part in self.parts) ** 0.5)

    @property
    def parts(self) -> tuple[float, ...]:
        return self.season, self.supplier, self.field, self.load, self.day


@dataclass(frozen=True, slots=True)
class Errors:
    """Holds the standard deviations of an instrument's errors of one analyte."""

    own: float
    bias: float
    drift: float


@dataclass(frozen=True, slots=True)
class CellPlan:
    id: str
    grade: str
    capacity_t: float


@dataclass(frozen=True, slots=True)
class Rates:
    seasons: int
    seed: int
    loads: int
    days: int
    suppliers: int
    fields_a_supplier: int
    trucks: Sequence[tuple[float, tuple[float, float]]]
    fields: Mapping[Analyte, Field]
    correlation: float
    grades: Sequence[Grade]
    prices: Mapping[str, float]
    cells: Sequence[CellPlan]
    elsewhere: float
    instruments: Mapping[str, Mapping[Analyte, Errors]]
    columns: Mapping[str, Sequence[str]]
    told: Sequence[float]
    minutes: float
    euros_a_minute: float
    most_again: int
    rolling_t: float
    just_outside: Mapping[Analyte, float]

    @property
    def pack(self) -> RulePack:
        """Return what the router is told of grades, prices, the intake and measuring again."""
        fields = {a: Intake(one.mean, one.sd, _basis(a)) for a, one in self.fields.items()}
        return RulePack(
            name="simulated",
            version="1",
            sha256="",
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            valid_until=None,
            source="rates.toml",
            grades=tuple(self.grades),
            prices=self.prices,
            intake={SPECIES: fields},
            again=MeasuringAgain(dict.fromkeys(self.fields, self.minutes), self.euros_a_minute),
        )


def read_rates(path: Path = FILE) -> Rates:
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    intake, again, rolling = given["intake"], given["again"], given["rolling"]
    return Rates(
        seasons=given["seasons"],
        seed=given["seed"],
        loads=intake["loads"],
        days=intake["days"],
        suppliers=intake["suppliers"],
        fields_a_supplier=intake["fields_a_supplier"],
        trucks=[(truck["share"], (truck["tonnes"][0], truck["tonnes"][1])) for truck in intake["trucks"]],
        fields={Analyte(name): Field(**one) for name, one in given["fields"].items()},
        correlation=given["correlation"]["protein_test_weight"],
        grades=tuple(_grade(one, given["rule"]) for one in given["grades"]),
        prices={one["id"]: one["price"] for one in given["grades"]},
        cells=tuple(_cells(given["cells"])),
        elsewhere=given["elsewhere"]["price"],
        instruments={
            name: {Analyte(analyte): Errors(**one) for analyte, one in errors.items()}
            for name, errors in given["instruments"].items()
        },
        columns=given["columns"],
        told=given["told"]["factors"],
        minutes=again["minutes"],
        euros_a_minute=again["euros_a_minute"],
        most_again=again["most"],
        rolling_t=rolling["tonnes"],
        just_outside={Analyte(name): far for name, far in rolling["just_outside"].items()},
    )


def _grade(given: Mapping[str, Any], rule: Mapping[str, float]) -> Grade:
    criteria = tuple(
        Criterion(
            analyte=(analyte := Analyte(name)),
            op=Op(op),
            limit=limit,
            unit=UNIT_OF[analyte],
            basis=_basis(analyte),
            step=rule["step"],
            required="intake",
            kind="blendable",
            source="rates.toml",
        )
        for name, (op, limit) in given["limits"].items()
    )
    return Grade(given["id"], SPECIES, {"en": given["id"]}, given["value"], frozenset(), criteria)


def _basis(analyte: Analyte) -> Basis | None:
    return Basis.DRY_MATTER if needs_basis(analyte) else None


def _cells(given: Sequence[Mapping[str, Any]]) -> list[CellPlan]:
    grades = [one for one in given for _ in range(one["count"])]
    return [CellPlan(f"c{n:02}", one["grade"], one["capacity_t"]) for n, one in enumerate(grades, start=1)]
