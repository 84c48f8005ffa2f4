"""Outbound visits: a vehicle that comes empty for a buyer, its check, its weights, its delivery note."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from station.api.schemas.common import (
    SEEN,
    Barcode,
    Campaign,
    ExternalIn,
    In,
    Key,
    Kilograms,
    Moment,
    Plate,
    Reason,
    Referenced,
    Share,
    Text,
    TrailerPlate,
    Value,
    Why,
)
from station.api.schemas.movements import Moved

OutboundState = Literal[
    "arrived", "unfit", "fit", "empty", "loading", "delivered", "refused", "left", "cancelled"
]
CleaningLevel = Literal["", "A", "B", "C", "D"]
BodyFinding = Literal["residue", "wet", "smell", "pests"]
CargoId = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), SEEN]
Parts = Annotated[int, Field(ge=1, le=20)]


class OutboundIn(In):
    """A vehicle is here to take grain to a buyer. `order` is the order's number in its campaign, which
    says buyer, species, grade and claims where they are left out; `axles` and
    `gross_limit_kg` are the vehicle's by its papers. `comes_again`: it is on site once more."""

    plate: Plate
    trailer: TrailerPlate = ""
    buyer: Text = ""
    destination: Text = ""
    order: Text = ""
    carrier: Text = ""
    driver: Text = ""
    species: Key = ""
    grade: Key | None = None
    claims: Annotated[list[Key], Field(max_length=20)] = []
    axles: Annotated[int, Field(ge=2, le=12)] | None = None
    gross_limit_kg: Kilograms | None = None
    campaign: Campaign | None = None
    arrived_at: Moment | None = None
    note: Text = ""
    comes_again: bool = False
    external: ExternalIn | None = None


class PreviousCargo(In):
    """What was carried, by the catalogue, and how the body was cleaned after it (empty: not at all)."""

    cargo: CargoId
    cleaning: CleaningLevel = ""


class TransportCheckIn(In):
    """The last three cargoes, the last one first, and what is found in the empty body."""

    previous: Annotated[list[PreviousCargo], Field(max_length=10)]
    findings: Annotated[list[BodyFinding], Field(max_length=4)] = []
    note: Text = ""


class Drawn(In):
    """A share of what came on the vehicle came out of this cell."""

    cell: Key
    share: Share = 1.0


class OutboundWeighingIn(In):
    """An offered weight is taken: `empty`, on the way (`loading`), or the `last`, with which it leaves.
    `drawn`: the cells it was loaded from since the weight before; none: that of the last loading.
    `despite_remarks`: the person was asked about weight or grade; `despite_kg`: the vehicle's whole net, from
    a person who was asked about a cell, with the reason."""

    weighing: Key
    role: Literal["empty", "loading", "last"]
    drawn: Annotated[list[Drawn], Field(max_length=10)] = []
    reason: Text = ""
    despite_kg: Moved | None = None
    despite_remarks: bool = False


class OutboundSampleIn(In):
    """A sample of what was loaded, sealed in so many parts; the site's number of parts where not said."""

    barcode: Barcode
    seal: Text = ""
    parts: Parts | None = None
    place: Key | None = None


class OutboundEndIn(In):
    """It leaves without grain: refused by the silo, gone by itself, or entered in error."""

    outcome: Literal["refused", "left", "cancelled"]
    reason: Why


class OutboundOrder(BaseModel):
    """An order that is open; `left_kg` of it are left (None: it has no end)."""

    number: str
    campaign: str
    buyer: str
    species: str
    grade: str | None
    claims: list[str]
    tonnes: float | None
    left_kg: float | None


class OutboundNames(BaseModel):
    """The carriers and buyers on the lists, as they are offered while typing."""

    carriers: list[str]
    buyers: list[str]


class CargoName(BaseModel):
    """`cleaning` is the least that grain asks for after it; None: it is forbidden."""

    id: str
    name: str
    cleaning: CleaningLevel | None


class Loaded(BaseModel):
    cell: str
    kg: float


class OutboundVisit(Referenced):
    """`limit_kg` is what the vehicle may weigh; `unfit` are the reasons why it may take no grain; `number` is
    its delivery note's."""

    id: str
    seq: int
    state: OutboundState
    plate: str
    trailer: str
    buyer: str
    destination: str
    order: str
    carrier: str
    driver: str
    species: str
    grade: str | None
    claims: list[str]
    campaign: str
    axles: int | None
    limit_kg: float | None
    unfit: list[Reason]
    empty_kg: float | None
    full_kg: float | None
    loaded: list[Loaded]
    number: int | None
    note: str
    arrived_at: datetime
    ended_at: datetime | None
    reason: str


class BulletinValue(Value):
    """A mean of the goods, of the tonnes it is known of, on so many measurements."""

    n: int | None = None
    known_t: float


class GradeLimit(BaseModel):
    analyte: str
    op: str
    limit: float
    unit: str
    basis: str | None


class DeliveryNote(BaseModel):
    """The paper (bon de livraison) and its analysis bulletin: `text` as it is printed, `document` all its
    facts, `signature` the station's over these (station/receival/leaving/delivery_notes.py: which bytes)."""

    number: int
    paper_number: str
    seq: int
    outbound_id: str
    state: Literal["issued", "cancelled", "returned"]
    at: datetime
    by: str
    plate: str
    buyer: str
    order: str
    species: str
    net_kg: float
    back_kg: float | None
    reason: str
    values: dict[str, BulletinValue]
    limits: list[GradeLimit]
    text: str
    document: dict[str, Any]
    signature: str
