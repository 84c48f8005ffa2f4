"""These tables keep what watches over the methods: control samples, what a failed one holds, adjustments made
in an instrument, and the corrections that a manager approved. Rows are appended, never edited."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered
from station.store.tables.packed import Packed


class ControlTarget(Numbered, table=True):
    """Says what a control sample is known to have of an analyte; the newest row of (sample, analyte) holds.

    A check passes within +-`tolerance`, in `unit`. `citation` names who says so: a reference laboratory's
    report, a supplier's certificate. `campaign`: the spring campaign of standards that it belongs to."""

    __tablename__ = "control_target"

    id: str = Field(primary_key=True)
    sample_id: str = Field(foreign_key="sample.id", index=True)
    analyte: str
    value: float
    unit: str
    basis: str | None = None
    tolerance: float
    uncertainty: float | None = None
    citation: str = ""
    campaign: str = ""
    at: datetime
    by: str


class ControlCheck(Numbered, table=True):
    """Records what a reading or an inspection (`source_id`) of a control sample said of one analyte, and
    whether that passed. `source` is the instrument's id (method machine) or the phone's terminal id. It is
    `current` until its item is paired with something else or the sample has another target."""

    __tablename__ = "control_check"
    __table_args__ = (Index("ix_control_check_of_source", "source", "analyte", "seq"),)

    id: str = Field(primary_key=True)
    source_id: str = Field(index=True)
    method: str  # machine, phone
    source: str
    sample_id: str = Field(foreign_key="sample.id")
    target_id: str = Field(foreign_key="control_target.id")
    analyte: str
    value: float
    passed: bool
    at: datetime  # when it was measured
    current: bool = True


class Hold(Numbered, table=True):
    """Says that what `source` measured of an analyte from `since` (its last good check; None: ever) until
    before `until` (its next good one; None: there was none yet) is to be confirmed, because `check_id`
    failed. It ends by its acts."""

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_of_source", "source", "analyte", "seq"),)

    id: str = Field(primary_key=True)
    check_id: str = Field(foreign_key="control_check.id", unique=True)
    method: str
    source: str
    analyte: str
    since: datetime | None = None
    until: datetime | None = None
    ended: bool = Field(default=False, index=True)
    at: datetime


class HoldAct(Numbered, table=True):
    """Records what ended a hold: a manager confirmed (the values stand), corrected (by `correction_id`) or
    released them (no comparison uses them); or it was withdrawn, because the check that failed is none any
    more (`by` None: the station)."""

    __tablename__ = "hold_act"

    id: str = Field(primary_key=True)
    hold_id: str = Field(foreign_key="hold.id", index=True)
    act: str  # confirmed, corrected, released, withdrawn
    correction_id: str | None = Field(default=None, foreign_key="correction.id")
    reason: str
    at: datetime
    by: str | None = None


class Adjustment(Numbered, table=True):
    """Records that somebody adjusted an instrument itself at `done_at`: slope and bias that it had and has
    for an analyte. It ends our correction of it, and comparisons of it are split there. `network`: whoever
    looks after the instrument's calibration, empty for nobody."""

    id: str = Field(primary_key=True)
    instrument_id: str = Field(foreign_key="instrument.id", index=True)
    analyte: str
    species: str | None = None
    old_slope: float | None = None
    old_bias: float | None = None
    new_slope: float | None = None
    new_bias: float | None = None
    network: str = ""
    done_by: str = ""
    done_at: datetime
    reason: str = ""
    at: datetime
    by: str


class Correction(Numbered, table=True):
    """A bias correction of what `source` says of an analyte: the value that is judged is the raw one minus
    `bias`; `u` is the standard uncertainty of that bias. Every raw value stays.

    What became of it follows from its acts. `evidence` is {n, period, before, after, basis, reference}."""

    __table_args__ = (Index("ix_correction_of_source", "source", "analyte", "seq"),)

    id: str = Field(primary_key=True)
    method: str  # machine, phone
    source: str  # the instrument's id, the phone's terminal id
    analyte: str
    species: str | None = None
    bias: float
    u: float
    unit: str
    basis: str | None = None
    evidence: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime


class CorrectionAct(Numbered, table=True):
    """Records what was done with a correction: proposed (`by` None: the station), approved, declined, ended
    (by a person, or because the instrument was adjusted or another correction was approved)."""

    __tablename__ = "correction_act"

    id: str = Field(primary_key=True)
    correction_id: str = Field(foreign_key="correction.id", index=True)
    act: str  # proposed, approved, declined, ended
    reason: str = ""
    at: datetime
    by: str | None = None


class Spread(Numbered, table=True):
    """How much a phone's class shares vary from photo to photo at this site: beside laboratory or machine, as
    approved by a manager; it stands in the place of what the bundle has from strangers' photos.

    `spread` is a standard deviation on the model's own scale (`class_name`, by count, 0 to 1)."""

    id: str = Field(primary_key=True)
    terminal_id: str = Field(foreign_key="terminal.id", index=True)
    release: str
    class_name: str
    spread: float
    n: int
    act: str  # proposed, approved, declined, ended
    evidence: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    reason: str = ""
    at: datetime
    by: str | None = None


class Dispute(Numbered, table=True):
    """A load is disputed (contestation). `open` until its act of closing; its photos and its retained
    sample stay meanwhile."""

    id: str = Field(primary_key=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    analytes: list[str] = Field(default_factory=list, sa_type=JSON)
    raised_by: str = ""  # who contests: the supplier, the silo
    reason: str
    open: bool = Field(default=True, index=True)
    at: datetime
    by: str


class DisputeAct(Numbered, table=True):
    """Records a step of a dispute: opened, noted, closed. `values` are all that were known when it was
    closed, as [{analyte, method, source, value, unit, basis, at}]."""

    __tablename__ = "dispute_act"

    id: str = Field(primary_key=True)
    dispute_id: str = Field(foreign_key="dispute.id", index=True)
    act: str  # opened, noted, closed
    outcome: str = ""  # of a closing: upheld, changed, withdrawn
    reason: str = ""
    values: list[dict[str, Any]] = Field(default_factory=list, sa_type=Packed)
    at: datetime
    by: str


class StoredResult(SQLModel, table=True):
    """What a page shows, worked out by a job: derived, made again at any time. `asked` is the question as
    canonical JSON; `up_to` is the newest measurement that it knows, `n` how many samples stand behind it.
    `made_from` is a digest of all that it was worked out from: the same again is not worked out again."""

    __tablename__ = "stored_result"

    page: str = Field(primary_key=True)
    asked: str = Field(primary_key=True)
    up_to: int
    at: datetime
    n: int = 0
    made_from: str = ""
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Packed)
