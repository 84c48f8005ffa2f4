"""These tables hold the audit chain, which is also the event stream, and the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class AuditEvent(SQLModel, table=True):
    """Records one act or fact. `hash` covers the row and the previous row's hash: a changed past shows."""

    __tablename__ = "audit_event"

    seq: int | None = Field(default=None, primary_key=True)
    at: datetime
    kind: str
    by: str | None = None
    terminal: str | None = None
    visit_id: str | None = None
    load_id: str | None = None
    subject_id: str | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    previous: str
    hash: str


class Outbox(SQLModel, table=True):
    """Keeps a document for the hub, written with the row it tells of, in one transaction."""

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)  # the idempotency key at the hub
    kind: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime
