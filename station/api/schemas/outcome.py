"""Proposals, decisions, tickets."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from station.api.schemas.approvals import GuardedRule
from station.api.schemas.common import (
    Barcode,
    In,
    Key,
    Kilograms,
    Moment,
    Reason,
    Referenced,
    RegimeCode,
    Share,
    Text,
    Why,
)
from station.api.schemas.evidence import TypedValueIn


class CellMean(BaseModel):
    mean: float
    u: float | None
    unit: str
    basis: str | None


class CellAfter(BaseModel):
    """What the cell will hold with the load and all that is reserved in it."""

    t: float
    content: dict[str, CellMean]


class Ranked(BaseModel):
    """`p_load_ok`, `p_cell_ok`: the probability that the load alone, and the cell with it, meets the cell's
    grade; None in proposals of older engines."""

    cell: str
    pit: str
    line: str | None = None
    score: float
    reasons: list[Reason]
    p_load_ok: float | None = None
    p_cell_ok: float | None = None
    after: CellAfter | None = None


class MeasureAgain(BaseModel):
    """What is worth measuring again before the load is tipped."""

    analyte: str
    minutes: float


class Refused(BaseModel):
    cell: str
    reasons: list[Reason]


class Proposal(BaseModel):
    """`cell` None: the truck waits, `reasons` say for what. `hold`: not a normal cell."""

    id: str
    at: datetime
    cell: str | None
    pit: str | None
    hold: bool
    load_t: float | None
    rule_pack: str | None
    reasons: list[Reason]
    ranked: list[Ranked]
    refused: list[Refused]
    ask: MeasureAgain | None = None


class Decision(BaseModel):
    """`guard`: the rules that the choice breaks; `approved_by`: the second person who approved it."""

    id: str
    at: datetime
    by: str
    cell: str
    pit: str
    proposal_id: str
    overridden: bool
    reason: str = ""
    guard: list[GuardedRule] = []
    approved_by: str | None = None


class Tipping(BaseModel):
    """`kg`: None on tickets of older releases, which say shares alone."""

    pit: str
    cell: str
    share: float
    kg: float | None = None


class TippedPart(In):
    """A part of a load that was tipped here: a share of it, or kilograms; the one part without either is what
    is left."""

    pit: Key
    cell: Key
    share: Share | None = None
    kg: Kilograms | None = None


class TippedIn(In):
    """Where a closed load really went, all of its parts, and why the ticket said otherwise."""

    parts: Annotated[list[TippedPart], Field(min_length=1, max_length=8)]
    reason: Why


class Ticket(Referenced):
    """`time_confirmed` False: the station did not trust its clock; the operator had stated `time_stated`.
    `erp_number` is the number that the co-operative's program gave, where it numbers tickets; while it
    `awaits_number` the paper is provisional."""

    number: int
    campaign: str
    load_id: str
    visit_id: str
    at: datetime
    by: str
    plate: str
    supplier: str
    species: str
    regime: RegimeCode
    organisation: str
    gross_kg: float
    tare_kg: float
    net_kg: float
    tipped: list[Tipping]
    time_confirmed: bool = True
    time_stated: datetime | None = None
    provisional: bool = False
    erp_number: str | None = None
    awaits_number: bool = False
    text: str


class DecisionIn(In):
    """`reason` is required when the choice is not the proposal. `replaces` names the decision that this one
    takes the place of, where the load is decided already; `approval` the second person's, where the choice
    needs one."""

    proposal_id: Key
    cell: Key
    pit: Key
    reason: Text = ""
    replaces: Key | None = None
    approval: Key | None = None


class PaperIn(In):
    """Says of a load that was open in a restored backup whether it was closed on paper since; then the
    paper's number, and its net weight and cell where they are known."""

    closed: bool
    paper_number: Text = ""
    net_kg: Kilograms | None = None
    cell: Key | None = None

    @model_validator(mode="after")
    def _has_its_number(self) -> Self:
        if self.closed and not self.paper_number:
            raise PydanticCustomError("paper_number_missing", "a load that was closed on paper has a number")
        return self


class ReadWeightIn(In):
    kg: Kilograms
    at: Moment


class PadIn(In):
    """What the paper pad says of a load that was received while no station ran. `gross` where the vehicle was
    not weighed full here, `tipped` where it was not decided here or went elsewhere. `values` were read off
    the analyzer's screen or paper, of the load's sample or of that with `barcode`. `apart`: the part with
    this load was weighed alone, after the loads before it were tipped."""

    paper_number: Key
    gross: ReadWeightIn | None = None
    tare: ReadWeightIn
    tipped: Annotated[list[TippedPart], Field(max_length=8)] = []
    bridge: Key | None = None
    values: Annotated[dict[Key, TypedValueIn], Field(max_length=40)] = {}
    barcode: Barcode | None = None
    apart: bool = False
    despite_remarks: bool = False


class OutcomeIn(In):
    reason: Why


class PhotoAnswerIn(OutcomeIn):
    """Answers what a load's photos ask: `code` is the question's, `reason` says why the grain is as
    declared all the same."""

    code: Literal["photo_other_species", "photo_foreign"]
