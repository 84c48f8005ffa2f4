"""The hub's table of what lies at each silo, as the rows that were applied say it."""

from sqlalchemy import JSON, Column, MetaData, String, Table
from sqlmodel.sql.sqltypes import UTCDateTime

STOCK = "hub_stock"


def add_stock_tables(hub: MetaData) -> None:
    """`hub_stock`: one row a silo, made by a job (`station.headquarters.stock`). `digest` says from which
    rows, `known_at` when the newest of them was received, `began_at` when its sums were last begun anew.
    `cells` is what each cell holds, `sums` whose grain that is and what came and went each month."""
    Table(
        STOCK, hub,
        Column("station", String, primary_key=True),
        Column("digest", String, nullable=False),
        Column("known_at", UTCDateTime),
        Column("made_at", UTCDateTime, nullable=False),
        Column("began_at", UTCDateTime, nullable=False),
        Column("cells", JSON(none_as_null=True)),
        Column("sums", JSON(none_as_null=True)),
    )  # fmt: skip
