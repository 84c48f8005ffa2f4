"""What another program says of arrivals before, or while, they happen (apports annoncés)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from station.store.tables.base import Numbered, Referenced, once_per_source


class AnnouncedArrival(Numbered, Referenced, table=True):
    """An apport that the program of the co-operative says will come; a person confirms that it is here.

    `loads` are as an arrival declares them, with owners by their identifier. `digest` is that of all that was
    said: the same once more changes nothing. `state`: expected, arrived (`visit_id`) or withdrawn."""

    __tablename__ = "announced_arrival"
    __table_args__ = (
        Index("ix_announced_arrival_state", "state", "expected_at", "seq"),
        Index("ix_announced_arrival_badge", "badge", "state"),
        Index("ix_announced_arrival_supplier", "supplier_id", "state"),
        once_per_source(),
    )

    id: str = Field(primary_key=True)
    plate: str
    plate_folded: str
    trailer_plate: str = ""
    supplier_id: str = Field(foreign_key="supplier.id")
    loads: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    campaign: str | None = None
    note: str = ""
    badge: str = ""
    order_ref: str = ""
    expected_at: datetime | None = None
    digest: str
    state: str
    visit_id: str | None = Field(default=None, foreign_key="visit.id", index=True)
    announced_at: datetime
    ended_at: datetime | None = None
