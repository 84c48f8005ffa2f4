"""What leaves and enters the process: the shapes of `/api/v1`. Pydantic and the standard library only.

Weights are kilograms in fields named `_kg`, tonnes in fields named `_t`. Times are aware ISO 8601.
A reason is a code with parameters and a `message` in the reader's language (Accept-Language).
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Barcode = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")
]
Plate = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_upper=True, min_length=2, max_length=16, pattern=r"^[A-Za-z0-9 -]+$"
    ),
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
Kilograms = Annotated[float, Field(gt=0, le=200_000, allow_inf_nan=False, strict=True)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)]
Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Serial = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Celsius = Annotated[float, Field(ge=-60, le=120, allow_inf_nan=False, strict=True)]
Uncertainty = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False, strict=True)]
Portion = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]


def _this_century(at: datetime) -> datetime:
    if at < datetime(2000, 1, 1, tzinfo=UTC):
        raise ValueError("must be a time of this century")
    return at


Moment = Annotated[AwareDatetime, AfterValidator(_this_century)]

Direction = Literal["inbound", "outbound"]
SampleKind = Literal["load", "control", "courtesy", "cell", "composite"]
WeighingRole = Literal["first", "intermediate", "last"]
LoadState = Literal[
    "arrived",  # entered, not weighed
    "weighed",  # weighed full, evidence is missing
    "proposed",  # a pit and cell are proposed
    "waiting",  # nothing can be proposed: the truck waits, the reasons say for what
    "decided",  # told where to tip, not weighed empty
    "ticketed",
    "refused",
    "left",
    "cancelled",
]


class In(BaseModel):
    """A request body: unknown fields are refused by name, so a typing slip is never swallowed."""

    model_config = ConfigDict(extra="forbid")


class Reason(BaseModel):
    code: str
    params: dict[str, Any] = {}
    message: str = ""


class Problem(BaseModel):
    """RFC 9457 problem details; `action` is what a person can do about it."""

    type: str
    title: str
    status: int
    detail: str
    action: str
    code: str
    params: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []


# --- people ---------------------------------------------------------------------------------------
class SignInIn(In):
    name: Name
    pin: Annotated[str, StringConstraints(min_length=4, max_length=12)]


class Person(BaseModel):
    id: str
    name: str
    roles: list[Literal["operator", "manager", "installer"]]
    language: str | None = None


class SignedIn(BaseModel):
    """`token` goes into the header `Silo-Person` of every act."""

    token: str
    person: Person


class PersonIn(In):
    name: Name
    pin: Annotated[str, StringConstraints(min_length=4, max_length=12, pattern=r"^[0-9]+$")]
    roles: Annotated[list[Literal["operator", "manager", "installer"]], Field(min_length=1)]
    language: Literal["fr", "en"] | None = None


class TokenIn(In):
    name: Name
    kind: Literal["terminal", "phone", "app"] = "terminal"


class TokenMade(BaseModel):
    """The only time the token itself is shown."""

    id: str
    name: str
    kind: str
    token: str


# --- site -----------------------------------------------------------------------------------------
class Pit(BaseModel):
    id: str
    name: str
    cells: list[str]


class Site(BaseModel):
    id: str
    name: str
    campaign: str
    language: str
    timezone: str = ""
    species: list[str]
    claims: list[str]
    pits: list[Pit]
    analytes: list[str]
    override_reasons: list[str]
    refusal_reasons: list[str]


class Health(BaseModel):
    accepting: bool
    now: datetime
    last_event: int
    disk_free_mb: int
    vision: Literal["ready", "starting", "replacing", "off"]
    rule_pack: str | None
    warnings: list[Reason] = []


# --- visits and loads -----------------------------------------------------------------------------
class OwnerIn(In):
    supplier: Name
    share: Share


class LoadIn(In):
    """One product of a visit; `share` of the gross weight only where loads are weighed at once."""

    species: str
    declared_variety: Text = ""
    claims: list[str] = []
    barcode: Barcode | None = None
    share: Share | None = None
    owners: list[OwnerIn] = []
    declared: dict[str, Number] = {}


class ArrivalIn(In):
    """`arrived_at` only when a visit written on paper is entered later at its real time."""

    plate: Plate
    supplier: Name
    direction: Direction = "inbound"
    loads: Annotated[list[LoadIn], Field(min_length=1, max_length=6)]
    arrived_at: Moment | None = None
    note: Text = ""


class Vehicle(BaseModel):
    plate: str
    supplier: str | None
    species: str | None
    loads: int = 1
    last_tare_kg: float | None


class Supplier(BaseModel):
    id: str
    name: str
    external_id: str | None = None


class LoadRow(BaseModel):
    """A line of the queue."""

    id: str
    position: int
    species: str
    state: LoadState
    barcode: str | None
    pit: str | None
    cell: str | None
    hold: bool = False
    ticket: int | None = None
    missing: list[str] = []


class VisitRow(BaseModel):
    id: str
    plate: str
    supplier: str
    direction: Direction
    arrived_at: datetime
    ended_at: datetime | None
    gross_kg: float | None
    loads: list[LoadRow]


class ChainWeighing(BaseModel):
    id: str
    role: WeighingRole
    kg: float
    at: datetime
    rule: str
    instrument: str | None
    instrument_name: str | None = None
    remarks: list[Reason] = []
    sealed_number: str | None
    typed_by: str | None
    confirmed_by: str


class Visit(VisitRow):
    note: str = ""
    entered_by: str
    weighings: list[ChainWeighing]


class Value(BaseModel):
    value: float | None
    unit: str
    basis: str | None = None


class UsedValue(Value):
    """The value of an analyte that the proposal stands on, and where it comes from."""

    analyte: str
    u: float | None = None
    device: str | None
    typed_by: str | None
    at: datetime
    reading_id: str
    reasons: list[Reason] = []


class Reading(BaseModel):
    id: str
    at: datetime
    device: str | None
    instrument_id: str | None = None
    instrument_name: str | None = None
    typed_by: str | None
    product: str | None
    barcode: str | None
    values: dict[str, Value]
    flags: list[str]
    remarks: list[Reason] = []
    used_for: list[str] = []
    pairing: Reason | None = None


class Inspection(BaseModel):
    id: str
    model: str
    version: str
    sha256: str
    accepted: bool
    reasons: list[Reason]
    kernels: int | None
    cut: int | None
    classes: dict[str, dict[str, float]]
    species: dict[str, Any] | None
    seconds: dict[str, float]
    at: datetime


class Capture(BaseModel):
    id: str
    at: datetime
    phone: str
    barcode: str | None
    photos: list[str]
    state: Literal["pending", "inspected", "refused", "no_model"]
    inspections: list[Inspection] = []
    pairing: Reason | None = None
    unpaired: bool = False


class Ranked(BaseModel):
    cell: str
    pit: str
    line: str | None = None
    score: float
    reasons: list[Reason]


class Refused(BaseModel):
    cell: str
    reasons: list[Reason]


class Proposal(BaseModel):
    """`cell` None: the truck waits, `reasons` say for what. `hold`: not a normal cell."""

    id: str
    at: datetime
    cell: str | None
    pit: str | None
    hold: bool
    load_t: float | None
    rule_pack: str | None
    reasons: list[Reason]
    ranked: list[Ranked]
    refused: list[Refused]


class Decision(BaseModel):
    id: str
    at: datetime
    by: str
    cell: str
    pit: str
    proposal_id: str
    overridden: bool
    reason: str = ""


class Tipping(BaseModel):
    pit: str
    cell: str
    share: Share


class Ticket(BaseModel):
    number: int
    campaign: str
    load_id: str
    visit_id: str
    at: datetime
    by: str
    plate: str
    supplier: str
    species: str
    gross_kg: float
    tare_kg: float
    net_kg: float
    tipped: list[Tipping]
    text: str


class Load(LoadRow):
    visit_id: str
    plate: str
    supplier: str
    declared_variety: str
    operator_variety: str
    model_variety: str
    lab_variety: str
    claims: list[str]
    owners: list[dict[str, Any]]
    share: float
    gross_kg: float | None
    tare_kg: float | None
    estimated_kg: float | None
    outcome_reason: str = ""
    values: list[UsedValue]
    photo: list[Reason] = []
    readings: list[Reading]
    captures: list[Capture]
    proposal: Proposal | None
    decision: Decision | None
    ticket_document: Ticket | None = None


class SampleIn(In):
    """A sample of its own (courtesy, control), or the barcode of a load's sample."""

    barcode: Barcode
    kind: SampleKind = "courtesy"
    load_id: str | None = None
    species: str | None = None
    note: Text = ""


