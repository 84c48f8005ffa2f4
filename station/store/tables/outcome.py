"""These tables record what was proposed, decided, tipped, moved and ticketed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from station.grain.mixing import what_it_was
from station.store.tables.base import Numbered, Referenced, once_per_source
from station.store.tables.packed import Packed


class SitePolicyRecord(SQLModel, table=True):
    """A site's policy as proposals stood on it, known by the SHA-256 of its canonical JSON."""

    __tablename__ = "site_policy"

    sha256: str = Field(primary_key=True)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime


class Proposal(Numbered, table=True):
    """What the station proposes. Until a decision refers to it, it is derived: made anew in place, or
    replaced where what it asks of the operator changes: since `asked_at` it asks this. A decided one never
    changes. `photo_asked` are the stored reasons ({code, params}) why a photo is asked for.

    `inputs` ({"readings", "visual_check", "weights", "facts", "cells", "photo"}) is set with the decision, so
    that this can be replayed to the byte with `rule_pack`, the site's `policy` and the `engine` that routed
    it."""

    id: str = Field(primary_key=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    at: datetime
    asked_at: datetime
    cell: str | None
    pit: str | None
    hold: bool
    load_t: float | None
    rule_pack: str | None = Field(default=None, foreign_key="rule_pack.sha256")
    policy: str = Field(foreign_key="site_policy.sha256")
    engine: str
    assessment: dict[str, Any] = Field(default_factory=dict, sa_type=Packed)
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Packed)  # ranked, refused, reasons
    inputs: dict[str, Any] | None = Field(default=None, sa_type=Packed)
    photo_asked: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    current: bool = True


