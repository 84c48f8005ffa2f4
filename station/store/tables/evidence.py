"""These tables hold samples and what was measured on them: frames, readings, captures, photos, inspections,
pairings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered
from station.store.tables.packed import Packed


class Sample(Numbered, table=True):
    """A sample is grain that stands for something, known by its pre-printed barcode (échantillon).

    Open from `entered_at` until `ended_at`, which a load's outcome sets. `points`: from how many places of
    the load it was probed, where a person said so; else as many as the rule pack plans."""

    __table_args__ = (Index("ix_sample_open", "ended_at", "seq"),)

    id: str = Field(primary_key=True)
    barcode: str = Field(index=True, unique=True)
    kind: str = "load"  # load, control, courtesy, cell, composite, outbound
    load_id: str | None = Field(default=None, foreign_key="load.id", index=True)
    species: str | None = None
    note: str = ""
    points: int | None = None
    entered_at: datetime
    entered_by: str
    ended_at: datetime | None = None


class Frame(SQLModel, table=True):
    """Holds the bytes a weighing or reading came from, and says where the journal keeps them."""

    id: str = Field(primary_key=True)
    instrument_id: str = Field(foreign_key="instrument.id")
    at: datetime
    data: bytes
    segment: str
    offset: int


class Reading(Numbered, table=True):
    """Records one instrument's result at one instant; typed values carry `typed_by` instead of an instrument.

    `values` is {analyte: {value, unit, basis}}. `identity` makes a message that comes twice one row.
    `port_id` is where the instrument was plugged then; `remarks` are stored reasons ({code, params}) why
    somebody should look twice; `uncertainty` and `legal_for` are the instrument's as they were known then."""

    __table_args__ = (
        UniqueConstraint("instrument_id", "identity"),
        Index("ix_reading_newest", "port_id", "seq"),
    )

    id: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    instrument_id: str | None = Field(default=None, foreign_key="instrument.id")
    port_id: str | None = None
    frame_id: str | None = Field(default=None, foreign_key="frame.id", unique=True)
    identity: str | None = None
    typed_by: str | None = None
    device_time: str | None = None
    barcode: str | None = None
    product: str | None = None
    serial: str | None = None
    values: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    flags: list[str] = Field(default_factory=list, sa_type=JSON)
    extra: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    remarks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    uncertainty: dict[str, float] = Field(default_factory=dict, sa_type=JSON)
    legal_for: list[str] = Field(default_factory=list, sa_type=JSON)
    note: str = ""


class InstrumentOffset(Numbered, table=True):
    """Says how wrong an instrument's clock was as far as was known then: device time plus `seconds` is
    station time, within the standard uncertainty `u`, by `count` readings. Rows are appended; a pairing
    names its own."""

    __tablename__ = "instrument_offset"
    __table_args__ = (Index("ix_instrument_offset_newest", "instrument_id", "seq"),)

    id: str = Field(primary_key=True)
    instrument_id: str = Field(foreign_key="instrument.id")
    at: datetime
    seconds: float
    u: float
    count: int


class Capture(Numbered, table=True):
    """Records one upload of one or more photos with its form; `id` is made by the phone."""

    __table_args__ = (Index("ix_capture_seq", "seq"),)

    id: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    terminal_id: str = Field(foreign_key="terminal.id")
    barcode: str | None = None
    species: str | None = None
    form: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    claimed_at: datetime | None = None  # when the light box took it; taken again after a restart
    attempts: int = 0
    state: str = Field(default="pending", index=True)  # pending, inspected, no_model


class Photo(SQLModel, table=True):
    capture_id: str = Field(primary_key=True, foreign_key="capture.id")
    position: int = Field(primary_key=True)
    sha256: str = Field(index=True)
    size: int
    media_type: str


class Inspection(Numbered, table=True):
    """What one model says of one capture. `result` is the inspection's own dictionary without its kernels;
    `kernels` is what that dictionary holds of each kernel, photo by photo.

    `shadow`: the model was not active then; its word is evidence about the model and informs no proposal."""

    __table_args__ = (
        UniqueConstraint("capture_id", "model", "version", "sha256"),
        Index("ix_inspection_release", "sha256", "source"),
    )

    id: str = Field(primary_key=True)
    capture_id: str = Field(foreign_key="capture.id", index=True)
    at: datetime
    model: str
    version: str
    sha256: str
    source: str  # station, or app: and the name of the outside application's token
    accepted: bool
    shadow: bool = False
    result: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    kernels: list[list[dict[str, Any]]] | None = Field(default=None, sa_type=Packed)


class Pairing(Numbered, table=True):
    """Says which sample an item belongs to. Rows are appended: the newest row of an item holds."""

    __table_args__ = (
        Index("ix_pairing_waiting", "state", "current", "seq"),
        Index("ix_pairing_sample", "sample_id", "seq"),
    )

    id: str = Field(primary_key=True)
    item_kind: str  # reading, capture
    item_id: str = Field(index=True)
    sample_id: str | None = Field(default=None, foreign_key="sample.id")
    state: str  # paired, unpaired, dismissed
    code: str
    params: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime
    by: str | None = None  # None: the station by its rule
    current: bool = True
