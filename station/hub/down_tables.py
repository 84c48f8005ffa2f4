"""The hub's tables of what goes down: documents, to whom each was offered, and roll-outs in rings."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlmodel.sql.sqltypes import UTCDateTime

DOCUMENTS, OFFERS, ROLL_OUTS = "hub_document", "hub_offer", "hub_roll_out"
_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows by itself only as INTEGER


def add_down_tables(hub: MetaData) -> None:
    """`hub_document`: a body with what is said of it, kept for good; an empty body takes back what `more`
    names. `hub_offer`: a document as it was signed for a station, by that station's own numbers; `active_at`
    is when the hub first heard that it runs there. `hub_roll_out`: which document goes to how many rings
    (`ring` is the last one that is open), under which rule; `opened_at` is when that ring was opened, `state`
    is running, stopped, done or back, `rule` what it stops by (`station.hub.ring_rule.Rule`) and `because`
    what stopped it by itself ({code, station, params})."""
    Table(
        DOCUMENTS, hub,
        Column("kind", String, primary_key=True),
        Column("sha256", String(64), primary_key=True),
        Column("name", String, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("valid_from", String, nullable=False, default=""),
        Column("more", JSON(none_as_null=True)),
        Column("at", UTCDateTime, nullable=False),
        Column("by", String, nullable=False),
    )  # fmt: skip
    Table(
        OFFERS, hub,
        Column("station", String, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("kind", String, nullable=False),
        Column("name", String, nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("head", Text, nullable=False),
        Column("signature", String, nullable=False),
        Column("roll_out", BigInteger),
        Column("at", UTCDateTime, nullable=False),
        Column("active_at", UTCDateTime),
        Index("ix_hub_offer_roll_out", "roll_out"),
    )  # fmt: skip
    Table(
        ROLL_OUTS, hub,
        Column("id", _Number, primary_key=True, autoincrement=True),
        Column("kind", String, nullable=False),
        Column("name", String, nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("ring", Integer, nullable=False),
        Column("hours", Integer, nullable=False),
        Column("state", String, nullable=False),
        Column("why", Text, nullable=False, default=""),
        Column("at", UTCDateTime, nullable=False),
        Column("by", String, nullable=False),
        Column("opened_at", UTCDateTime, nullable=False),
        Column("at_once", Boolean, nullable=False, default=False),
        Column("rule", JSON(none_as_null=True)),
        Column("because", JSON(none_as_null=True)),
        sqlite_autoincrement=True,
    )  # fmt: skip
