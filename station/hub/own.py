"""The hub's own tables: stations, what they sent, and what of it could not be taken."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
)
from sqlmodel.sql.sqltypes import UTCDateTime

from station.hub.backtest_tables import add_backtest_tables
from station.hub.down_tables import add_down_tables
from station.hub.farm_tables import add_farm_tables
from station.hub.lab_tables import add_lab_tables
from station.hub.page_tables import add_page_tables
from station.hub.person_tables import add_person_tables
from station.hub.photo_tables import add_photo_tables
from station.hub.shipment_tables import add_shipment_tables
from station.hub.stock_tables import add_stock_tables

_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows by itself only as INTEGER

STATIONS, CODES, BAGS = "hub_station", "hub_code", "hub_bag"
QUARANTINE, GONE, EVENTS, PROOFS = "hub_quarantine", "hub_gone", "hub_event", "hub_proof"
KEY = "hub_key"
FOREIGN = "foreign_id"  # a row in quarantine, and the event: an identifier that is another station's


def add_own_tables(hub: MetaData) -> None:
    """Add the hub's own tables to those that are derived from the stations'.

    `hub_station`: `have`, `sha256` and `epoch` are number, digest and epoch of the last bag received,
    `place` counts all bags ever received, `whole_place` is where the last snapshot began, `ring` is its place
    in roll-outs (`station.hub.roll_outs.Ring`). `hub_code`: digests
    of codes that stations enrol with, once. `hub_bag`: a bag as it came; `people` is empty once somebody was
    forgotten; `state` is received, parked (of a newer shape than the hub knows), applied or refused (another
    bag of its number was there first: kept to be looked at). `hub_quarantine`: a line that was not taken,
    with its reason and its digest as it came. `hub_gone`: which bag deleted a row last. `hub_proof`: a
    question to a station, its answer and the hub's own. `hub_event`: what was done at the hub, and what was
    refused. `hub_key`: the hub's own key, one row."""
    add_photo_tables(hub)
    add_down_tables(hub)
    add_person_tables(hub)
    add_lab_tables(hub)
    add_page_tables(hub)
    add_backtest_tables(hub)
    add_stock_tables(hub)
    add_shipment_tables(hub)
    add_farm_tables(hub)
    Table(
        STATIONS, hub,
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False, default=""),
        Column("public_key", String, nullable=False, default=""),
        Column("epoch", String, nullable=False, default=""),
        Column("have", Integer, nullable=False, default=0),
        Column("sha256", String, nullable=False, default=""),
        Column("place", BigInteger, nullable=False, default=0),
        Column("whole_place", BigInteger, nullable=False, default=0),
        Column("alive", JSON(none_as_null=True)),
        Column("alive_count", BigInteger, nullable=False, default=0),
        Column("seen_at", UTCDateTime),
        Column("added_at", UTCDateTime, nullable=False),
        Column("revoked_at", UTCDateTime),
        Column("forked", Boolean, nullable=False, default=False),
        Column("ring", Integer, nullable=False, default=2, server_default="2"),
    )  # fmt: skip
    Table(
        CODES, hub,
        Column("digest", String, primary_key=True),
        Column("station", String, nullable=False),
        Column("until", UTCDateTime, nullable=False),
        Column("used_at", UTCDateTime),
    )  # fmt: skip
    Table(
        BAGS, hub,
        Column("station", String, primary_key=True),
        Column("epoch", String, primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("sha256", String, primary_key=True),
        Column("place", BigInteger, nullable=False),
        Column("revision", String, nullable=False),
        Column("whole", Boolean, nullable=False),
        Column("forgets", Boolean, nullable=False),
        Column("part", Integer, nullable=False),
        Column("parts", Integer, nullable=False),
        Column("facts", LargeBinary, nullable=False),
        Column("people", LargeBinary),
        Column("state", String, nullable=False),
        Column("received_at", UTCDateTime, nullable=False),
        Column("applied_at", UTCDateTime),
        Index("ix_hub_bag_state", "state", "station", "place"),
    )  # fmt: skip
    Table(
        QUARANTINE, hub,
        Column("id", _Number, primary_key=True, autoincrement=True),
        Column("station", String, nullable=False, index=True),
        Column("place", BigInteger, nullable=False),
        Column("table", String, nullable=False),
        Column("key", Text, nullable=False),
        Column("line", Text, nullable=False),
        Column("digest", String(64), nullable=False, default=""),
        Column("code", String, nullable=False),
        Column("why", Text, nullable=False),
        Column("at", UTCDateTime, nullable=False),
        Column("ended_at", UTCDateTime),
        Column("ended_how", String, nullable=False, default=""),
    )  # fmt: skip
    Table(
        EVENTS, hub,
        Column("seq", _Number, primary_key=True, autoincrement=True),
        Column("at", UTCDateTime, nullable=False),
        Column("kind", String, nullable=False),
        Column("station", String, nullable=False, default="", index=True),
        Column("by", String, nullable=False, default=""),
        Column("data", JSON(none_as_null=True)),
    )  # fmt: skip
    Table(
        KEY, hub,
        Column("id", String, primary_key=True),
        Column("seed", LargeBinary, nullable=False),
    )  # fmt: skip
    Table(
        PROOFS, hub,
        Column("id", _Number, primary_key=True, autoincrement=True),
        Column("station", String, nullable=False, index=True),
        Column("of", String, nullable=False),
        Column("bucket", String, nullable=False),
        Column("asked_at", UTCDateTime, nullable=False),
        Column("theirs", JSON(none_as_null=True)),
        Column("ours", JSON(none_as_null=True)),
        sqlite_autoincrement=True,
    )  # fmt: skip
    Table(
        GONE, hub,
        Column("station", String, primary_key=True),
        Column("table", String, primary_key=True),
        Column("key", String, primary_key=True),
        Column("place", BigInteger, nullable=False),
    )  # fmt: skip


def add_event(
    connection: Connection, hub: MetaData, kind: str, at: datetime, station: str,
    data: dict[str, Any] | None = None, by: str = "",
) -> None:  # fmt: skip
    """Record what was done at the hub, or refused, in the caller's transaction."""
    events = hub.tables[EVENTS]
    connection.execute(insert(events).values(kind=kind, at=at, station=station, by=by, data=data or {}))
