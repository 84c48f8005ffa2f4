"""Grain in, out of and between cells."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from station.api.schemas.common import (
    SEEN,
    Celsius,
    ExternalIn,
    In,
    Key,
    Name,
    Organisation,
    Referenced,
    RegimeCode,
    Text,
    Value,
    Why,
)

MovementKind = Literal[
    "opening", "in", "out", "transfer", "correction", "recovered", "returned", "drying", "grain_cleaning",
    "cell_cleaning", "ventilation", "treatment", "revaluation",
]  # fmt: skip
TreatmentKind = Literal["insecticide", "fumigation"]
Moved = Annotated[float, Field(gt=0, le=100_000_000, allow_inf_nan=False, strict=True)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, strict=True)]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20), SEEN]
Counted = Annotated[float, Field(ge=0, le=100_000_000, allow_inf_nan=False, strict=True)]


class _MovementIn(In):
    """`reason` and `paper_number` as a person wrote them; `regime` and `organisation` are the site's where
    they are not given. `despite_kg`: `kg` once more, from a person who was asked about it."""

    reason: Why
    paper_number: Text = ""
    regime: RegimeCode | None = None
    organisation: Organisation | None = None
    external: ExternalIn | None = None
    despite_kg: Counted | None = None


class MoveOutIn(_MovementIn):
    """Grain leaves the site. `weighings` are the ids of the empty vehicle's weighing and of the full one's,
    of which `kg` is the difference. `despite_remarks`: the person was asked about these weights,
    whose line failed."""

    kind: Literal["out"]
    kg: Moved
    weighings: tuple[Key, Key] | None = None
    despite_remarks: bool = False


class TransferIn(_MovementIn):
    """Grain goes into the cell `to_cell`."""

    kind: Literal["transfer"]
    kg: Moved
    to_cell: Key


class CorrectionIn(_MovementIn):
    """`kg` is what was counted in the cell. Only for managers."""

    kind: Literal["correction"]
    kg: Counted


class _ActIn(In):
    """What is done with a cell or its grain; `despite_kg`: the mass that the act begins with once more
    (the waste, or what went into the dryer), from a person who was asked about it, with his reason."""

    reason: Text = ""
    paper_number: Text = ""
    despite_kg: Moved | None = None


class GrainCleaningIn(_ActIn):
    """`kg` of waste leave; `impurities` and `broken` (percent) are what was measured afterwards."""

    kind: Literal["grain_cleaning"]
    kg: Moved
    impurities: Percent | None = None
    broken: Percent | None = None


class DryingIn(_ActIn):
    """`kg` go in at one moisture (percent) and come out at another, into `to_cell` or back; `measured_kg` is
    what the scale said of that."""

    kind: Literal["drying"]
    kg: Moved
    moisture_from: Percent
    moisture_to: Percent
    measured_kg: Moved | None = None
    to_cell: Key | None = None


class VentilationIn(_ActIn):
    """`celsius` is the grain's temperature afterwards."""

    kind: Literal["ventilation"]
    hours: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False, strict=True)]
    celsius: Celsius | None = None


class CellCleaningIn(_ActIn):
    kind: Literal["cell_cleaning"]


class DoseIn(In):
    """`dose` is in `unit`, as the label says it. `substance` and `treatment` are needed for a product that
    the site file does not list."""

    product: Name
    dose: Moved
    unit: Unit
    substance: Text = ""
    treatment: TreatmentKind | None = None
    reason: Text = ""


class CellTreatmentIn(DoseIn):
    kind: Literal["treatment"]


class FlushIn(In):
    reason: Why


MovementIn = Annotated[
    MoveOutIn | TransferIn | CorrectionIn | GrainCleaningIn | DryingIn | VentilationIn | CellCleaningIn
    | CellTreatmentIn,
    Field(discriminator="kind"),
]  # fmt: skip


class Act(BaseModel):
    """What was done beside moving grain; what does not apply is null. Masses of a drying in kilograms:
    `kg_computed` by the dry matter, `freinte_kg` what the scale missed of it."""

    moisture_from: float | None = None
    moisture_to: float | None = None
    kg_in: float | None = None
    kg_computed: float | None = None
    kg_out: float | None = None
    water_kg: float | None = None
    freinte_kg: float | None = None
    waste_kg: float | None = None
    hours: float | None = None
    celsius: float | None = None
    treatment: TreatmentKind | None = None
    product: str | None = None
    substance: str | None = None
    dose: float | None = None
    unit: str | None = None


class Treatment(BaseModel):
    """One row of the register: what was treated, with what; `kind` also says that a line carried treated
    grain, or was flushed. `in_line`: the substances that went through the line since it was flushed."""

    seq: int
    kind: Literal["insecticide", "fumigation", "carried", "flush"]
    load_id: str | None
    cell: str | None
    line: str | None
    product: str
    substance: str
    dose: float | None
    unit: str
    in_line: list[str]
    reason: str
    by: str
    at: datetime


class Line(BaseModel):
    """What carries grain from pits to cells. `busy`: the species that it carries, or is about to; `treated`:
    the substances that went through it since it was flushed."""

    id: str
    pits: list[str]
    cells: list[str]
    busy: str | None
    claims: list[str]
    treated: list[str]


class Movement(Referenced):
    """`kg` is what the cell gained, `content_kg` what it held afterwards. `values` are of what moved;
    `other_cell` is that of a transfer. `seq` rises with time."""

    id: str
    seq: int
    cell: str
    kind: MovementKind
    kg: float
    content_kg: float
    at: datetime
    by: str | None
    reason: str
    paper_number: str
    regime: RegimeCode
    organisation: str
    load_id: str | None
    other_cell: str | None
    weighings: list[str]
    values: dict[str, Value]
    act: Act | None = None


class BackIn(In):
    """What left comes back: `kg` as weighed now (the difference of `weighings`, empty and full, where there
    are any), else as it left; into `cell`, else where it came from. `despite_kg`: `kg` once more."""

    reason: Why
    cell: Key | None = None
    kg: Moved | None = None
    weighings: tuple[Key, Key] | None = None
    despite_kg: Moved | None = None
    despite_remarks: bool = False
