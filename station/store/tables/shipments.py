"""Grain under way between two silos of one owner: what left here, what comes here, and whom else there is."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from station.store.tables.base import Numbered


class Shipment(Numbered, table=True):
    """Grain that left here for another own silo (transfert inter-silos). `number` is this site's id and a
    number of its own series.

    `paper` is what travels with it (`between_silos.shipment_paper.ShipmentPaper`); it never changes.
    `movement_id` took it out of its cell, `back_id` brought back what was cancelled or returned. `state`:
    left, cancelled (it never went) or returned (it came back; `back_kg` was weighed then)."""

    __tablename__ = "shipment"
    __table_args__ = (Index("ix_shipment_state", "state", "seq"),)

    id: str = Field(primary_key=True)
    number: str = Field(unique=True, index=True)
    to_site: str
    plate: str
    species: str
    kg: float
    paper: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    cell_id: str
    movement_id: str
    state: str
    left_at: datetime
    by: str
    ended_at: datetime | None = None
    ended_by: str | None = None
    reason: str = ""
    back_id: str | None = None
    back_kg: float | None = None


class ExpectedShipment(Numbered, table=True):
    """Grain of another own silo that comes here, or came.

    `paper` is empty while nobody told more than its number. `known_by`: hub (headquarters sent it), text (its
    own paper was read here) or number (the truck came before any word of it). `verified`: a key that this
    station knows has signed it. `state`: expected, arrived (`load_id` is its load), received, refused or
    withdrawn (`reason`: cancelled, returned or elsewhere). `received_kg` is what was weighed here."""

    __tablename__ = "expected_shipment"
    __table_args__ = (
        Index("ix_expected_shipment_state", "state", "seq"),
        Index("ix_expected_shipment_plate", "plate_folded", "state"),
    )

    id: str = Field(primary_key=True)
    number: str = Field(unique=True, index=True)
    from_site: str
    plate: str
    plate_folded: str
    paper: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    known_by: str
    verified: bool = False
    state: str
    load_id: str | None = Field(default=None, foreign_key="load.id", index=True)
    received_kg: float | None = None
    heard_at: datetime
    arrived_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""


class OwnSite(SQLModel, table=True):
    """Another silo of the same owner, as headquarters names it, with its station's public key (base64)."""

    __tablename__ = "own_site"

    id: str = Field(primary_key=True)
    name: str
    public_key: str = ""
    told_at: datetime