class Sample(BaseModel):
    id: str
    barcode: str
    kind: SampleKind
    load_id: str | None
    species: str | None
    entered_at: datetime
    ended_at: datetime | None
    readings: list[Reading] = []


class DecisionIn(In):
    """`reason` is required when the choice is not the proposal."""

    proposal_id: str
    cell: str
    pit: str
    reason: Text = ""


class OutcomeIn(In):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class VarietyIn(In):
    """What the operator sees, never what was declared."""

    operator_variety: Text


# --- weighings ------------------------------------------------------------------------------------
class Preselection(BaseModel):
    """Which visit this weight most likely belongs to, and as what; None means a new visit."""

    visit_id: str | None
    plate: str | None
    role: WeighingRole
    load_ids: list[str] = []


class Weighing(BaseModel):
    id: str
    kg: float
    at: datetime
    rule: str
    instrument: str | None
    instrument_name: str | None = None
    remarks: list[Reason] = []
    sealed_number: str | None
    typed_by: str | None
    state: Literal["offered", "used", "dismissed"]
    preselected: Preselection | None = None
    candidates: list[Preselection] = []


class TypedWeighingIn(In):
    kg: Kilograms
    reason: Text = ""


class ConfirmWeighingIn(In):
    """Takes an offered weight into a visit. `load_ids`: the loads that this weight closes (an
    intermediate or last weighing); empty means the preselected ones. `tipped` per load where the
    grain went elsewhere than decided."""

    visit_id: str
    role: WeighingRole
    load_ids: list[str] = []
    tipped: dict[str, list[Tipping]] = {}


