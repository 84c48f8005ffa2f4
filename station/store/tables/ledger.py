"""The audit chain, which is also the event stream, the counters, and the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from station.store.tables.packed import HexDigest, Packed


class AuditEvent(SQLModel, table=True):
    """Records one act or fact. `hash` covers every other column and the previous row's hash: a changed past
    shows. `seq` is drawn from a counter and rises; it may leap after a restore."""

    __tablename__ = "audit_event"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    kind: str
    by: str | None = None
    terminal: str | None = None
    visit_id: str | None = None
    load_id: str | None = None
    subject_id: str | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    hash: str = Field(sa_type=HexDigest)


class Counter(SQLModel, table=True):
    """The last number drawn for a purpose. It only grows."""

    name: str = Field(primary_key=True)
    value: int = 0


class Outbox(SQLModel, table=True):
    """Keeps a document for the hub, written with the row it tells of, in one transaction; `seq`
    rises, and leaps after a restore: no document takes the number of a lost one."""

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)  # the idempotency key at the hub
    kind: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=Packed)
    at: datetime
