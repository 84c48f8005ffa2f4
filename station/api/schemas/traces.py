"""Where grain came from, and where it went."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, StringConstraints

from station.api.schemas.common import SEEN_FILE, In, Key

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


class GrainPast(BaseModel):
    """What grain went through: the claims that it honours, those of its cell that are `lost`, the substances
    that were put on it."""

    honours: list[str] = []
    lost: list[str] = []
    treated: list[str] = []
    never_blend: bool = False


class GrainTreated(BaseModel):
    """A treatment of the grain of a cell, or of a load at its intake. `dose` is in `unit`."""

    site: str
    cell: str | None
    load_id: str | None
    product: str
    substance: str
    dose: float | None
    unit: str
    at: datetime


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
    past: GrainPast = GrainPast()


class TraceLying(BaseModel):
    site: str
    cell: str
    name: str
    kg: float
    of_kg: float
    past: GrainPast = GrainPast()


class Trace(BaseModel):
    """`kg` is what is traced. Of its sources `came_kg` came in, `left_kg` left in `lots`, `lies_kg` lies in
    cells, `lost_kg` went by counts, cleaning, drying or on the road; `difference_kg` is nowhere.
    `supposed_kg` of it is taken to have left before it was entered: more had left than was known of."""

    subject: TraceSubject
    kg: float
    sources: list[TraceSource]
    lots: list[TraceLot]
    lying: list[TraceLying]
    came_kg: float
    left_kg: float
    lies_kg: float
    lost_kg: float
    supposed_kg: float
    difference_kg: float
    treatments: list[GrainTreated] = []


class PassportIn(In):
    """`sought` is the lot's paper or id; `grade` what its buyer asks for, else its cell's; `text` a rule pack
    with that grade, else the packs that held when it left."""

    sought: Key
    grade: Key | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=900_000), SEEN_FILE] | None = None


class PassportLine(BaseModel):
    """One limit: `value` ± `u` left, which meets it with probability `p`; `found` is the buyer's value. A
    `kind` of information decides nothing."""

    analyte: str
    unit: str
    basis: str | None
    op: str
    limit: float
    kind: Literal["blendable", "never_blend", "information"]
    value: float | None
    u: float | None
    p: float | None
    found: float | None
    difference: float | None


class Passport(BaseModel):
    """`p`: the probability that the lot meets the grade by all that is known of it; `grade_name` by
    language."""

    movement_id: str
    at: datetime
    kg: float
    grade: str
    grade_name: dict[str, str]
    pack: str
    p: float
    lines: list[PassportLine]
    past: GrainPast = GrainPast()
    treatments: list[GrainTreated] = []