class Decision(Numbered, table=True):
    """Records where the operator sends the load (orientation). A later one supersedes; `withdrawn_at`: since
    then it holds no more, because what it stood on was corrected.

    `guard`: the rules that the choice breaks, for which `by` is a manager or `approved_by` has approved it:
    this one (`approval_id`), or every load of the species without a value (`waivers`)."""

    __table_args__ = (Index("ix_decision_at", "at", "seq"),)

    id: str = Field(primary_key=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    proposal_id: str = Field(foreign_key="proposal.id", index=True)
    at: datetime
    by: str
    cell: str
    pit: str
    overridden: bool
    reason: str = ""
    supersedes_id: str | None = Field(default=None, foreign_key="decision.id")
    guard: list[str] = Field(default_factory=list, sa_type=JSON)
    approved_by: str | None = None
    approval_id: str | None = Field(default=None, foreign_key="approval.id")
    waivers: list[str] = Field(default_factory=list, sa_type=JSON)
    withdrawn_at: datetime | None = None


class Reservation(Numbered, table=True):
    """Holds estimated kilograms in a cell from the decision until closing or cancelling."""

    id: str = Field(primary_key=True)
    decision_id: str = Field(foreign_key="decision.id", unique=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    cell_id: str = Field(foreign_key="cell.id", index=True)
    kg: float
    at: datetime
    released_at: datetime | None = Field(default=None, index=True)


class Tipping(Numbered, table=True):
    """Records what really happened in the pit (vidage), confirmed with the tare. `kg` of the parts of a load
    add up to its net, their shares may not. One that was told otherwise since is `current` no more."""

    id: str = Field(primary_key=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    pit: str
    cell_id: str = Field(foreign_key="cell.id")
    share: float
    kg: float
    at: datetime
    by: str
    current: bool = True


class CellMovement(Numbered, Referenced, table=True):
    """Records grain in or out of a cell, and what the cell holds after it.

    `values` is {analyte: {value, unit, basis}} of what moved, with `typed_by` where it came in, with
    `known_t` where it left a cell. A revaluation moves nothing: `known_t` tonnes of the content are of these
    `values`, and not of what each of them `was` taken for (None: it was not known).
    `content_kg` and `content` are the cell's balance after this movement, so that the present content is one
    row and the past stays readable; `content` is
    {analyte: {value, unit, basis, known_t}}, a mean over the tonnes whose value is known.

    Both movements of a transfer have its first one's id as `transfer_id`. `by` is None where the site file
    says so; the two weighings are those that a movement out rests on."""

    __tablename__ = "cell_movement"
    __table_args__ = (
        Index("ix_cell_movement_balance", "cell_id", "seq"),
        Index("ix_cell_movement_kind", "kind", "seq"),
        Index("ix_cell_movement_time", "kind", "at"),
        once_per_source(),
    )

    id: str = Field(primary_key=True)
    cell_id: str = Field(foreign_key="cell.id")
    # opening, in, out, transfer, correction, recovered, returned, drying, grain_cleaning, cell_cleaning,
    # ventilation, treatment, revaluation
    kind: str
    kg: float  # signed: what the cell gains
    regime: str  # as of a load
    organisation: str
    load_id: str | None = Field(default=None, foreign_key="load.id", index=True)
    transfer_id: str | None = Field(default=None, foreign_key="cell_movement.id", index=True)
    by: str | None = None
    reason: str = ""
    paper_number: str = Field(default="", index=True)
    first_weighing_id: str | None = Field(default=None, foreign_key="weighing.id")
    last_weighing_id: str | None = Field(default=None, foreign_key="weighing.id")
    values: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    content_kg: float = 0.0
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    grain: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    act: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    standing: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime

    @property
    def was(self) -> str:
        """Return what it was, where it came back after a restore."""
        return what_it_was(self.kind, self.kg, self.load_id, self.transfer_id, self.act)


class Treatment(Numbered, table=True):
    """Records that an insecticide or a fumigation touched a load, a cell's grain or a line; that a line
    carried such grain (`kind` carried); or that a line was flushed (flush), which ends what went before.

    Exactly one of the three is named, of `carried` the load beside the line. A line's name is one of the site
    file, which may drop it later. `dose` is in `unit`. `in_line`: the substances that went through the line
    since it was flushed, this row's among them, so that its newest row says what it is good for."""

    __table_args__ = (Index("ix_treatment_line", "line", "seq"), Index("ix_treatment_seq", "seq"))

    id: str = Field(primary_key=True)
    kind: str  # insecticide, fumigation, carried, flush
    load_id: str | None = Field(default=None, foreign_key="load.id", index=True)
    cell_id: str | None = Field(default=None, foreign_key="cell.id")
    line: str | None = None
    product: str = ""
    substance: str = ""
    dose: float | None = None
    unit: str = ""
    in_line: list[str] = Field(default_factory=list, sa_type=JSON)
    reason: str = ""
    by: str
    at: datetime


class Ticket(Numbered, Referenced, table=True):
    """The ticket is the paper (bon d'apport). Numbers have no gaps per site and campaign; it is never
    edited: a correcting one takes the place of that which it `corrects_id`, which is `current` no more.

    `time_confirmed` False: the station did not trust its clock; `time_stated` is what the operator had stated
    of the time by then, if anything."""

    __table_args__ = (
        UniqueConstraint("site", "campaign", "number"),
        Index("ix_ticket_newest", "site", "campaign", "seq"),
        once_per_source(),
    )

    id: str = Field(primary_key=True)
    site: str
    campaign: str
    number: int = Field(index=True)  # sought without its campaign
    load_id: str = Field(foreign_key="load.id", index=True)
    regime: str
    organisation: str
    first_weighing_id: str = Field(foreign_key="weighing.id")
    last_weighing_id: str = Field(foreign_key="weighing.id")
    gross_kg: float
    tare_kg: float
    net_kg: float
    document: dict[str, Any] = Field(default_factory=dict, sa_type=Packed)
    at: datetime
    by: str
    time_confirmed: bool = True
    time_stated: datetime | None = None
    corrects_id: str | None = Field(default=None, foreign_key="ticket.id", unique=True)
    current: bool = True
