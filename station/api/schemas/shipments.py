"""Shipments between own silos: what left here, and what comes or came here."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, StringConstraints

from station.api.schemas.common import (
    SEEN,
    Barcode,
    In,
    Key,
    Moment,
    Organisation,
    Plate,
    RegimeCode,
    Text,
    TrailerPlate,
    Value,
)
from station.api.schemas.movements import Moved

ShipmentNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=90), SEEN]
PaperText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=6_000), SEEN]


class ShipmentIn(In):
    """Grain leaves a cell for the own silo `to`. `species` where the cell does not say it; the rest as of a
    movement out."""

    cell: Key
    kg: Moved
    to: Key
    plate: Plate
    trailer: TrailerPlate = ""
    driver: Text = ""
    carrier: Text = ""
    species: Key | None = None
    reason: Text = ""
    paper_number: Text = ""
    regime: RegimeCode | None = None
    organisation: Organisation | None = None
    weighings: tuple[Key, Key] | None = None
    despite_kg: Moved | None = None
    despite_remarks: bool = False


class ShipmentTextIn(In):
    """The paper as its QR code says it. `despite_site`: it goes to another silo, and the person says that it
    was sent on to this one."""

    text: PaperText
    despite_site: bool = False


class ShipmentArrivalIn(In):
    """`plate` where another was seen than the paper says; `species` of a shipment of which nothing is known
    but its number."""

    plate: Plate | Annotated[Literal[""], SEEN] = ""
    trailer: TrailerPlate = ""
    species: Key | None = None
    barcode: Barcode | None = None
    arrived_at: Moment | None = None
    note: Text = ""
    comes_again: bool = False


class TravellingValue(Value):
    """A mean over the `known_t` tonnes that it is known of, which rests on `n` measurements where they were
    counted."""

    known_t: float
    n: int | None = None


class _Travelling(BaseModel):
    id: str
    seq: int
    number: str
    plate: str
    trailer: str = ""
    species: str | None
    grade: str | None = None
    claims: list[str] = []
    regime: str = ""
    organisation: str = ""
    driver: str = ""
    carrier: str = ""
    kg: float | None
    gross_kg: float | None = None
    tare_kg: float | None = None
    values: dict[str, TravellingValue] = {}
    treated: list[str] = []
    never_blend: bool = False
    left_at: datetime | None
    ended_at: datetime | None
    reason: str


class ShipmentLeft(_Travelling):
    """`text` is what its QR code says. `back_kg` came back; `freinte_kg` is what was lost by then."""

    to: str
    to_name: str
    cell: str
    paper_number: str
    by: str
    state: Literal["left", "cancelled", "returned"]
    back_kg: float | None
    freinte_kg: float | None = None
    text: str


class ShipmentExpected(_Travelling):
    """`received_kg` was weighed here; `freinte_kg` is what left more, `is_over_limit` where the site file's
    limit is passed. `verified`: a key that this station knows has signed its paper."""

    from_site: str
    from_name: str
    state: Literal["expected", "arrived", "received", "refused", "withdrawn"]
    known_by: Literal["hub", "text", "number"]
    verified: bool
    arrived_at: datetime | None
    load_id: str | None
    received_kg: float | None
    freinte_kg: float | None = None
    freinte_percent: float | None = None
    is_over_limit: bool = False
