"""Revisions: what late values make of closed loads."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from station.api.schemas.common import In, Key, Reason, Why

RevisionState = Literal["proposed", "applied", "dismissed", "withdrawn"]


class RevisionCause(BaseModel):
    """`kind`: lab_result, pairing, hold; `told` says in words what came late."""

    kind: str
    id: str
    told: str


class RevisedValue(BaseModel):
    """None: not known. `laboratory`: who says the new one."""

    analyte: str
    unit: str
    old: float | None
    old_basis: str | None = None
    new: float | None
    new_basis: str | None = None
    laboratory: str | None = None


class RevisedCell(BaseModel):
    """`t` of the load lie there still; `values` are the cell's means; `broken` the limits of its grade that
    they break then."""

    cell: str
    t: float
    values: list[RevisedValue]
    broken: list[Reason]


class RevisedLot(BaseModel):
    """A movement out of `kg`, of which `load_t` are of the load."""

    movement_id: str
    cell: str
    paper_number: str
    at: datetime
    kg: float
    load_t: float


class Revision(BaseModel):
    """`ticket` is the load's present ticket, `correcting_ticket` the one that applying it issued. `money` in
    euros, None without prices. `past_campaign`: it is of a campaign that is over."""

    id: str
    load_id: str
    campaign: str
    past_campaign: bool
    ticket: int | None
    correcting_ticket: int | None
    causes: list[RevisionCause]
    values: list[RevisedValue]
    old_grade: str | None
    new_grade: str | None
    cells: list[RevisedCell]
    lots: list[RevisedLot]
    lot_count: int
    load_t: float
    money: float | None
    state: RevisionState
    at: datetime
    ended_at: datetime | None
    ended_by: str | None
    reason: str


class RevisionsIn(In):
    ids: Annotated[list[Key], Field(min_length=1, max_length=200)]
    reason: Why
