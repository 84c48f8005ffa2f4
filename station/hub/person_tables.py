"""Headquarters' own people: who may open its pages. No station hears of them."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table
from sqlmodel.sql.sqltypes import UTCDateTime

PERSONS, ATTEMPTS = "hub_person", "hub_attempt"
_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows by itself only as INTEGER


def add_person_tables(hub: MetaData) -> None:
    """`hub_person`: `name_key` is the folded name, which only one active person has; `scope` lists the
    stations that the person sees, nothing: all; `subject` is who it is at the OpenID provider.
    `hub_attempt`: wrong passwords of the last day, by which whoever guesses is made to wait, at any copy."""
    Table(
        PERSONS, hub,
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("name_key", String, nullable=False),
        Column("password_hash", String),
        Column("roles", JSON(none_as_null=True), nullable=False),
        Column("scope", JSON(none_as_null=True)),
        Column("language", String),
        Column("active", Boolean, nullable=False, default=True),
        Column("subject", String, unique=True),
        Column("at", UTCDateTime, nullable=False),
        Index("ix_hub_person_name_key", "name_key", unique=True),
    )  # fmt: skip
    Table(
        ATTEMPTS, hub,
        Column("id", _Number, primary_key=True, autoincrement=True),
        Column("place", String, nullable=False),
        Column("person", String),
        Column("at", UTCDateTime, nullable=False),
        Index("ix_hub_attempt_at", "at"),
    )  # fmt: skip