class WeighingConfirmed(BaseModel):
    weighing: Weighing
    visit: Visit
    tickets: list[Ticket] = []


# --- readings, exceptions -------------------------------------------------------------------------
class TypedValueIn(In):
    value: Number
    basis: Literal["as_is", "dm"] | None = None


class TypedReadingIn(In):
    barcode: Barcode
    values: Annotated[dict[str, TypedValueIn], Field(min_length=1, max_length=16)]
    note: Text = ""


class ExceptionItem(BaseModel):
    """A reading or capture that waits for a person; `id` is the item's own."""

    id: str
    kind: Literal["reading", "capture"]
    at: datetime
    device: str
    device_name: str | None = None
    barcode: str | None
    product: str | None
    values: dict[str, Value]
    reason: Reason
    candidates: list[str]


class AssignIn(In):
    barcode: Barcode


class ClassShareIn(In):
    """Kernels of one class: how many, their share of all complete ones, and its 95 % limits."""

    count: Annotated[int, Field(ge=0, le=100_000, strict=True)]
    share: Portion
    low: Portion
    high: Portion


class SpeciesGuessIn(In):
    name: Name
    p: Portion


class InspectionIn(In):
    """What an outside model says of a capture, class by class."""

    name: Name
    version: Name
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    accepted: bool
    kernels: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    classes: Annotated[dict[Name, ClassShareIn], Field(max_length=40)] = {}
    species: SpeciesGuessIn | None = None


# --- devices, cells -------------------------------------------------------------------------------
class Device(BaseModel):
    """A port and the instrument plugged in there. `id` is the port's; `last_heard` None: never since the
    station started. `error` says what is wrong and what to do."""

    id: str
    name: str
    kind: str
    category: str
    serial_number: str | None
    port: str
    state: Literal["starting", "live", "silent", "down", "fault"]
    since: datetime
    last_heard: datetime | None
    frames: int
    bad_frames: int
    weight_kg: float | None = None
    weight_stable: bool | None = None
    error: Reason | None = None
    asset_tag: str | None = None
    verified_until: date | None = None
    is_verified: bool = True
    plugged_since: datetime | None = None


class SwapIn(In):
    """The instrument that is plugged in instead. What is not said of a known serial number stays."""

    name: Name
    serial_number: Serial
    asset_tag: Serial | None = None
    verified_until: date | None = None
    grain_temperature_c: tuple[Celsius, Celsius] | None = None
    uncertainty: dict[str, Uncertainty] = {}
    note: Text = ""


class Plugging(BaseModel):
    """Where an instrument was plugged, from when to when. `by` None: the site file said so."""

    port_id: str
    port: str
    from_at: datetime
    to_at: datetime | None
    by: str | None
    note: str


class Instrument(BaseModel):
    """One instrument with its own history. `port_id` None: it is not plugged in now."""

    id: str
    name: str
    kind: str
    category: str
    port_id: str | None
    serial_number: str | None
    asset_tag: str | None
    verified_until: date | None
    is_verified: bool
    grain_temperature_c: tuple[float | None, float | None]
    uncertainty: dict[str, float]
    plugged: list[Plugging]


class Cell(BaseModel):
    id: str
    name: str
    species: str | None
    grade: str | None
    claims: list[str]
    role: Literal["normal", "hold", "quarantine"]
    open: bool
    pits: list[str]
    capacity_t: float
    content_t: float
    reserved_t: float
    free_t: float
    quality: dict[str, Value]


class Event(BaseModel):
    """One audit row; `seq` is the SSE id."""

    seq: int
    at: datetime
    kind: str
    by: str | None
    visit_id: str | None = None
    load_id: str | None = None
    subject_id: str | None = None
    data: dict[str, Any] = {}


class Live(BaseModel):
    """Sent as `event: live`, at most twice a second, without id."""

    now: datetime
    devices: list[Device]
