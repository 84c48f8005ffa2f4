"""The hub's tables of backtests: which candidate, over which captures, and what was said of each."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlmodel.sql.sqltypes import UTCDateTime

BACKTESTS, BUNDLES = "hub_backtest", "hub_backtest_bundle"
CAPTURES, PARTS = "hub_backtest_capture", "hub_backtest_part"
_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows by itself only as INTEGER


def add_backtest_tables(hub: MetaData) -> None:
    """`hub_backtest`: a candidate over the past; `state` is running, done, cancelled or failed, `code` why it
    failed, `report` its rows once it is done. `hub_backtest_bundle`: bundles that workers run for it.
    `hub_backtest_capture`: a capture in the order of the selection; `photos` are its SHA-256, `measured` what
    laboratory and machine say, `active_sha256` the release that is active at its silo; `candidate` and
    `active` are verdicts, `state` and `active_state` are empty until it was looked at, then judged or why it
    was not. `hub_backtest_part`: what one job does; `attempts` counts since its last capture, `faults` what
    the photo store refused."""
    Table(
        BACKTESTS, hub,
        Column("id", _Number, primary_key=True, autoincrement=True),
        Column("sha256", String(64), nullable=False),
        Column("name", String, nullable=False),
        Column("version", String, nullable=False),
        Column("task", String, nullable=False),
        Column("signed_by", String, nullable=False),
        Column("species", JSON(none_as_null=True)),
        Column("since", UTCDateTime),
        Column("until", UTCDateTime),
        Column("by", String, nullable=False, default=""),
        Column("at", UTCDateTime, nullable=False),
        Column("captures", Integer, nullable=False),
        Column("photos", Integer, nullable=False),
        Column("state", String, nullable=False),
        Column("code", String, nullable=False, default=""),
        Column("why", Text, nullable=False, default=""),
        Column("ended_at", UTCDateTime),
        Column("report", JSON(none_as_null=True)),
        sqlite_autoincrement=True,
    )  # fmt: skip
    Table(
        BUNDLES, hub,
        Column("sha256", String(64), primary_key=True),
        Column("body", LargeBinary, nullable=False),
        Column("at", UTCDateTime, nullable=False),
    )  # fmt: skip
    Table(
        CAPTURES, hub,
        Column("backtest", BigInteger, primary_key=True, autoincrement=False),
        Column("place", Integer, primary_key=True, autoincrement=False),
        Column("part", Integer, nullable=False),
        Column("station", String, nullable=False),
        Column("capture", String, nullable=False),
        Column("at", UTCDateTime, nullable=False),
        Column("species", String, nullable=False),
        Column("phone_model", String, nullable=False, default=""),
        Column("photos", JSON(none_as_null=True)),
        Column("measured", JSON(none_as_null=True)),
        Column("state", String, nullable=False, default=""),
        Column("candidate", JSON(none_as_null=True)),
        Column("active_sha256", String(64), nullable=False, default=""),
        Column("active_state", String, nullable=False, default=""),
        Column("active", JSON(none_as_null=True)),
        Index("ix_hub_backtest_capture_state", "backtest", "part", "state"),
    )  # fmt: skip
    Table(
        PARTS, hub,
        Column("backtest", BigInteger, primary_key=True, autoincrement=False),
        Column("part", Integer, primary_key=True, autoincrement=False),
        Column("captures", Integer, nullable=False),
        Column("attempts", Integer, nullable=False, default=0),
        Column("faults", Integer, nullable=False, default=0),
        Column("why", Text, nullable=False, default=""),
        Column("ended_at", UTCDateTime),
    )  # fmt: skip
