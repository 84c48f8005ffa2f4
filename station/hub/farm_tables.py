"""The hub's tables of farm stores: storage of the co-operative's grain where no station is."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text
from sqlmodel.sql.sqltypes import UTCDateTime

FARMS, FARM_CELLS, FARM_MOVES = "hub_farm", "hub_farm_cell", "hub_farm_move"
_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows by itself only as INTEGER


def add_farm_tables(hub: MetaData) -> None:
    """`hub_farm`: whose it is, under which contract, where. `hub_farm_cell`: what lies in one is the sum of
    its moves. `hub_farm_move`: `kind` is in, out, counted or declared; the last two say what lies there since
    `at`. One that comes from a silo names its station, and the load of its ticket or its movement: the weight
    is theirs, as it stands now. `by` is who wrote it, `why` the reason."""
    Table(
        FARMS, hub,
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("owner", String, nullable=False),
        Column("contract", String, nullable=False, default=""),
        Column("latitude", Float),
        Column("longitude", Float),
        Column("at", UTCDateTime, nullable=False),
        Column("by", String, nullable=False),
    )  # fmt: skip
    Table(
        FARM_CELLS, hub,
        Column("farm", String, primary_key=True),
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("species", String, nullable=False),
        Column("capacity_kg", Float, nullable=False),
        Column("at", UTCDateTime, nullable=False),
        Column("by", String, nullable=False),
    )  # fmt: skip
    Table(
        FARM_MOVES, hub,
        Column("id", _Number, primary_key=True, autoincrement=True),
        Column("farm", String, nullable=False),
        Column("cell", String, nullable=False),
        Column("kind", String, nullable=False),
        Column("kg", Float, nullable=False),
        Column("at", UTCDateTime, nullable=False),
        Column("by", String, nullable=False),
        Column("why", Text, nullable=False, default=""),
        Column("noted_at", UTCDateTime, nullable=False),
        Column("silo", String),
        Column("load_id", String),
        Column("movement_id", String),
        Index("ix_hub_farm_move_cell", "farm", "cell", "at"),
        Index("ix_hub_farm_move_source", "silo", "load_id", "movement_id"),
        sqlite_autoincrement=True,
    )  # fmt: skip
