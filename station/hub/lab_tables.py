"""The hub's tables of what laboratories said to headquarters."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, MetaData, String, Table
from sqlmodel.sql.sqltypes import UTCDateTime

LAB_RESULTS, LAB_FILES = "hub_lab_result", "hub_lab_file"


def add_lab_tables(hub: MetaData) -> None:
    """`hub_lab_result`: one value of a laboratory's file, kept for good. `station` and `sample_id` say whose
    it is, nothing while that is open; `state` is waiting, sent, judged (the station has it) or refused; `why`
    and `params` say why it waits or was refused. `sought` is what the file calls the sample; `said` is the
    value as it travels, with the number that a person matched it to; `sha256` and `line` are the file's;
    `document` is what took it to the station. A corrected report is a row that `supersedes` the one before,
    which is no longer `current`. `hub_lab_file`: a file that was taken in, by which profile."""
    Table(
        LAB_RESULTS, hub,
        Column("id", String, primary_key=True),
        Column("station", String, nullable=False, default=""),
        Column("sample_id", String, nullable=False, default=""),
        Column("state", String, nullable=False),
        Column("why", String, nullable=False, default=""),
        Column("params", JSON(none_as_null=True)),
        Column("current", Boolean, nullable=False, default=True),
        Column("sought", String, nullable=False, index=True),
        Column("laboratory", String, nullable=False),
        Column("report", String, nullable=False),
        Column("lab_number", String, nullable=False, index=True),
        Column("analyte", String, nullable=False),
        Column("said", JSON(none_as_null=True), nullable=False),
        Column("sha256", String(64), nullable=False, index=True),
        Column("line", Integer, nullable=False),
        Column("document", String(64), nullable=False, default=""),
        Column("supersedes", String, nullable=False, default=""),
        Column("at", UTCDateTime, nullable=False),
        Column("by", String, nullable=False),
        Index("ix_hub_lab_result_state", "state", "current", "at"),
        Index("ix_hub_lab_result_sample", "station", "sample_id"),
    )  # fmt: skip
    Table(
        LAB_FILES, hub,
        Column("sha256", String(64), primary_key=True),
        Column("profile_sha256", String(64), primary_key=True),
        Column("name", String, nullable=False),
        Column("counts", JSON(none_as_null=True)),
        Column("rejected", JSON(none_as_null=True)),
        Column("at", UTCDateTime, nullable=False),
        Column("by", String, nullable=False),
    )  # fmt: skip
