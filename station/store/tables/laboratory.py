"""These rows keep what laboratories say of samples, and buyers of what they got. They are appended, never
edited: only `current` tells whether a row still holds."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from station.store.tables.base import Numbered
from station.store.tables.packed import Packed


class LabResult(Numbered, table=True):
    """Records a third party's value for a sample (`party` lab), or a buyer's for a movement out (`party`
    customer). A correction is a new row that supersedes, and so is a person's match of a waiting one.

    `sought` is what the file calls the sample or the paper; `waits_for` says why a waiting row is used for
    nothing yet. `comparator` "<" or ">": the value is a limit, not a measurement. `report` and `lab_number`
    are the laboratory's own numbers, `line` is the file's; `uncertainty` is as stated, `citation` by what.
    `received_at` is when the laboratory's word came, `at` when it was recorded; `source` says how: typed,
    file and its SHA-256, or headquarters with its own number `hub_id`."""

    __tablename__ = "lab_result"
    __table_args__ = (
        Index("ix_lab_result_newest", "analyte", "seq"),
        Index("ix_lab_result_waiting", "state", "current", "seq"),
        Index("ix_lab_result_report", "laboratory", "report", "sought"),
        Index("ix_lab_result_number", "laboratory", "report", "lab_number"),
    )

    id: str = Field(primary_key=True)
    sample_id: str | None = Field(default=None, foreign_key="sample.id", index=True)
    movement_id: str | None = Field(default=None, foreign_key="cell_movement.id", index=True)
    party: str = "lab"  # lab, customer
    state: str = "accepted"  # accepted, waiting, dismissed
    current: bool = True
    waits_for: list[str] = Field(default_factory=list, sa_type=JSON)
    sought: str = ""
    analyte: str
    value: float
    comparator: str = ""
    unit: str
    basis: str | None = None
    method: str = ""
    nitrogen_factor: float | None = None
    uncertainty: float | None = None
    citation: str = ""
    laboratory: str
    report: str = ""
    reported_on: date | None = None
    lab_number: str = ""
    line: int | None = None
    received_at: datetime
    at: datetime
    by: str
    source: str = "typed"
    note: str = ""
    hub_id: str = Field(default="", index=True)
    supersedes_id: str | None = Field(default=None, foreign_key="lab_result.id", unique=True)


class LabFile(Numbered, table=True):
    """Records that a laboratory's file was taken in, read by a profile: the same file by the same profile
    changes nothing again. `rejected` is what of it was not taken: {line, code, params}, the first of
    `rejected_count`."""

    __tablename__ = "lab_file"
    __table_args__ = (UniqueConstraint("sha256", "profile_sha256", "party"),)

    id: str = Field(primary_key=True)
    sha256: str
    profile_sha256: str
    party: str
    name: str
    accepted_count: int
    waiting_count: int
    known_count: int
    rejected_count: int
    rejected: list[dict[str, Any]] = Field(default_factory=list, sa_type=Packed)
    at: datetime
    by: str
