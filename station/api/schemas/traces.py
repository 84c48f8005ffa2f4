"""Where grain came from, and where it went."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

TraceKind = Literal["ticket", "cell", "lot"]


class TraceSubject(BaseModel):
    """`site` is the silo. `id` is the load's, the cell's or the movement's; `name` as people say it."""

    site: str
    kind: TraceKind
    id: str
    name: str


class TraceSource(BaseModel):
    """Grain as it came: `kg` in all, of which `in_kg` are in what is traced. `kind` "load", else what lay in
    the cell at the opening, what a count found, or what is not known."""

    site: str
    kind: Literal["load", "opening", "found", "unknown"]
    cell: str | None
    kg: float
    in_kg: float
    load_id: str | None
    ticket: str | None
    plate: str
    supplier: str
    species: str
    claims: list[str]
    at: datetime | None


class TraceLot(BaseModel):
    """A movement out of `kg`, of which `of_kg` is grain of the same sources."""

    site: str
    movement_id: str
    cell: str
    at: datetime
    kg: float
    of_kg: float
    paper_number: str
    reason: str
    shipment: str
    to_site: str


class TraceLying(BaseModel):
    site: str
    cell: str
    name: str
    kg: float
    of_kg: float


class Trace(BaseModel):
    """`kg` is what is traced. Of its sources `came_kg` came in, `left_kg` left in `lots`, `lies_kg` lies in
    cells, `lost_kg` went by counts, cleaning, drying or on the road; `difference_kg` is nowhere."""

    subject: TraceSubject
    kg: float
    sources: list[TraceSource]
    lots: list[TraceLot]
    lying: list[TraceLying]
    came_kg: float
    left_kg: float
    lies_kg: float
    lost_kg: float
    difference_kg: float
