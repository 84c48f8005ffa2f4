"""What laboratories say of samples."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from station.api.schemas.common import Barcode, In, Key, Moment, Name, Number, Reason, Slug, Text, Why

NitrogenFactor = Annotated[float, Field(ge=5, le=7, allow_inf_nan=False, strict=True)]


class LabResultIn(In):
    """In the analyte's own unit. `received_at`: when the laboratory's word came; now, if not said.
    `despite_remarks`: the person was asked whether a value that is not usual of the species is right.
    `comparator`: the value is a limit; `citation` says where the uncertainty is from."""

    barcode: Barcode
    analyte: Slug
    value: Number
    basis: Literal["as_is", "dm", "m12", "m13_5"] | None = None
    laboratory: Name
    received_at: Moment | None = None
    note: Text = ""
    despite_remarks: bool = False
    comparator: Literal["", "<", ">"] = ""
    method: Key = ""
    nitrogen_factor: NitrogenFactor | None = None
    uncertainty: Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)] | None = None
    citation: Text = ""
    report: Key = ""


class LabAnswer(In):
    """What a person says of a result. `number`: the sample's barcode, of a customer's analysis the paper of
    the movement out. `despite_remarks`: the value is right though it is not usual."""

    number: Key | None = None
    basis: Literal["as_is", "dm", "m12", "m13_5"] | None = None
    nitrogen_factor: NitrogenFactor | None = None
    despite_remarks: bool = False
    note: Text = ""


class LabDismissal(In):
    why: Why


class LabResult(BaseModel):
    """`barcode` of the sample, None where no sample is matched; `sought` is what the laboratory calls it.
    `waits_for` says why a waiting one is used for nothing yet. `uncertainty` is as stated."""

    id: str
    barcode: str | None
    sought: str
    party: Literal["lab", "customer"]
    state: Literal["accepted", "waiting", "dismissed"]
    current: bool
    waits_for: list[Reason] = []
    movement_id: str | None
    analyte: str
    value: float
    comparator: str
    unit: str
    basis: str | None
    method: str
    nitrogen_factor: float | None
    uncertainty: float | None
    citation: str
    laboratory: str
    report: str
    reported_on: date | None
    lab_number: str
    line: int | None
    received_at: datetime
    at: datetime
    by: str
    supersedes_id: str | None


class LabRow(BaseModel):
    """What became of a row of a file. `moved` is what a corrected report changes: {from, to,
    sample_changed}."""

    line: int
    sought: str
    analyte: str
    value: float
    comparator: str
    status: Literal["accepted", "waiting", "known"]
    waits_for: list[Reason] = []
    moved: dict[str, Any] | None = None


class LabRejection(BaseModel):
    """`line` None: the whole file."""

    line: int | None
    code: str
    params: dict[str, Any] = {}
    message: str


class LabFile(BaseModel):
    """`is_repeated`: the file was taken in before by the same profile, and changed nothing now."""

    sha256: str
    dry_run: bool
    is_repeated: bool
    counts: dict[str, int]
    rows: list[LabRow]
    rejected: list[LabRejection]


class Measurement(BaseModel):
    """One value of the flat record; `barcode` of its sample."""

    source_id: str
    analyte: str
    method: str
    replicate: int
    seq: int
    sample_id: str
    barcode: str
    load_id: str | None
    species: str | None
    variety: str
    source: str
    release: str
    value: float
    comparator: str
    unit: str
    basis: str | None
    mass_value: float | None
    nitrogen_factor: float | None
    uncertainty: float | None
    at: datetime


class Results(BaseModel):
    """Of which questions a page has results, and the result of the one that was asked, None where there is
    none. It knows the measurements up to the number `up_to`; `at`: when it was worked out."""

    page: str
    choices: list[dict[str, Any]]
    result: dict[str, Any] | None
    up_to: int | None
    at: datetime | None


class Rebuilt(BaseModel):
    """How many rows the flat record has now."""

    rows: int
