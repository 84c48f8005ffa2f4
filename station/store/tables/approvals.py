"""These tables hold who may approve from afar, what was approved, and the visual checks of loads."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered


class Enrolment(SQLModel, table=True):
    """A person has a secret on a phone since `at`. The secret is derived from this row's id and the data
    folder's key, which `key_id` names: it stands nowhere."""

    id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    key_id: str
    at: datetime
    ended_at: datetime | None = None


class Approval(Numbered, table=True):
    """Somebody asked a second person to approve one act, by a challenge of figures that are never given
    twice. `what` is the act: proposal, cell, pit, rules, grounds, analytes.

    `failures` are the times of wrong answers."""

    __table_args__ = (Index("ix_approval_failed", "has_failed", "seq"),)

    id: str = Field(primary_key=True)
    challenge: str = Field(unique=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    asked_by: str
    terminal: str | None = None
    at: datetime
    until: datetime
    approver_id: str = Field(foreign_key="person.id")
    enrolment_id: str = Field(foreign_key="enrolment.id")
    reason: str
    what: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    is_standing: bool = False
    state: str = Field(default="open", index=True)  # open, given, used, over
    failures: list[str] = Field(default_factory=list, sa_type=JSON)
    has_failed: bool = False


class Waiver(Numbered, table=True):
    """Loads of a species may be decided without an analyte, while its instrument is out of order. `by` asked
    for it; both are the same person where a manager gave it himself."""

    id: str = Field(primary_key=True)
    species: str
    analyte: str
    at: datetime
    by: str
    approved_by: str
    approval_id: str | None = Field(default=None, foreign_key="approval.id")
    reason: str
    ended_at: datetime | None = Field(default=None, index=True)
    ended_by: str | None = None  # None: the station, because `ended_why` came true
    ended_why: str = ""  # measured, over, revoked


class VisualCheck(Numbered, table=True):
    """What a person saw of a load (agréage visuel): no findings means that all is well. The newest holds."""

    __tablename__ = "visual_check"

    id: str = Field(primary_key=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    at: datetime
    by: str
    findings: list[str] = Field(default_factory=list, sa_type=JSON)
    note: str = ""


class QuestionAnswer(Numbered, table=True):
    """What a person answered to what a load's photos asked (`code`, of `captures`) before it was tipped:
    "as_declared", and why, or "corrected" with the species."""

    __tablename__ = "question_answer"

    id: str = Field(primary_key=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    at: datetime
    by: str
    code: str
    answer: str
    reason: str = ""
    captures: list[str] = Field(default_factory=list, sa_type=JSON)
