"""This table keeps what late values make of loads that were closed: proposed, then applied or dismissed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from station.store.tables.base import Numbered
from station.store.tables.packed import Packed


class Revision(Numbered, table=True):
    """Says what a value that came late makes of a closed load (révision): provisional values become final
    ones once a manager applies it; nothing is applied by itself.

    `causes` are what came late ({kind, id}: a laboratory result, a pairing, the act that ended a hold), the
    newest last. `old` and `new` are the load's values ({analyte: {value, unit, basis, ...}}), grades are
    those that it meets by them, by the pack `rule_pack` of its day. `cells` ({cell, t, before, after,
    broken}) are what of the load still lies where, and what those cells hold; `lots` ({movement_id, cell,
    paper_number, at, kg, load_t}) the first of `lot_count` that left with a part of it. `money` in euros is
    what its grades differ by, None without prices.

    `state`: proposed, applied, dismissed, or withdrawn, because a later value took its place or made it void.
    `ticket_id` is the correcting ticket."""

    __table_args__ = (Index("ix_revision_state", "state", "seq"),)

    id: str = Field(primary_key=True)
    load_id: str = Field(foreign_key="load.id", index=True)
    campaign: str
    causes: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    old: dict[str, Any] = Field(default_factory=dict, sa_type=Packed)
    new: dict[str, Any] = Field(default_factory=dict, sa_type=Packed)
    old_grade: str | None = None
    new_grade: str | None = None
    rule_pack: str | None = Field(default=None, foreign_key="rule_pack.sha256")
    cells: list[dict[str, Any]] = Field(default_factory=list, sa_type=Packed)
    lots: list[dict[str, Any]] = Field(default_factory=list, sa_type=Packed)
    lot_count: int = 0
    load_t: float
    money: float | None = None
    state: str = "proposed"
    at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    reason: str = ""
    ticket_id: str | None = Field(default=None, foreign_key="ticket.id")
