"""Proposals, decisions, tickets."""

from datetime import datetime

from pydantic import BaseModel

from station.api.schemas.common import In, Key, Reason, Referenced, RegimeCode, Share, Text, Why


class Ranked(BaseModel):
    cell: str
    pit: str
    line: str | None = None
    score: float
    reasons: list[Reason]


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


class Decision(BaseModel):
    id: str
    at: datetime
    by: str
    cell: str
    pit: str
    proposal_id: str
    overridden: bool
    reason: str = ""


class Tipping(BaseModel):
    pit: Key
    cell: Key
    share: Share


class Ticket(Referenced):
    """`time_confirmed` False: the station did not trust its clock; the operator had stated `time_stated`."""

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
    text: str


class DecisionIn(In):
    """`reason` is required when the choice is not the proposal. `replaces` names the decision that this one
    takes the place of, where the load is decided already."""

    proposal_id: Key
    cell: Key
    pit: Key
    reason: Text = ""
    replaces: Key | None = None


class OutcomeIn(In):
    reason: Why
