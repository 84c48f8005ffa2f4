"""These tables hold visits, their loads and their weighings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered, Referenced, once_per_source


class Visit(Numbered, Referenced, table=True):
    """A visit is one vehicle on site, with its trailer or alone, from arrival to departure (passage)."""

    __table_args__ = (
        Index("ix_visit_of_vehicle", "vehicle_id", "seq"),
        Index("ix_visit_of_supplier", "supplier_id", "seq"),
        Index("ix_visit_queue", "ended_at", "arrived_at", "seq"),
        once_per_source(),
    )

    id: str = Field(primary_key=True)
    plate: str
    vehicle_id: str = Field(foreign_key="vehicle.id")
    trailer_plate: str = ""
    trailer_id: str | None = Field(default=None, foreign_key="vehicle.id")
    supplier_id: str = Field(foreign_key="supplier.id")
    direction: str = "inbound"
    arrived_at: datetime
    entered_at: datetime
    entered_by: str
    note: str = ""
    ended_at: datetime | None = None


class Load(Numbered, Referenced, table=True):
    """A load is one product of one visit. The four varieties are four facts from four sources, never
    merged. `regime` says whose grain it is by law, `organisation` who receives it, `campaign` to which
    harvest it belongs, `contract` the number of the contract that it counts on. `asks_paper`: it was open in
    a backup that was restored, and nobody said yet whether it was closed on paper since; one that was has its
    paper's number as `outcome_reason`."""

    __table_args__ = (
        UniqueConstraint("visit_id", "position"),
        Index("ix_load_ended", "outcome_at", "seq"),
        Index("ix_load_of_contract", "contract", "campaign"),
        once_per_source(),
    )

    id: str = Field(primary_key=True)
    visit_id: str = Field(foreign_key="visit.id", index=True)
    position: int
    species: str
    declared_variety: str = ""
    operator_variety: str = ""
    model_variety: str = ""
    lab_variety: str = ""
    claims: list[str] = Field(default_factory=list, sa_type=JSON)
    declared: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    share: float = 1.0  # of the weight that loads share
    regime: str = ""  # owned, deposit, on_behalf, service
    organisation: str = ""
    campaign: str = ""
    contract: str = ""
    outcome: str | None = Field(default=None, index=True)  # ticketed, refused, left, cancelled, …
    outcome_at: datetime | None = None
    outcome_by: str | None = None
    outcome_reason: str = ""
    asks_paper: bool = False


class LoadOwner(SQLModel, table=True):
    """Says who is paid for a load (propriétaire), with a share of it."""

    load_id: str = Field(primary_key=True, foreign_key="load.id")
    supplier_id: str = Field(primary_key=True, foreign_key="supplier.id")
    share: float


class Weighing(Numbered, table=True):
    """Records a stable weight and the rule that took it. It never changes: what it was used for is
    WeighingUse.

    `port_id` is where the bridge was plugged then; `remarks` are stored reasons ({code, params}) why
    somebody should look twice. `repeats_id` is the real weighing of a stored tare that counts again."""

    __table_args__ = (
        Index("ix_weighing_newest", "port_id", "seq"),
        Index("ix_weighing_state", "state", "seq"),
    )

    id: str = Field(primary_key=True)
    kg: float
    at: datetime = Field(index=True)
    rule: str  # equal_readings, print_key, typed, stored_tare
    instrument_id: str | None = Field(default=None, foreign_key="instrument.id")
    port_id: str | None = None
    frame_id: str | None = Field(default=None, foreign_key="frame.id", unique=True)
    remarks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    sealed_number: str | None = None
    repeats_id: str | None = Field(default=None, foreign_key="weighing.id")
    typed_by: str | None = None
    note: str = ""
    state: str = "offered"  # offered, used, dismissed


class WeighingUse(Numbered, table=True):
    """A link of a visit's weighing chain is confirmed by a person. A later link may supersede one, with the
    other parts of the vehicle that were summed with it. A weight that a movement out rests on has no visit.

    `part`: it is the weight of an uncoupled part of the vehicle or of an axle, and the next link is of what
    was not weighed yet: their sum is the vehicle's weight."""

    id: str = Field(primary_key=True)
    weighing_id: str = Field(foreign_key="weighing.id", unique=True)
    visit_id: str | None = Field(default=None, foreign_key="visit.id", index=True)
    role: str  # first, intermediate, last, dismissed, tare
    part: str = ""  # uncoupled, axle
    at: datetime
    by: str
    reason: str = ""
    supersedes_id: str | None = Field(default=None, foreign_key="weighing_use.id")

    __tablename__ = "weighing_use"
    __table_args__ = (Index("ix_weighing_use_seq", "seq"),)
