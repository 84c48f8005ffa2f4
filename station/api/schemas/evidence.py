"""Samples, readings, captures, inspections, and the exceptions that wait for a person."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from station.api.schemas.common import (
    SEEN,
    Barcode,
    In,
    Key,
    Name,
    Number,
    Portion,
    Reason,
    SampleKind,
    Text,
    Value,
    Why,
)


class ValuePart(BaseModel):
    """What one source brought to a value: `weight` is its share, 0 to 1. `name`: the device, or the phone and
    model of a photo."""

    kind: Literal["instrument", "photo"]
    name: str
    value: float
    u: float
    weight: float


class UsedValue(Value):
    """The value of an analyte that the proposal stands on, and where it comes from: `n` measurements. `u` is
    its standard uncertainty, `parts` what it was combined of, `measured` what the instrument said where that
    is something else. `by_photo`: no instrument measured it.
    `to_confirm`: a control of what measured it failed, and nobody has decided on that yet."""

    analyte: str
    u: float | None = None
    device: str | None
    typed_by: str | None
    at: datetime
    reading_id: str
    n: int = 1
    reasons: list[Reason] = []
    to_confirm: bool = False
    parts: list[ValuePart] = []
    measured: float | None = None
    by_photo: bool = False


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
    to_confirm: list[str] = []  # the analytes of which a control failed


class ClassShare(BaseModel):
    """`wide`: the limits are too far apart to decide anything on."""

    count: int
    share: float
    low: float
    high: float
    wide: bool = False


class Inspection(BaseModel):
    """What one model says of a capture. `mass` are shares estimated from areas; `spread` how far several
    photos of the capture lie apart; `numbers` are {name: {value, low, high, unit, basis, ...}} with 95 %
    limits; `sizes` in mm and `colour` are known only where the reference `card` was seen; routing uses none
    of it. `kernels` is the best count, `outlines` were drawn, `by_area` is a second count. The shares stand
    on the `judged` kernels; `unseen` looks whole to the model, `grams` is about how heavy the sample is,
    `remarks` say what an accepted photo does not tell. `shadow`: the model was not active then, so nobody
    acts on it."""

    id: str
    model: str
    version: str
    sha256: str
    task: str | None = None
    shadow: bool = False
    accepted: bool
    reasons: list[Reason]
    kernels: int | None
    outlines: int | None = None
    by_area: float | None = None
    cut: int | None
    judged: int | None = None
    card: bool = False
    mm_per_px: float | None = None
    sizes: dict[str, Any] | None = None
    colour: dict[str, float] | None = None
    classes: dict[str, ClassShare]
    mass: dict[str, dict[str, float]] = {}
    unseen: list[str] = []
    grams: float | None = None
    remarks: list[Reason] = []
    spread: dict[str, Any] | None = None
    numbers: dict[str, dict[str, Any]] = {}
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
    to_confirm: list[str] = []  # the analytes of which a control of this phone failed


class PhotoCount(BaseModel):
    """Loads: of the `asked` ones a photo was `taken` or `not_taken`; of the others one came `unasked`."""

    loads: int
    asked: int
    taken: int
    not_taken: int
    unasked: int


class PersonsPhotos(PhotoCount):
    name: str


class PhotoDay(PhotoCount):
    """A collecting day's loads by the decision that holds, cancelled ones left out; `reasons` by the code of
    why a photo was asked for, where a load counts with each."""

    day: date
    people: list[PersonsPhotos]
    reasons: dict[str, PhotoCount]


ProbePoints = Annotated[int, Field(ge=1, le=60, strict=True)]


class SampleIn(In):
    """A sample of its own (courtesy, control), or the barcode of a load's sample, with the places of the load
    from which it was probed (`points`), where not as the rule pack plans."""

    barcode: Barcode
    kind: SampleKind = "courtesy"
    load_id: Key | None = None
    species: Key | None = None
    note: Text = ""
    points: ProbePoints | None = None


class Sample(BaseModel):
    id: str
    barcode: str
    kind: SampleKind
    load_id: str | None
    species: str | None
    entered_at: datetime
    ended_at: datetime | None
    readings: list[Reading] = []


class TypedValueIn(In):
    """`basis` must be said where the analyte may have several (protein, oil)."""

    value: Number
    basis: Literal["as_is", "dm", "m12", "m13_5"] | None = None


class TypedReadingIn(In):
    """`despite_remarks`: the person was asked whether a value that is not usual of the species is right."""

    barcode: Barcode
    values: Annotated[dict[Key, TypedValueIn], Field(min_length=1, max_length=40)]
    note: Text = ""
    despite_remarks: bool = False


class ExceptionItem(BaseModel):
    """A reading or capture that waits for a person; `id` is the item's own. `candidates` are the open
    samples, `fitting` those that neither barcode nor product speaks against; `suggested` is the only one,
    or the likeliest. `odds` says how likely each is, where that is known. `blocks` names the loads that
    wait for what was measured."""

    id: str
    kind: Literal["reading", "capture"]
    at: datetime
    since: datetime | None = None  # it waits for a person since then
    device: str
    device_name: str | None = None
    barcode: str | None
    product: str | None
    values: dict[str, Value]
    reason: Reason
    candidates: list[str]
    fitting: list[str] = []
    suggested: str | None = None
    odds: dict[str, float] = {}
    blocks: list[str] = []


class BarcodeIn(In):
    barcode: Barcode


class LoadSampleIn(BarcodeIn):
    """`points`: from how many places of the load it was probed, where not as the rule pack plans."""

    points: ProbePoints | None = None


class AssignIn(BarcodeIn):
    """`reason` says why it is this sample's although barcode or product speaks against it. `as_courtesy`: the
    barcode is of a new courtesy sample. `despite_remarks`: the line failed during this measurement, and the
    person was asked whether the values are right."""

    reason: Text = ""
    as_courtesy: bool = False
    despite_remarks: bool = False


ItemIds = Annotated[list[Key], Field(min_length=1, max_length=200)]


class ItemsIn(In):
    ids: ItemIds


class DismissIn(ItemsIn):
    """Several items are dismissed together, for one reason."""

    reason: Why


class ClassShareIn(In):
    """Kernels of one class: how many, their share of all complete ones, and its 95 % limits."""

    count: Annotated[int, Field(ge=0, le=100_000, strict=True)]
    share: Portion
    low: Portion
    high: Portion


class SpeciesGuessIn(In):
    name: Name
    p: Portion


class SaidNumberIn(In):
    """A value with its 95 % limits, in the analyte's own unit; `basis` must be said where the analyte may
    have several. `per`: averaged over kernels, or of the sample as a whole."""

    value: Number
    low: Number
    high: Number
    basis: Literal["as_is", "dm", "m12", "m13_5"] | None = None
    per: Literal["kernel", "sample"] = "sample"

    @model_validator(mode="after")
    def _lies_within(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise PydanticCustomError("value_outside", "the value lies outside its limits")
        return self


class InspectionIn(In):
    """What an outside model says of a capture, class by class, and by analyte in `numbers`."""

    name: Name
    version: Name
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), SEEN] | None = None
    accepted: bool
    kernels: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    classes: Annotated[dict[Name, ClassShareIn], Field(max_length=40)] = {}
    species: SpeciesGuessIn | None = None
    numbers: Annotated[dict[Key, SaidNumberIn], Field(max_length=40)] = {}
