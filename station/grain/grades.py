"""Grades, their criteria and the dated pack that holds them are frozen values."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from drivers.reading import Analyte, Basis, Unit
from station.grain.units import Op, compare

Required = Literal["intake", "later", "declared"]
CriterionKind = Literal["blendable", "never_blend", "information"]
CountedBy = Literal["mass", "count"]
AdjustmentKind = Literal["refaction", "bonification", "drying"]
AdjustmentOn = Literal["price", "weight", "fee"]
Confidence = Literal["high", "middle", "low"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """Holds one analyte's limit, in `unit` and on `basis`, compared at the rounding step `step`.

    `required`: "intake" must be known before tipping, "later" comes with the lab, "declared" is stated
    by the supplier. `kind` "blendable" is about the mixture in the cell, "never_blend" keeps a load out even
    where the mixture would pass, "information" is told and never decides. `sure` is the probability with
    which the limit must be met (of a blendable one by the cell, of a never-blend one by the load), 0.5 to 1;
    None: the value alone decides. `each`: a load beyond it is not blended, whatever the mixture would be.
    `counted_by`: what the limit is a share of. `confidence`: how sure it is
    that the source says so ("high": its text was read, "middle": a second-hand page, "low": common
    knowledge)."""

    analyte: Analyte
    op: Op
    limit: float
    unit: Unit
    basis: Basis | None
    step: float
    required: Required
    kind: CriterionKind
    source: str
    sure: float | None = None
    each: float | None = None
    counted_by: CountedBy = "mass"
    confidence: Confidence | None = None

    def is_too_far(self, value: float) -> bool:
        """Tell whether a load of this value is kept out of every mixture."""
        return self.each is not None and not compare(value, self.op, self.each, self.step)

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
class Adjustment:
    """Moves what is paid for a load. `kind` "refaction" takes, "bonification" adds, "drying" charges; `on`
    "price" (percent of the price), "weight" (percent of the net) or "fee" (euros a tonne). For each `per` of
    the analyte (in its unit, on `basis`) beyond `limit`, on the side of `op` (">" or "<"), `rate`, in
    proportion; never more than `most`. `until`: what lies beyond it adds nothing more, so that several join
    to a scale. It holds for `grades`, or for the whole `species` where none is named."""

    id: str
    kind: AdjustmentKind
    on: AdjustmentOn
    species: str
    grades: frozenset[str]
    analyte: Analyte
    basis: Basis | None
    op: Op
    limit: float
    step: float
    per: float
    rate: float
    most: float | None
    source: str
    until: float | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """Tells how an analyte is spread over the loads of a campaign: mean and standard deviation."""

    mean: float
    sd: float
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """Says how many probe points a load of so many tonnes needs ((up to, points), rising; a heavier load as
    many as the last), and how far two points of one load lie apart: a standard deviation per analyte, in its
    unit."""

    points: tuple[tuple[float, int], ...] = ()
    spread: Mapping[Analyte, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasuringAgain:
    """Says what measuring once more costs: minutes per analyte, and euros for each minute a truck waits."""

    minutes: Mapping[Analyte, float] = field(default_factory=dict)
    euros_a_minute: float = 0.0


@dataclass(frozen=True, slots=True)
class RulePack:
    """Holds the grades of a season; `sha256` of the text it was read from names it in every decision. It is
    in force from `valid_from` (inclusive) until `valid_until` (exclusive), where one is given.
    `repeatability`: how far two measurements of one sample by one instrument may differ, in the analyte's
    unit. `replicates`: so many measurements of a sample are routine; who wants more says why.

    `prices`: euros a tonne by grade. `uncertainty`: the standard uncertainty of an instrument that states
    none. `tolerance`: two instruments, or an instrument and a photo, that differ by more are not combined.
    `intake`: what loads of a species are like, by species. `overrides`: the roles that may decide what a
    guarded rule forbids, by rule. `running_average`: how many tonnes of a supplier's loads are judged as one,
    by grade."""

    name: str
    version: str
    sha256: str
    valid_from: datetime
    valid_until: datetime | None
    source: str
    grades: tuple[Grade, ...]
    repeatability: Mapping[Analyte, float] = field(default_factory=dict)
    replicates: int = 1
    prices: Mapping[str, float] = field(default_factory=dict)
    adjustments: tuple[Adjustment, ...] = ()
    uncertainty: Mapping[Analyte, float] = field(default_factory=dict)
    tolerance: Mapping[Analyte, float] = field(default_factory=dict)
    intake: Mapping[str, Mapping[Analyte, Intake]] = field(default_factory=dict)
    sampling: SamplingPlan = SamplingPlan()
    again: MeasuringAgain = MeasuringAgain()
    overrides: Mapping[str, frozenset[str]] = field(default_factory=dict)
    running_average: Mapping[str, float] = field(default_factory=dict)
    confidence: Confidence | None = None

    def grade(self, grade_id: str | None) -> Grade | None:
        return next((g for g in self.grades if g.id == grade_id), None)

    @property
    def species(self) -> frozenset[str]:
        """The species that it has grades of: it judges no load of another."""
        return frozenset(grade.species for grade in self.grades)

    def in_force(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


def pack_at(packs: Iterable[RulePack], at: datetime, species: str | None = None) -> RulePack | None:
    """Return the pack in force at `at` that began last, so a short waiver gives way to the season's pack when
    it ends. `packs` are in the order of their installation: of two that begin together the later holds.

    `species`: of the packs that have a grade of it, where any in force has one: a pack of wheat takes none of
    barley's place."""
    in_force = [(pack.valid_from, number, pack) for number, pack in enumerate(packs) if pack.in_force(at)]
    graded = [one for one in in_force if species in one[2].species]
    return max(graded or in_force, key=lambda one: one[:2])[2] if in_force else None


def packs_at(packs: Sequence[RulePack], at: datetime) -> dict[str, RulePack]:
    """Return for each species that is graded the pack that holds at `at`."""
    species = {name for pack in packs if pack.in_force(at) for name in pack.species}
    held = {name: pack_at(packs, at, name) for name in sorted(species)}
    return {name: pack for name, pack in held.items() if pack is not None}


def joined(packs: Sequence[RulePack], at: datetime) -> RulePack | None:
    """Return one pack with the grades that hold of every species, to show limits by: where several hold, it
    has the strictest repeatability of each analyte, and no money. A load is judged by its species' pack."""
    held = packs_at(packs, at)
    parts = list({part.sha256: part for part in held.values()}.values())
    if len(parts) < 2:
        return parts[0] if parts else pack_at(packs, at)
    names, versions = (", ".join(getattr(part, name) for part in parts) for name in ("name", "version"))
    analytes = {analyte for part in parts for analyte in part.repeatability}
    return RulePack(
        names, versions, " ".join(sorted(part.sha256 for part in parts)),
        max(part.valid_from for part in parts), None, "; ".join(part.source for part in parts),
        tuple(grade for species, part in held.items() for grade in part.grades if grade.species == species),
        {one: min(part.repeatability.get(one, math.inf) for part in parts) for one in analytes},
        max(part.replicates for part in parts),
    )  # fmt: skip
