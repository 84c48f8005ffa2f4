"""The tables of a rule pack as they stand in its TOML, each value checked by itself."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from drivers.reading import Analyte, Basis, Unit
from station.grain.grades import (
    AdjustmentKind,
    AdjustmentOn,
    Confidence,
    CountedBy,
    CriterionKind,
    Required,
)
from station.grain.identifiers import Species
from station.grain.units import Op

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Above0 = Annotated[Number, Field(gt=0.0, le=1e6)]
NotNegative = Annotated[Number, Field(ge=0.0)]
Count = Annotated[int, Field(strict=True, ge=1, le=1000)]
Text = Annotated[str, Field(min_length=1, max_length=400)]
Role = Literal["operator", "manager"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CriterionTable(_Table):
    analyte: Analyte
    op: Op
    limit: Number
    unit: Unit
    basis: Basis | None = None
    step: Above0
    required: Required
    kind: CriterionKind
    source: Text
    sure: Annotated[Number, Field(ge=0.5, le=1.0)] | None = None
    each: Number | None = None
    counted_by: CountedBy = "mass"
    confidence: Confidence | None = None


class NameTable(_Table):
    fr: Text
    en: Text


class GradeTable(_Table):
    id: Text
    species: Species
    name: NameTable
    value: Annotated[Number, Field(ge=0.0, le=1.0)]
    claims: list[Text] = []
    criteria: Annotated[list[CriterionTable], Field(min_length=1)]


class AdjustmentTable(_Table):
    id: Text
    kind: AdjustmentKind
    on: AdjustmentOn
    species: Species
    grades: list[Text] = []
    analyte: Analyte
    basis: Basis | None = None
    op: Literal["<", ">"]
    limit: Number
    step: Above0
    per: Above0
    rate: Above0
    most: Above0 | None = None
    until: Number | None = None
    source: Text
    confidence: Confidence | None = None


class IntakeTable(_Table):
    mean: Number
    sd: Above0
    basis: Basis | None = None


class PointsTable(_Table):
    up_to_t: Above0
    points: Count


class SamplingTable(_Table):
    points: list[PointsTable] = []
    spread: dict[Analyte, Above0] = {}


class AgainTable(_Table):
    euros_a_minute: NotNegative = 0.0
    minutes: dict[Analyte, Above0] = {}


class PackTable(_Table):
    name: Text
    version: Text
    source: Text
    confidence: Confidence | None = None
    valid_from: Annotated[AwareDatetime, Field(strict=True)]
    valid_until: Annotated[AwareDatetime, Field(strict=True)] | None = None
    grades: Annotated[list[GradeTable], Field(min_length=1)]
    repeatability: dict[Analyte, Above0] = {}
    replicates: Annotated[int, Field(ge=1, le=5)] = 1
    prices: dict[Text, Above0] = {}
    adjustments: list[AdjustmentTable] = []
    uncertainty: dict[Analyte, Above0] = {}
    tolerance: dict[Analyte, Above0] = {}
    intake: dict[Species, dict[Analyte, IntakeTable]] = {}
    sampling: SamplingTable = SamplingTable()
    again: AgainTable = AgainTable()
    overrides: dict[Text, list[Role]] = {}
    running_average: dict[Text, Above0] = {}
