"""What another program says of arrivals before, or while, they happen (apports annoncés)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from station.store.tables.base import Numbered, Referenced, once_per_source


class AnnouncedArrival(Numbered, Referenced, table=True):
    """An apport that the program of the co-operative says will come; a person confirms that it is here.

    `loads` are as an arrival declares them, with owners by their identifier; `ticket_numbers` are those that
    the program gives to them, in their order, as far as it knows them. `digest` is that of all that was
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
    ticket_numbers: list[str] = Field(default_factory=list, sa_type=JSON)
    order_ref: str = ""
    expected_at: datetime | None = None
    digest: str
    state: str
    visit_id: str | None = Field(default=None, foreign_key="visit.id", index=True)
    announced_at: datetime
    ended_at: datetime | None = None


class ErpTicket(Numbered, table=True):
    """A ticket (bon d'apport) that the program of the co-operative says it issued, or will issue: each saying
    is a row, and the newest of a number and load holds. `ticket_id`: ours that bears its number; None while
    ours is not issued. `refused` is why the number was not taken, empty where it was; `said` is what the
    program named the load by. `net_kg` and `cell`, where it says them, are those of its own books."""

    __tablename__ = "erp_ticket"
    __table_args__ = (
        Index("ix_erp_ticket_number", "number", "seq"),
        Index("ix_erp_ticket_load", "load_id", "seq"),
        Index("ix_erp_ticket_ticket", "ticket_id", "seq"),
        Index("ix_erp_ticket_at", "at"),
    )

    id: str = Field(primary_key=True)
    number: str
    campaign: str
    said: str
    load_id: str | None = Field(default=None, foreign_key="load.id")
    ticket_id: str | None = Field(default=None, foreign_key="ticket.id")
    net_kg: float | None = None
    cell: str = ""
    refused: str = ""
    at: datetime
    by: str
