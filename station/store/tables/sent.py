"""What headquarters says of the station's own records: whose supplier is whose, and what it asks to correct.
The number of the document tells who said it."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered


class Variety(SQLModel, table=True):
    """A variety that headquarters or the site's catalogue knows (variété), by an identifier that stays. One
    that is ended is offered no more."""

    id: str = Field(primary_key=True)
    species: str
    name: str
    ended_at: datetime | None = None


class SupplierMatch(Numbered, table=True):
    """Says that a supplier entered here is one that the co-operative knows. The newest one of a supplier
    holds, for what comes later."""

    __tablename__ = "supplier_match"

    id: str = Field(primary_key=True)
    supplier_id: str = Field(foreign_key="supplier.id", index=True)
    matched_id: str = Field(foreign_key="supplier.id")
    document: int
    at: datetime


class CorrectionRequest(Numbered, table=True):
    """Records that headquarters asks for a correction of a load: what (`field`), from what and to what. It
    changes nothing until a person here accepts it. Suppliers are named by their identifier here.

    `state` is open, accepted or refused. The load may come later than the request."""

    __tablename__ = "correction_request"
    __table_args__ = (Index("ix_correction_request_state", "state", "seq"),)

    id: str = Field(primary_key=True)
    load_id: str = Field(index=True)
    field: str  # species, claims, regime, supplier, plate, trailer
    was: str
    wanted: str
    reason: str
    document: int
    asked_at: datetime
    state: str = "open"
    answered_by: str | None = None
    answered_at: datetime | None = None
    answer: str = ""
