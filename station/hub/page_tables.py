"""The hub's tables of what pages of comparisons show: worked out by jobs, never by who looks at one."""

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlmodel.sql.sqltypes import UTCDateTime

COMPARISONS, COMPARED = "hub_comparison", "hub_compared"
ALL = ""  # stands for all silos together, where a station's name would


def add_page_tables(hub: MetaData) -> None:
    """`hub_comparison`: the answer to a question of a page, of one silo or of all; `result` is packed as
    `station.store.stored` does it, `brief` is what lists show of it, `made_from` a digest of all that it was
    made from. `hub_compared`: as of what the results of an analyte were made last: where `mark` is the same
    still, nothing is read again."""
    Table(
        COMPARISONS, hub,
        Column("station", String, primary_key=True),
        Column("page", String, primary_key=True),
        Column("asked", String, primary_key=True),
        Column("analyte", String, nullable=False),
        Column("at", UTCDateTime, nullable=False),
        Column("n", Integer, nullable=False),
        Column("made_from", Text, nullable=False),
        Column("brief", JSON(none_as_null=True), nullable=False),
        Column("result", LargeBinary, nullable=False),
        Index("ix_hub_comparison_analyte", "station", "analyte"),
    )  # fmt: skip
    Table(
        COMPARED, hub,
        Column("station", String, primary_key=True),
        Column("analyte", String, primary_key=True),
        Column("mark", String, nullable=False),
        Column("at", UTCDateTime, nullable=False),
    )  # fmt: skip
