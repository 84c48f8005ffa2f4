"""Bring it today? What a courtesy sample lets expect of a load."""

from typing import Annotated

from pydantic import BaseModel, Field

from station.api.schemas.common import Barcode, In, Key, Reason, Value
from station.api.schemas.outcome import Ranked

Tonnes = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False, strict=True)]


class CourtesyIn(In):
    """A load of so many tonnes may come, of grain like this courtesy sample. `species` counts where nobody
    said it of the sample."""

    barcode: Barcode
    load_t: Tonnes
    species: Key | None = None
    claims: Annotated[list[Key], Field(max_length=20)] = []


class Charge(BaseModel):
    """A charge or bonus of the rule pack: `value` is `beyond` the `limit`; `percent` of the price or of the
    weight, None for a fee, whose euros are for managers. `kg` is what it moves of the payment weight."""

    kind: str
    analyte: str
    value: float
    limit: float
    beyond: float
    percent: float | None
    kg: int


class CourtesyAnswer(BaseModel):
    """`cell` None: none takes it now. `odds`: how likely the load meets the grade. `text` says all of it in
    words, line by line."""

    barcode: str
    species: str
    load_t: float
    values: dict[str, Value]
    cell: str | None
    pit: str | None
    hold: bool
    grade: str | None
    p_load_ok: float | None
    reasons: list[Reason]
    ranked: list[Ranked]
    paid_kg: float | None
    charges: list[Charge]
    text: list[str]
