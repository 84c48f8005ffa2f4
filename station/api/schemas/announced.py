"""Announced apports: what the program of the co-operative says, and what the gate makes of it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from station.api.schemas.common import (
    SEEN,
    Barcode,
    Campaign,
    In,
    Moment,
    Name,
    Plate,
    Text,
    TrailerPlate,
)
from station.api.schemas.visits import LoadIn, Vehicle

Ref = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), SEEN]


ErpNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z][0-9A-Za-z ./_-]{0,39}$"), SEEN
]


class AnnouncementIn(In):
    """An apport that will come, as an arrival declares it. `badge` is what the driver shows, `order_ref` the
    order's or contract's number, `expected_at` when it is to come. `is_here`: the truck has come; where this
    program is master of arrivals its visit opens at once. `ticket_numbers`: those that this program will give
    to the loads, in their order, where it knows them already (\"\": not yet)."""

    plate: Plate
    trailer: TrailerPlate = ""
    supplier: Name
    loads: Annotated[list[LoadIn], Field(min_length=1, max_length=6)]
    note: Text = ""
    campaign: Campaign | None = None
    badge: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80), SEEN] = ""
    order_ref: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), SEEN] = ""
    expected_at: Moment | None = None
    is_here: bool = False
    ticket_numbers: Annotated[list[ErpNumber | Annotated[Literal[""], SEEN]], Field(max_length=6)] = []


class ErpTicketIn(In):
    """A ticket (bon d'apport) that this program issued, or will issue. `load`: which load of an announced
    apport it is, 1 the first, where there are several. `net_kg` and `cell` (by the
    identifier here, or this program's own number of it), where they are given, are those of its own books,
    with which the station compares its own."""

    number: ErpNumber
    load: Annotated[int, Field(ge=1, le=6)] | None = None
    net_kg: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None = None
    cell: Annotated[str, StringConstraints(strip_whitespace=True, max_length=31), SEEN] = ""


class ErpTicketAnswer(BaseModel):
    """`did`: numbered, our `ticket` has the number; kept, it will have it when it is issued; corrected, the
    net or cell of the books is another now; unchanged, the same was said before."""

    number: str
    load_id: str
    ticket: int | None
    did: Literal["numbered", "kept", "corrected", "unchanged"]


class AnnouncedArrivalIn(In):
    """What the person at the bridge adds: the samples' barcodes by load, another plate or trailer that came,
    and the answers to what an arrival asks."""

    plate: Plate | Annotated[Literal[""], SEEN] = ""
    trailer: TrailerPlate | None = None
    barcodes: Annotated[list[Barcode | None], Field(max_length=6)] = []
    note: Text = ""
    comes_again: bool = False
    no_shipment: bool = False


class AnnouncedLoad(BaseModel):
    species: str
    declared_variety: str = ""
    claims: list[str] = []
    barcode: str | None = None


class Announced(BaseModel):
    id: str
    external_ref: str
    plate: str
    trailer: str = ""
    supplier: str
    loads: list[AnnouncedLoad]
    note: str = ""
    badge: str = ""
    order_ref: str = ""
    expected_at: datetime | None
    state: Literal["expected", "arrived", "withdrawn"]
    visit_id: str | None


class AnnouncedAnswer(Announced):
    """`did` says what became of what was sent: the same once more is `unchanged`."""

    did: Literal["announced", "corrected", "unchanged", "arrived", "withdrawn"]


class Candidate(BaseModel):
    """Who may be at the gate, and `how` that is known. Without `announced` it is a known vehicle of which
    nothing is announced."""

    how: Literal["code", "badge", "plate"]
    plate: str
    announced: Announced | None = None
    vehicle: Vehicle | None = None
