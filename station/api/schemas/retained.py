"""What is kept of samples: where it lies, who has it, until when, and why it is sent to a laboratory."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from station.api.schemas.common import SEEN, Barcode, In, Key, Moment, Name, Reason, SampleKind, Text, Why

ShelfPlace = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), SEEN]
RetainedNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), SEEN]
Parts = Annotated[int, Field(ge=1, le=20, strict=True)]
RetainedState = Literal["kept", "out", "destroyed"]


class KeepIn(In):
    """`place`: the next free one of the shelf, if not said; `parts`: as many as the site keeps."""

    place: ShelfPlace | None = None
    seal: Text = ""
    parts: Parts | None = None


class HandOverIn(In):
    """`parts`: all that lie there, if not said."""

    whom: Name
    parts: Parts | None = None


class ReceivedIn(In):
    """`whom` says that it was received: who was given it last, if not said; `received_at`: now."""

    whom: Name | None = None
    received_at: Moment | None = None


class ReturnedIn(In):
    parts: Parts = 1
    place: ShelfPlace | None = None


class MoveIn(In):
    place: ShelfPlace


class DestroyIn(In):
    numbers: Annotated[list[RetainedNumber], Field(min_length=1, max_length=500)]


class BlockIn(In):
    reason: Why


class CustodyAct(BaseModel):
    kind: Literal[
        "sealed", "moved", "handed_over", "received", "returned", "blocked", "released", "destroyed"
    ]
    at: datetime
    by: str
    parts: int
    place: str
    whom: str
    received_at: datetime | None
    reason: str


class WhySent(BaseModel):
    """Why it is on a list of what is sent: `random` drawn by lot, and for how many it stands (`weight`),
    `doubt` with its reasons, `all` of a wet year."""

    sending_id: str
    reason: Literal["random", "doubt", "all"]
    weight: float | None
    reasons: list[Reason]


class Retained(BaseModel):
    """`number` stands on its bags. `parts` lie at `place`; `holder` was given the others. `blocks`: why it
    must not be destroyed; `due`: it is past its date and may be."""

    number: str
    barcode: str
    kind: SampleKind
    species: str | None
    load_id: str | None
    plate: str | None
    supplier: str | None
    seal: str
    place: str
    parts: int
    holder: str
    sealed_at: datetime
    keep_until: date
    state: RetainedState
    blocks: list[str]
    due: bool
    provisional: bool
    why: list[WhySent]
    custody: list[CustodyAct]


class SendIn(In):
    """So many samples go to a laboratory today."""

    budget: Annotated[int, Field(ge=1, le=500, strict=True)]


class Gain(BaseModel):
    """What is known of machine minus laboratory with `n` samples: its mean within ± `half_width`; with `more`
    of them, as on this list, within ± `half_width_then`. None where two samples are needed first."""

    species: str
    analyte: str
    basis: str | None
    n: int
    more: int
    half_width: float | None
    half_width_then: float | None


class Sending(BaseModel):
    """A list of what is sent, in its order: `choice` for a day's budget, or `all` that `terms` name. Of
    `fresh` samples, each in one draw only, the random ones were drawn with `seed`."""

    id: str
    kind: Literal["choice", "all"]
    at: datetime
    by: str
    seed: str
    budget: int
    fresh: int
    terms: dict[str, Any]
    samples: list[Retained]
    gains: list[Gain] = []


class CompositeIn(In):
    """A composite of `load_ids`, or of all loads that went into `cell` from `since` until before `until`."""

    barcode: Barcode
    load_ids: Annotated[list[Key], Field(max_length=2000)] = []
    cell: Key | None = None
    since: Moment | None = None
    until: Moment | None = None
    note: Text = ""


class LoadsKept(BaseModel):
    """What is kept of the loads in a composite. `over`: the limits that a laboratory found broken in it:
    which load it came from, only the loads' own samples can tell."""

    barcode: str
    over: list[Reason]
    loads: list[str]
    retained: list[Retained]


class SendAllIn(In):
    """What is kept of all loads of a species, sealed from `since` until before `until`, of these suppliers
    and decided for these cells where any are named. Their grade is provisional from then on."""

    species: Key
    since: Moment
    until: Moment
    suppliers: Annotated[list[Name], Field(max_length=500)] = []
    cells: Annotated[list[Key], Field(max_length=100)] = []
    reason: Why
