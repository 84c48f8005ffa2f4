"""Corrections that headquarters asks for."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from station.api.schemas.common import In, Text, Why

RequestState = Literal["open", "accepted", "refused"]


class CorrectionRequest(BaseModel):
    """`field` (species, claims, regime, supplier, plate, trailer) of the load was `was` where headquarters
    looked, and should be `wanted`; `now` is what it is here, None while the load is not here. `crosses`: it
    is neither. `asked_by` is a person at headquarters."""

    id: str
    load_id: str
    field: str
    was: str
    wanted: str
    now: str | None
    crosses: bool
    reason: str
    asked_by: str
    asked_at: datetime
    state: RequestState
    answered_by: str | None
    answered_at: datetime | None
    answer: str


class CorrectionRequestAcceptIn(In):
    """`despite_crossing`: it is right though the fact is another than headquarters saw."""

    note: Text = ""
    despite_crossing: bool = False


class CorrectionRequestRefuseIn(In):
    reason: Why
