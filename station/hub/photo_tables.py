"""The hub's tables of photos: which are whole in the store, what has come of the others, which are wanted."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table
from sqlmodel.sql.sqltypes import UTCDateTime

PHOTOS, PARTS, WANTED = "hub_photo", "hub_photo_part", "hub_photo_wanted"


def add_photo_tables(hub: MetaData) -> None:
    """`hub_photo`: a photo that the store has, whole. `hub_photo_part`: bytes of one that is on its way, so
    that any copy of the hub may take the next ones; each station's apart, so that nobody's wrong bytes spoil
    another's. `hub_photo_wanted`: headquarters asks for it before others."""
    Table(
        PHOTOS, hub,
        Column("sha256", String(64), primary_key=True),
        Column("size", BigInteger, nullable=False),
        Column("at", UTCDateTime, nullable=False),
    )  # fmt: skip
    Table(
        PARTS, hub,
        Column("station", String, primary_key=True),
        Column("sha256", String(64), primary_key=True),
        Column("start", BigInteger, primary_key=True, autoincrement=False),
        Column("size", Integer, nullable=False),
        Column("data", LargeBinary, nullable=False),
        Column("at", UTCDateTime, nullable=False),
        Index("ix_hub_photo_part_at", "at"),
    )  # fmt: skip
    Table(
        WANTED, hub,
        Column("station", String, primary_key=True),
        Column("sha256", String(64), primary_key=True),
        Column("at", UTCDateTime, nullable=False),
    )  # fmt: skip
