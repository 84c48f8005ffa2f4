"""The storage plan, and how the cells fill beside it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from station.api.schemas.certificates import RowError
from station.api.schemas.common import SEEN_FILE, In, Key, Reason, Why

PlanTonnes = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False, strict=True)]
PlanText = Annotated[str, Field(max_length=500_000), SEEN_FILE]


class PlanIn(In):
    """What is not said stays as it is. An empty species or grade, and a target of 0, are none; `expected`
    (tonnes by ISO week) takes the place of all that was expected."""

    species: Key | None = None
    grade: Key | None = None
    claims: Annotated[list[Key], Field(max_length=100)] | None = None
    target_t: PlanTonnes | None = None
    expected: Annotated[dict[Key, PlanTonnes], Field(max_length=60)] | None = None
    why: Why


class PlanFileIn(In):
    """A CSV file; `dry_run` tells only what would become of it."""

    text: PlanText
    why: Why
    dry_run: bool = False


class PlanTaken(BaseModel):
    cells: list[str]
    errors: list[RowError]


class PlanLine(BaseModel):
    """What a cell is for, beside what it holds. `room_t`: to the target where it has one, else to the
    capacity. `pace_t_h` and `full_at` only where loads come at a pace; `full_at` None: not today.
    `expected_t` and `arrived_t` are those of `week`. `planned` False: it is as [[cells]] of the site file
    says; `by` None: the site file plans it. `claims` are those that it honours, `flags` tell which it honours
    no more, and what else its grain went through."""

    cell: str
    species: str | None
    grade: str | None
    claims: list[str]
    target_t: float | None
    expected: dict[str, float]
    week: str
    expected_t: float | None
    arrived_t: float
    content_t: float
    reserved_t: float
    room_t: float
    pace_t_h: float | None = None
    full_at: datetime | None = None
    planned: bool
    at: datetime | None = None
    by: str | None = None
    why: str = ""
    flags: list[Reason] = []
