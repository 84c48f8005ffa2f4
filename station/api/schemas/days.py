"""How a collecting day began and ended."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from station.api.schemas.common import Day, In, Key, Name, Text, Why
from station.api.schemas.people import Pin


class DayCloseIn(In):
    """`said`: the reason of each finding, by its key."""

    day: Day
    said: Annotated[dict[Key, Why], Field(max_length=2_000)] = {}


class DayFinding(BaseModel):
    """What does not agree or is not finished; `reason` where it was said."""

    key: str
    code: str
    message: str
    reason: str = ""


class DayTonnes(BaseModel):
    """`ticket_kg` are those of tickets, `moved_kg` what went into the cells for the same loads."""

    outcome: str
    species: str
    regime: str
    organisation: str
    loads: int
    ticket_kg: float
    moved_kg: float


class DayOwner(BaseModel):
    owner: str
    name: str
    species: str
    regime: str
    kg: float


class DayCell(BaseModel):
    """`brought` by species, `moved` without a load by the kind of movement, `content_kg` at the closing."""

    cell: str
    brought: dict[str, float]
    moved: dict[str, float]
    content_kg: float


class DayNumbers(BaseModel):
    """The ticket numbers after `after`: `on_paper` were written by hand, `missing` are ranges of others."""

    campaign: str
    after: int
    last: int
    issued: int
    on_paper: list[int]
    missing: list[tuple[int, int]]


class DayLate(BaseModel):
    """What was recorded of a closed day after its closing: a ticket, a correcting one, or a movement."""

    what: str
    day: date
    kg: float
    campaign: str | None = None
    number: int | None = None
    corrects: int | None = None
    cell: str | None = None


class DayMinutes(BaseModel):
    trucks: int
    median: float | None
    worst: float | None


class DayLeft(BaseModel):
    exceptions: int
    weighings: int
    holds: int


class DaySheet(BaseModel):
    """`closed_at` None: this is what the ledger says now. `sha256` is that of the signed document."""

    day: date
    closed_before: date | None
    tonnes: list[DayTonnes]
    owners: list[DayOwner]
    cells: list[DayCell]
    numbers: list[DayNumbers]
    minutes: DayMinutes
    late: list[DayLate]
    left: DayLeft
    findings: list[DayFinding]
    closed_at: datetime | None = None
    closed_by: str | None = None
    sha256: str | None = None


class DayClosed(BaseModel):
    day: date
    closed_at: datetime
    closed_by: str | None
    explained: int
    sha256: str


class DayOpenIn(In):
    """`waved`: the reason of each line that is not right, by its topic."""

    waved: Annotated[dict[Key, Why], Field(max_length=100)] = {}


class DayListLine(BaseModel):
    """`messages` say why a line is not right and what to do, else what was seen."""

    topic: str
    state: Literal["ok", "asks", "failed"]
    messages: list[str]


class DayList(BaseModel):
    """The lines as they are now; `signed_at` and `waved` are of the newest list that was signed today."""

    day: date
    lines: list[DayListLine]
    signed_at: datetime | None
    signed_by: str | None
    waved: dict[str, str]


class CarriedOver(BaseModel):
    """What goes on at a shift change: open visits (oldest first), holds, and how many exceptions wait."""

    visits: list[str]
    holds: list[str]
    exceptions: int


class ShiftIn(In):
    """`comes` says with his PIN that he goes on; `visits` are those that both have seen open."""

    comes: Name
    pin: Pin
    visits: Annotated[list[Key], Field(max_length=1_000)]
    note: Text = ""
