"""The tables of the hub, derived from the station's: the same rows of many silos, side by side.

Every table has the column `station` first in its key, so that no two silos collide on a cell's id, an
event's number, a name, a plate or a barcode. JSON stays text as it was written (`json`, never JSONB, which
changes 1e16 and -0.0). There are no foreign keys and no unique names: a row may come before the one it names,
and two silos may know the same supplier. What does not travel is listed in `station.store.travels`.

A column that a station of an older release does not know has the default that its class declares, or nothing:
so only keys must be there. What the station may leave out is checked where a row is read (`REQUIRED`).

Two columns more say which bag a row came with (`post_place`, the bag's place among all that came from the
station) and what it was as the station wrote it (`post_digest`, the SHA-256 of its line).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TextClause,
    false,
    text,
    true,
)
from sqlmodel import SQLModel

from station.hub.own import add_own_tables
from station.post.rows import REQUIRED
from station.store.travels import SECRET, columns_of, travelling

STATION, PLACE, DIGEST = "station", "post_place", "post_digest"
DEFAULT = "default"  # in a column's info: what a row has that does not say


def hub_metadata(station: MetaData) -> MetaData:
    """Return the hub's tables for the tables that a station has, and its own."""
    hub = MetaData(naming_convention=station.naming_convention)
    for table in travelling(station):
        _derive(hub, table, _defaults(table))
    add_own_tables(hub)
    return hub


def typed(hub: MetaData) -> Iterator[Table]:
    """Yield the tables that hold the stations' rows."""
    return (table for table in hub.sorted_tables if PLACE in table.c)


def has_identifiers(table: Table) -> bool:
    """Say whether rows of the table have identifiers that no two silos share."""
    keys = [column for column in table.primary_key.columns if column.name != STATION]
    return [column.name for column in keys] == ["id"] and not isinstance(keys[0].type, Integer)


def _defaults(table: Table) -> dict[str, Any]:
    """Return what the class of a table says that a column has where nobody says otherwise."""
    registry: Any = SQLModel._sa_registry
    classes = [mapper.class_ for mapper in registry.mappers if mapper.local_table is table]
    fields = {name: field for one in classes for name, field in one.model_fields.items()}
    return {
        name: field.get_default(call_default_factory=True, validated_data={})
        for name, field in fields.items() if not field.is_required()
    }  # fmt: skip


def _derive(hub: MetaData, table: Table, defaults: Mapping[str, Any]) -> None:
    columns: list[Column[Any]] = [Column(STATION, String, primary_key=True)]
    columns += [_column(column, defaults.get(column.name)) for column in columns_of(table)]
    columns += [Column(PLACE, BigInteger, nullable=False), Column(DIGEST, String(64), nullable=False)]
    derived = Table(table.name, hub, *columns)
    for index in table.indexes:
        names = [column.name for column in index.columns]
        if not SECRET.get(table.name, frozenset()) & set(names):
            Index(None, derived.c[STATION], *(derived.c[name] for name in names))
    if has_identifiers(derived):
        Index(f"ix_{table.name}_of_all", derived.c["id"])


def _column(column: Column[Any], default: Any) -> Column[Any]:
    kind: Any = JSON(none_as_null=True) if isinstance(column.type, JSON) else column.type
    if isinstance(kind, Integer):
        kind = BigInteger()  # as SQLite's
    info = {REQUIRED: not column.nullable, DEFAULT: default}
    return Column(
        column.name, kind, primary_key=column.primary_key, nullable=not column.primary_key,
        autoincrement=False, info=info, server_default=_written(default),
    )  # fmt: skip


def _written(default: Any) -> str | TextClause | ColumnElement[Any] | None:
    """Return a default as the database has it, for rows that are there when the column comes."""
    if isinstance(default, bool):
        return true() if default else false()
    if isinstance(default, int | float):
        return text(repr(default))
    if isinstance(default, str):
        return default
    return json.dumps(default) if isinstance(default, list | dict) else None
