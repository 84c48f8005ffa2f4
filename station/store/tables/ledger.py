"""The audit chain, which is also the event stream, the counters, and what became of the clock."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered
from station.store.tables.packed import HexDigest


class AuditEvent(SQLModel, table=True):
    """Records one act or fact. `hash` covers every other column and the previous row's hash: a changed past
    shows. `seq` is drawn from a counter and rises; it may leap after a restore."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_of_load", "load_id", "seq"),
        Index("ix_audit_event_of_visit", "visit_id", "seq"),
    )

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


class ClockAct(Numbered, table=True):
    """Says from which row on (`seq`) times are confirmed, and what a person stated of the time where they are
    not. `at` is station time after it, `before` station time until it.

    `floor_at` is when it was at the least, whatever was stated; `ticks` are the seconds that the machine had
    been running, in its run `boot`: a word is good for as long as these are counted."""

    __tablename__ = "clock_act"
    __table_args__ = (Index("ix_clock_act_seq", "seq"),)

    id: str = Field(primary_key=True)
    kind: str  # doubted, stated, confirmed, repaired
    is_confirmed: bool
    at: datetime
    before: datetime
    wall_at: datetime
    doubt: str | None = None  # behind, beyond, records_ahead
    stated_at: datetime | None = None
    floor_at: datetime
    boot: str
    ticks: float
    by: str | None = None
    why: str = ""
