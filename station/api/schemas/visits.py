"""Arrivals, visits and their loads."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from station.api.schemas.approvals import VisualCheck
from station.api.schemas.common import (
    Barcode,
    Campaign,
    Direction,
    ExternalIn,
    In,
    Key,
    LoadState,
    Moment,
    Name,
    Number,
    Organisation,
    Plate,
    Reason,
    Referenced,
    RegimeCode,
    Share,
    Text,
    TrailerPlate,
    VehiclePart,
    WeighingRole,
)
from station.api.schemas.evidence import Capture, Reading, UsedValue
from station.api.schemas.forms import LoadQuestion
from station.api.schemas.outcome import Decision, Proposal, Ticket


class OwnerIn(In):
    supplier: Name
    share: Share


class LoadIn(In):
    """One product of a visit; `share` of the gross weight only where loads are weighed at once. `regime`
    and `organisation` are the site's where they are not given; `contract` is a contract's number."""

    species: Key
    declared_variety: Text = ""
    claims: list[Key] = []
    barcode: Barcode | None = None
    share: Share | None = None
    owners: list[OwnerIn] = []
    declared: dict[Key, Number] = {}
    regime: RegimeCode | None = None
    organisation: Organisation | None = None
    external: ExternalIn | None = None
    contract: Text = ""


class ArrivalIn(In):
    """`arrived_at` only when a visit written on paper is entered later at its real time; `campaign` only
    when it is another open one than the current. `despite_remarks`: the person was asked about a declared
    value that is not usual. `comes_again`: the person was asked, because the vehicle has an open visit;
    `new_supplier`: because nobody knows a supplier or owner by this name; `no_shipment`: because the vehicle
    is expected with a shipment of another own silo, and brings something else."""

    plate: Plate
    trailer: TrailerPlate = ""
    supplier: Name
    direction: Direction = "inbound"
    loads: Annotated[list[LoadIn], Field(min_length=1, max_length=6)]
    arrived_at: Moment | None = None
    note: Text = ""
    despite_remarks: bool = False
    comes_again: bool = False
    new_supplier: bool = False
    no_shipment: bool = False
    campaign: Campaign | None = None
    external: ExternalIn | None = None


class LoadCorrectionIn(In):
    """What was entered wrong of one load, by its id; what is not given stays."""

    load_id: Key
    species: Key | None = None
    claims: list[Key] | None = None
    regime: RegimeCode | None = None
    contract: Text | None = None


class ArrivalCorrectionIn(In):
    """What was entered wrong; what is not given stays. `trailer` empty: there is none. `comes_again` and
    `new_supplier` as at an arrival."""

    plate: Plate | None = None
    trailer: TrailerPlate | None = None
    supplier: Name | None = None
    loads: Annotated[list[LoadCorrectionIn], Field(max_length=6)] = []
    comes_again: bool = False
    new_supplier: bool = False


class Vehicle(Referenced):
    """`trailer` is the plate of what it drew last, `last_tare_kg` what both weighed empty."""

    plate: str
    trailer: str | None = None
    supplier: str | None
    species: str | None
    loads: int = 1
    last_tare_kg: float | None


class Supplier(Referenced):
    id: str
    name: str


class Contract(BaseModel):
    """What a supplier has sold; `delivered_kg` is the net of the tickets that count on it, `remaining_t` what
    is left of `tonnes`, None where it has no end."""

    number: str
    supplier: str
    species: str
    variety: str = ""
    claims: list[str] = []
    campaign: str
    tonnes: float | None
    delivered_kg: float
    remaining_t: float | None
    external_ref: str = ""


class Variety(BaseModel):
    id: str
    species: str
    name: str


class LoadRow(BaseModel):
    """A line of the queue. `waits_since`: it waits for a value, for an answer or for its empty weight since
    then, not since it arrived."""

    id: str
    position: int
    species: str
    state: LoadState
    claims: list[str] = []
    barcode: str | None
    pit: str | None
    cell: str | None
    hold: bool = False
    waits_since: datetime | None = None
    photo_asked: list[Reason] = []  # why a photo is asked for; nobody waits for it
    photo_taken: bool = False  # where one is asked for
    ticket: int | None = None
    missing: list[str] = []
    differing: list[str] = []
    waits_for: list[str] = []  # who may decide or approve, where the load waits for nothing but their word
    asks_paper: bool = False
    found_since: list[str] = []  # what a visual check found after the decision that holds


class VisitRow(BaseModel):
    id: str
    plate: str
    trailer: str = ""
    supplier: str
    direction: Direction
    arrived_at: datetime
    ended_at: datetime | None
    gross_kg: float | None
    loads: list[LoadRow]


class ChainWeighing(BaseModel):
    """`part`: the next weight is added to it."""

    id: str
    role: WeighingRole
    part: VehiclePart | None = None
    kg: float
    at: datetime
    rule: str
    instrument: str | None
    instrument_name: str | None = None
    remarks: list[Reason] = []
    sealed_number: str | None
    typed_by: str | None
    confirmed_by: str


class Visit(VisitRow, Referenced):
    note: str = ""
    entered_by: str
    weighings: list[ChainWeighing]


class Load(LoadRow, Referenced):
    visit_id: str
    plate: str
    trailer: str = ""
    supplier: str
    declared_variety: str
    operator_variety: str
    model_variety: str
    lab_variety: str
    owners: list[dict[str, Any]]
    share: float
    regime: RegimeCode
    organisation: str
    campaign: str
    contract: str = ""
    gross_kg: float | None
    tare_kg: float | None
    estimated_kg: float | None
    outcome_reason: str = ""
    outcome_by: str | None = None
    outcome_at: datetime | None = None
    values: list[UsedValue]
    photo: list[Reason] = []
    readings: list[Reading]
    captures: list[Capture]
    visual_check: VisualCheck | None = None
    questions: list[LoadQuestion] = []  # of the forms, with what was answered
    provisional: bool = False  # its grade waits for a laboratory
    revised: bool = False  # a value came late: a revision waits for a manager
    proposal: Proposal | None
    decision: Decision | None
    ticket_document: Ticket | None = None


class EndedLoad(BaseModel):
    """A load that has its outcome. `by` and `reason`: of a ticketed load who decided where it goes, and why
    where that was not proposed; of any other who ended it, and why. `approved_by`: the second person, where
    one operator alone could not decide it."""

    id: str
    visit_id: str
    position: int
    plate: str
    supplier: str
    species: str
    outcome: LoadState
    at: datetime
    by: str
    reason: str
    approved_by: str = ""
    cell: str | None
    ticket: int | None
    net_kg: float | None
    revised: bool = False  # a value came late: a revision waits for a manager


class VarietyIn(In):
    """What the operator sees, never what was declared."""

    operator_variety: Text
