"""Grades, their criteria and the dated pack that holds them are frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from drivers.reading import Analyte, Basis, Unit
from station.grain.units import Op, compare

Required = Literal["intake", "later", "declared"]
CriterionKind = Literal["blendable", "never_blend"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """Holds one analyte's limit, in `unit` and on `basis`, compared at the rounding step `step`.

    `required`: "intake" must be known before tipping, "later" comes with the lab, "declared" is stated
    by the supplier. `kind` "never_blend" keeps a load out even where the mixture would pass."""

    analyte: Analyte
    op: Op
    limit: float
    unit: Unit
    basis: Basis | None
    step: float
    required: Required
    kind: CriterionKind
    source: str

    def is_met_by(self, value: float) -> bool:
        """Tell whether `value`, in this criterion's unit and basis, meets the limit."""
        return compare(value, self.op, self.limit, self.step)


@dataclass(frozen=True, slots=True)
class Grade:
    """Groups the criteria of one quality. `value`: the co-operative's preference, 0 to 1; a load goes to the
    highest grade that takes it. `name`: by language (`fr`, `en`). `claims`: what a load must have and a cell
    of this grade honours."""

    id: str
    species: str
    name: Mapping[str, str]
    value: float
    claims: frozenset[str]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class RulePack:
    """Holds the grades of a season; `sha256` of the text it was read from names it in every decision. It is
    in force from `valid_from` (inclusive) until `valid_until` (exclusive), where one is given.
    `repeatability`: how far two measurements of one sample by one instrument may differ, in the analyte's
    unit. `replicates`: so many measurements of a sample are routine; who wants more says why."""

    name: str
    version: str
    sha256: str
    valid_from: datetime
    valid_until: datetime | None
    source: str
    grades: tuple[Grade, ...]
    repeatability: Mapping[Analyte, float] = field(default_factory=dict)
    replicates: int = 1

    def grade(self, grade_id: str | None) -> Grade | None:
        return next((g for g in self.grades if g.id == grade_id), None)

    def in_force(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


def pack_at(packs: Iterable[RulePack], at: datetime) -> RulePack | None:
    """Return the pack in force at `at` that began last, so a short waiver gives way to the season's pack when
    it ends. `packs` are in the order of their installation: of two that begin together the later holds."""
    in_force = [(pack.valid_from, number, pack) for number, pack in enumerate(packs) if pack.in_force(at)]
    return max(in_force, key=lambda one: one[:2])[2] if in_force else None
