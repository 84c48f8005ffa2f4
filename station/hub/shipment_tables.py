"""The hub's tables of shipments between own silos: each as both ends and the road tell it together."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, MetaData, String, Table
from sqlmodel.sql.sqltypes import UTCDateTime

SHIPMENTS, SHIPMENTS_SEEN = "hub_shipment", "hub_shipment_seen"


def add_shipment_tables(hub: MetaData) -> None:
    """`hub_shipment`: one row a shipment. `state` is in_transit, arrived (on the other silo's site), refused
    (there, and not back yet), closed, returned or cancelled; `at_site` is where it arrived, `arrived_kg` what
    was weighed at the end, `freinte_kg` what was lost. `is_twice`: more than one end of the road says that it
    has it. `content` is the mean quality that left. `hub_shipment_seen`: which row of a station, with which
    content, was taken into account last."""
    Table(
        SHIPMENTS, hub,
        Column("number", String, primary_key=True),
        Column("from_site", String, nullable=False),
        Column("to_site", String, nullable=False),
        Column("plate", String, nullable=False),
        Column("species", String, nullable=False),
        Column("kg", Float, nullable=False),
        Column("content", JSON(none_as_null=True)),
        Column("left_at", UTCDateTime, nullable=False),
        Column("known_at", UTCDateTime, nullable=False),
        Column("state", String, nullable=False),
        Column("at_site", String),
        Column("arrived_kg", Float),
        Column("freinte_kg", Float),
        Column("freinte_percent", Float),
        Column("ended_at", UTCDateTime),
        Column("is_twice", Boolean, nullable=False, default=False),
        Index("ix_hub_shipment_state", "state", "left_at"),
        Index("ix_hub_shipment_ended", "ended_at"),
        info={"station_columns": ("from_site", "to_site", "at_site")},
    )  # fmt: skip
    Table(
        SHIPMENTS_SEEN, hub,
        Column("station", String, primary_key=True),
        Column("id", String, primary_key=True),
        Column("digest", String(64), nullable=False),
    )  # fmt: skip
