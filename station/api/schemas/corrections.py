"""Corrections: a known bias that is taken off what is judged, and what it stands on."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from station.api.schemas.common import In, Why

CorrectionState = Literal["proposed", "approved", "declined", "ended"]


class CorrectionAct(BaseModel):
    """`by` None: the station itself."""

    act: CorrectionState
    at: datetime
    by: str | None
    reason: str


class Correction(BaseModel):
    """What is judged is the raw value minus `bias` (test minus reference); `u` is its standard uncertainty.
    `evidence` has `n`, `period`, `basis`, `reference`, `sampling`, and bias, SEP and RMSEP `before` and
    `after`. `state` is the newest of its `acts`."""

    id: str
    method: Literal["machine", "phone"]
    source: str
    source_name: str
    analyte: str
    species: str | None
    bias: float
    u: float
    unit: str
    basis: str | None
    evidence: dict[str, Any]
    state: CorrectionState
    at: datetime
    acts: list[CorrectionAct]


class CorrectionActIn(In):
    reason: Why


class SiteSpread(BaseModel):
    """How far a phone's share of `class_name` may be off at this site: a standard deviation by count, 0 to 1,
    from `n` samples. `evidence` has mean width and coverage of the limits `before` and `after`. `id` is that
    of its newest act, which is its `state`."""

    id: str
    phone: str
    phone_name: str
    release: str
    class_name: str
    spread: float
    n: int
    state: CorrectionState
    in_force: bool
    evidence: dict[str, Any]
    reason: str
    at: datetime
    by: str | None
