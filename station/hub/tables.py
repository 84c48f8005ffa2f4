"""The tables of the hub, derived from the station's: the same rows of many silos, side by side.

Every table has the column `station` first in its key, so that no two silos collide on a cell's id, an
event's number, a name, a plate or a barcode. JSON stays text as it was written (`json`, never JSONB, which
changes 1e16 and -0.0). There are no foreign keys and no unique names: a row may come before the one it names,
and two silos may know the same supplier. What does not travel is listed (`STAYS`, `SECRET`); a new column
that nobody decided on fails a test.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON, Column, Index, MetaData, String, Table

STATION = "station"

# Tables that are the station's own affair.
STAYS = frozenset({"counter", "enrolment", "outbox", "sign_in", "stored_result", "alembic_version"})
# Columns of tables that travel which never leave the station: secrets.
SECRET: Mapping[str, frozenset[str]] = MappingProxyType(
    {"person": frozenset({"pin_hash", "password_hash"}), "terminal": frozenset({"token_hash"})}
)


def hub_metadata(station: MetaData) -> MetaData:
    """The hub's tables for the tables that a station has."""
    hub = MetaData(naming_convention=station.naming_convention)
    for table in station.sorted_tables:
        if table.name not in STAYS:
            _derive(hub, table, SECRET.get(table.name, frozenset()))
    return hub


def _derive(hub: MetaData, table: Table, secret: Collection[str]) -> None:
    columns: list[Column[Any]] = [Column(STATION, String, primary_key=True)]
    columns += [_column(column) for column in table.columns if column.name not in secret]
    derived = Table(table.name, hub, *columns)
    for index in table.indexes:
        names = [column.name for column in index.columns]
        if not secret & set(names):  # type: ignore[operator]
            Index(None, derived.c[STATION], *(derived.c[name] for name in names))


def _column(column: Column[Any]) -> Column[Any]:
    kind = JSON(none_as_null=True) if isinstance(column.type, JSON) else column.type
    return Column(
        column.name, kind, primary_key=column.primary_key, nullable=column.nullable, autoincrement=False
    )
