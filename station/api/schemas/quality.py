"""What watches over the methods: control samples, holds, adjustments, campaigns of standards."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from station.api.schemas.common import SEEN, In, Key, Moment, Number, Text, Why

Tolerance = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False, strict=True)]
Slope = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False, strict=True)]
TargetBasis = Literal["as_is", "dm", "m12", "m13_5", "by_count", "by_mass"]
CampaignName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80), SEEN]
Method = Literal["machine", "phone"]
HoldOutcome = Literal["confirmed", "corrected", "released"]


class TargetIn(In):
    """What a control sample is known to have of an analyte, in the analyte's unit. `citation` names who says
    so; `campaign` the campaign of standards that it belongs to."""

    analyte: Key
    value: Number
    tolerance: Tolerance
    basis: TargetBasis | None = None
    unit: Key | None = None
    uncertainty: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False, strict=True)] | None = None
    citation: Text = ""
    campaign: CampaignName = ""


def _named_once(targets: list[TargetIn]) -> list[TargetIn]:
    if len({one.analyte for one in targets}) < len(targets):
        raise PydanticCustomError("analyte_twice", "must name each analyte once")
    return targets


class TargetsIn(In):
    targets: Annotated[list[TargetIn], Field(min_length=1, max_length=40), AfterValidator(_named_once)]


class ControlTarget(BaseModel):
    analyte: str
    value: float
    unit: str
    basis: str | None
    tolerance: float
    uncertainty: float | None
    citation: str
    campaign: str
    at: datetime
    by: str | None


class NotCompared(BaseModel):
    """What `source` said on another basis, or in another unit, than the target: it is no check."""

    method: Method
    source: str
    analyte: str
    value: float
    unit: str
    basis: str | None
    at: datetime


class Control(BaseModel):
    """A control sample and what is known of it now."""

    barcode: str
    species: str | None
    note: str
    targets: list[ControlTarget]
    not_compared: list[NotCompared] = []


class ControlDue(BaseModel):
    """`source` (an instrument's or a phone's id) last measured a control sample at `checked_at`, and should
    again by `due_at`."""

    method: Method
    source: str
    name: str
    analyte: str
    checked_at: datetime
    passed: bool
    due_at: datetime
    overdue: bool


class Expiry(BaseModel):
    """The verification of an instrument in use ends, or has ended (`days` below 0), on `until`."""

    instrument_id: str
    name: str
    category: str
    until: date
    days: int


class ControlsDue(BaseModel):
    controls: list[ControlDue]
    verifications: list[Expiry]


class ControlCheck(BaseModel):
    """What was measured of a control sample, beside its target."""

    barcode: str
    value: float
    target: float
    unit: str
    basis: str | None
    tolerance: float
    passed: bool
    at: datetime


class Hold(BaseModel):
    """What `name` measured of an analyte from `since` (None: ever) until before `until` (None: its next good
    control) is to be confirmed. `outcome` is what ended it, withdrawn where the failed control was none."""

    id: str
    method: Method
    source: str
    name: str
    analyte: str
    since: datetime | None
    until: datetime | None
    at: datetime
    check: ControlCheck
    loads: int
    tickets: int
    tonnes: float
    cells: list[str]
    outcome: HoldOutcome | Literal["withdrawn"] | None = None
    reason: str = ""
    correction_id: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None


class HeldValue(BaseModel):
    """A value of a load that a hold covers. `used`: grade and cell stand on it."""

    load_id: str
    value: float
    unit: str
    basis: str | None
    at: datetime
    ticket: int | None
    net_kg: float | None
    cells: list[str]
    used: bool


class NearLimit(BaseModel):
    """A retained sample to be measured again: its value lies within `margin` of a limit of the rule pack by
    which its load was judged."""

    number: str
    place: str
    load_id: str
    value: float
    unit: str
    basis: str | None
    limit: float
    op: str
    grade: str
    margin: float


class HoldInFull(Hold):
    """`values` are the newest of those that are held."""

    values: list[HeldValue]
    near_limit: list[NearLimit]


class EndHoldIn(In):
    """`correction_id`: the approved correction, where the values are corrected."""

    act: HoldOutcome
    reason: Why
    correction_id: Key | None = None


class AdjustmentIn(In):
    """What was changed in an instrument itself, at `done_at` (None: now). `species` None: all."""

    instrument_id: Key
    analyte: Key
    species: Key | None = None
    old_slope: Slope | None = None
    old_bias: Number | None = None
    new_slope: Slope | None = None
    new_bias: Number | None = None
    network: Text = ""
    done_by: Text = ""
    done_at: Moment | None = None
    reason: Why


class Adjustment(BaseModel):
    id: str
    instrument_id: str
    name: str
    analyte: str
    species: str | None
    old_slope: float | None
    old_bias: float | None
    new_slope: float | None
    new_bias: float | None
    network: str
    done_by: str
    done_at: datetime
    reason: str
    at: datetime
    by: str | None


class StandardsCampaign(BaseModel):
    name: str
    standards: int
    begun_at: datetime
    last_at: datetime


class StandardRead(BaseModel):
    """One standard as it was read; `value` is the mean of its `replicates`."""

    barcode: str
    target: float
    tolerance: float
    value: float
    replicates: int
    passed: bool


class StandardsVerdict(BaseModel):
    """What a campaign says of one instrument or phone and one analyte. `bias` is the mean of value less
    target, with its 95 % limits; `missing` are the barcodes still to be read."""

    campaign: str
    method: Method
    source: str
    name: str
    analyte: str
    unit: str
    basis: str | None
    outcome: Literal["passed", "failed", "incomplete"]
    reads: list[StandardRead]
    missing: list[str]
    bias: float | None
    bias_low: float | None
    bias_high: float | None
