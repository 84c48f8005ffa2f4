"""Grain that leaves for a buyer: the vehicle's visit, what it carried before, what was loaded, the paper."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered, Referenced, once_per_source
from station.store.tables.packed import Packed


class OutboundVisit(Numbered, Referenced, table=True):
    """An outbound visit is one vehicle that comes empty and leaves full (expédition).

    `order_number` is the order's (ordre d'expédition) in its campaign; without one it is a free sale. `axles`
    and `gross_limit_kg` are the vehicle's by its papers. `is_fit`: by its newest transport check it may take
    grain; `unfit` are the stored reasons why not. `full_weighing_id`: its newest weight with grain on it."""

    __tablename__ = "outbound_visit"
    __table_args__ = (
        Index("ix_outbound_visit_queue", "ended_at", "arrived_at", "seq"),
        Index("ix_outbound_visit_of_vehicle", "vehicle_id", "ended_at"),
        once_per_source(),
    )

    id: str = Field(primary_key=True)
    plate: str
    vehicle_id: str = Field(foreign_key="vehicle.id")
    trailer_plate: str = ""
    trailer_id: str | None = Field(default=None, foreign_key="vehicle.id")
    buyer: str
    destination: str = ""
    order_number: str = ""
    carrier: str = ""
    driver: str = ""
    species: str
    grade: str | None = None
    claims: list[str] = Field(default_factory=list, sa_type=JSON)
    campaign: str
    axles: int | None = None
    gross_limit_kg: float | None = None
    is_fit: bool | None = None
    unfit: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    empty_weighing_id: str | None = Field(default=None, foreign_key="weighing.id")
    full_weighing_id: str | None = Field(default=None, foreign_key="weighing.id")
    note: str = ""
    arrived_at: datetime
    entered_at: datetime
    entered_by: str
    outcome: str | None = None  # delivered, refused, left, cancelled
    outcome_reason: str = ""
    ended_at: datetime | None = None
    ended_by: str | None = None


class TransportCheck(Numbered, table=True):
    """Records what a vehicle carried before ([{cargo, cleaning}], the last one first) and what was found in
    its empty body (residue, wet, smell, pests). A later check takes its place."""

    __tablename__ = "transport_check"
    __table_args__ = (Index("ix_transport_check_seq", "seq"),)

    id: str = Field(primary_key=True)
    outbound_id: str = Field(foreign_key="outbound_visit.id", index=True)
    previous: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    findings: list[str] = Field(default_factory=list, sa_type=JSON)
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    note: str = ""
    at: datetime
    by: str


class OutboundLoading(Numbered, table=True):
    """Records what came on the vehicle out of a cell between two of its weights; less than nothing went back.
    Grain leaves the cell's book when the vehicle leaves."""

    __tablename__ = "outbound_loading"
    __table_args__ = (Index("ix_outbound_loading_seq", "seq"),)

    id: str = Field(primary_key=True)
    outbound_id: str = Field(foreign_key="outbound_visit.id", index=True)
    cell_id: str = Field(foreign_key="cell.id")
    kg: float
    before_weighing_id: str = Field(foreign_key="weighing.id")
    weighing_id: str = Field(foreign_key="weighing.id")
    at: datetime
    by: str


class OutboundSample(SQLModel, table=True):
    """Says that a sample was drawn from what an outbound visit took."""

    __tablename__ = "outbound_sample"

    sample_id: str = Field(primary_key=True, foreign_key="sample.id")
    outbound_id: str = Field(foreign_key="outbound_visit.id", index=True)


class DeliveryNote(Numbered, table=True):
    """The delivery note is the paper of what left for a buyer (bon de livraison). A site's numbers
    have no gaps; `paper_number` is the number as its movements out of the cells say it. It is never edited;
    goods that come back are told beside it: `state` issued, cancelled (it never went) or returned (`back_kg`
    came back). `signature` (base64) is the station's own over the canonical JSON of `document`."""

    __tablename__ = "delivery_note"
    __table_args__ = (
        UniqueConstraint("site", "number"),
        Index("ix_delivery_note_newest", "seq"),
        Index("ix_delivery_note_of_order", "order_number", "campaign"),
    )

    id: str = Field(primary_key=True)
    site: str
    campaign: str
    number: int
    paper_number: str = Field(index=True)
    outbound_id: str = Field(foreign_key="outbound_visit.id", unique=True)
    order_number: str = ""
    net_kg: float
    document: dict[str, Any] = Field(default_factory=dict, sa_type=Packed)
    signature: str = ""
    at: datetime
    by: str
    state: str = "issued"
    back_kg: float | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    reason: str = ""
