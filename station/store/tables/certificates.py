"""What a claim stands on: the certificate of a supplier."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from station.store.tables.base import Numbered


class Certificate(Numbered, table=True):
    """Says that a supplier is certified for a claim by `body`, under its `number`, from a day to a day (both
    included), until it is withdrawn. `by` None: the site file or headquarters says so."""

    __table_args__ = (Index("ix_certificate_seq", "seq"),)

    id: str = Field(primary_key=True)
    supplier_id: str = Field(foreign_key="supplier.id", index=True)
    claim: str
    number: str
    body: str = ""
    valid_from: date
    valid_until: date = Field(index=True)
    at: datetime
    by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_why: str = ""
