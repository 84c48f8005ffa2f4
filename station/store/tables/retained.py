"""These tables record what is kept of samples, who has it, and what is sent to a laboratory."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered


class RetainedSample(Numbered, table=True):
    """The part of a sample that is kept (échantillon conservé), known by the number on its bags.

    `place`, `parts` (those that lie there), `state` and `blocks` follow from its custody acts. `blocks` are
    the words, blanks between, for why it must not be destroyed."""

    __tablename__ = "retained_sample"
    __table_args__ = (Index("ix_retained_sample_state", "state", "seq"),)

    id: str = Field(primary_key=True)
    number: str = Field(index=True, unique=True)
    sample_id: str = Field(foreign_key="sample.id", unique=True)
    seal: str = ""
    place: str = ""
    parts: int
    sealed_at: datetime
    keep_until: date = Field(index=True)
    state: str = "kept"  # kept, out, destroyed
    blocks: str = ""  # dispute, chosen, provisional


class CustodyAct(Numbered, table=True):
    """Records what a person did with a retained sample. `whom` has it now, or had received it by
    `received_at`, as that was stated."""

    __tablename__ = "custody_act"

    id: str = Field(primary_key=True)
    retained_id: str = Field(foreign_key="retained_sample.id", index=True)
    kind: str  # sealed, moved, handed_over, received, returned, blocked, released, destroyed
    parts: int = 0
    place: str = ""
    whom: str = ""
    received_at: datetime | None = None
    reason: str = ""
    at: datetime
    by: str


class CompositeLoad(SQLModel, table=True):
    """Says that a composite sample (échantillon moyen) holds grain of a load."""

    __tablename__ = "composite_load"

    sample_id: str = Field(primary_key=True, foreign_key="sample.id")
    load_id: str = Field(primary_key=True, foreign_key="load.id", index=True)


class Sending(Numbered, table=True):
    """Records one choice of what is sent to a laboratory: for a day's `budget`, or everything that `terms`
    name, a wet year's.

    Each retained sample takes part in one draw: that of the first choice after it was sealed. `fresh`
    took part in this one, so that what was drawn stands for all of them with a known weight."""

    id: str = Field(primary_key=True)
    kind: str  # choice, all
    seed: str = ""
    budget: int = 0
    fresh: int = 0
    terms: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime
    by: str

    __table_args__ = (Index("ix_sending_seq", "seq"),)


class SentSample(SQLModel, table=True):
    """Says why a retained sample is sent, at its `position` on the list; `reasons` are stored reasons."""

    __tablename__ = "sent_sample"

    sending_id: str = Field(primary_key=True, foreign_key="sending.id")
    retained_id: str = Field(primary_key=True, foreign_key="retained_sample.id", index=True)
    position: int
    reason: str  # random, doubt, all
    weight: float | None = None  # of what was drawn by lot: how many samples it stands for
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


class GradeStanding(Numbered, table=True):
    """Records that a load's grade is provisional (provisoire) from then on, or final again."""

    __tablename__ = "grade_standing"

    id: str = Field(primary_key=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    provisional: bool
    sending_id: str | None = Field(default=None, foreign_key="sending.id")
    reason: str = ""
    at: datetime
    by: str
