"""Disputes (contestations) of a load's ticket, and the paper that goes with one."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from station.api.schemas.common import In, Slug, Why

DisputeParty = Literal["supplier", "silo", "customer"]
DisputeOutcome = Literal["upheld", "changed", "withdrawn"]


class DisputeIn(In):
    """`analytes` empty: the load as a whole. `raised_by`: who contests."""

    analytes: Annotated[list[Slug], Field(max_length=40)] = []
    raised_by: DisputeParty = "supplier"
    reason: Why


class DisputeNoteIn(In):
    text: Why


class DisputeCloseIn(In):
    """`upheld`: the ticket stands; `changed`: it was settled otherwise; `withdrawn`: nobody contests it."""

    outcome: DisputeOutcome
    reason: Why


class KnownValue(BaseModel):
    """One value that is known of the load. `source`: the instrument's serial number, the phone, the
    laboratory, or who typed it. `superseded`: a later report says something else."""

    analyte: str
    method: Literal["phone", "machine", "lab", "typed"]
    source: str
    value: float
    comparator: str = ""
    unit: str
    basis: str | None
    at: datetime
    superseded: bool = False


class DisputeAct(BaseModel):
    """`values`: all that were known when it was closed."""

    act: Literal["opened", "noted", "closed"]
    at: datetime
    by: str
    outcome: DisputeOutcome | Literal[""]
    reason: str
    values: list[KnownValue] = []


class Dispute(BaseModel):
    id: str
    load_id: str
    analytes: list[str]
    raised_by: str
    reason: str
    open: bool
    at: datetime
    by: str
    acts: list[DisputeAct]


class DisputePaper(Dispute):
    """All that is known of it: the `ticket` as it was issued, how the load was `judged` and decided, every
    value, and the custody of what is kept. `text` is the paper, in the reader's language."""

    species: str
    ticket: dict[str, Any]
    decision: dict[str, Any] | None
    judged: dict[str, Any]
    values: list[KnownValue]
    retained: list[dict[str, Any]]
    text: str
