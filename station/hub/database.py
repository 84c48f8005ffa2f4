"""The hub's database: connected to, and brought to the shape that this release knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    MetaData,
    Table,
    create_engine,
    inspect,
    text,
    update,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateColumn
from sqlmodel import SQLModel

from station.hub.applying import unpark
from station.hub.queue import make_queue
from station.hub.tables import hub_metadata

TABLES: MetaData = hub_metadata(SQLModel.metadata)
_LOCK = 7_245_001  # of the one copy that changes the shape; others wait


class HubDatabaseUnreachable(Exception):
    """No database answers at the address; the message says why."""


@contextmanager
def connected(address: str) -> Iterator[Engine]:
    """Raises HubDatabaseUnreachable."""
    engine = create_engine(address, pool_size=8, max_overflow=8, pool_pre_ping=True)
    try:
        with engine.connect():
            pass
    except OperationalError as error:
        engine.dispose()
        raise HubDatabaseUnreachable(str(error.orig).strip()) from error
    try:
        yield engine
    finally:
        engine.dispose()


def bring_up_to_date(engine: Engine) -> list[str]:
    """Make tables, columns and indexes that are missing; return what was made. Nothing is taken away, and a
    column that comes needs nothing of who does not know it: an older copy beside this one goes on. Bags that
    were too new are tried again."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        made = [*_make_missing(connection), *make_queue(connection)]
        unpark(connection, TABLES)
    return made


def missing(connection: Connection) -> list[str]:
    """Return the tables, columns (`table.column`) and indexes (`table.index`) that the database lacks."""
    there = inspect(connection)
    known = set(there.get_table_names())
    found = []
    for table in TABLES.sorted_tables:
        if table.name not in known:
            found.append(table.name)
            continue
        columns = {column["name"] for column in there.get_columns(table.name)}
        found += [f"{table.name}.{column.name}" for column in table.columns if column.name not in columns]
        indexes = {index["name"] for index in there.get_indexes(table.name)}
        found += [f"{table.name}.{index.name}" for index in _indexes(table) if index.name not in indexes]
    return found


def _make_missing(connection: Connection) -> Iterator[str]:
    lacking = missing(connection)
    TABLES.create_all(connection)
    for name in lacking:
        table, _, part = name.partition(".")
        columns = TABLES.tables[table].columns
        if part in columns:
            _add_column(connection, TABLES.tables[table], columns[part])
        for index in _indexes(TABLES.tables[table]):
            if index.name == part:
                index.create(connection)
        yield name


def _add_column(connection: Connection, table: Table, column: Column[Any]) -> None:
    """Rows that are there have its default; who does not know it writes nothing there."""
    written = str(CreateColumn(column).compile(dialect=connection.dialect)).replace(" NOT NULL", "")
    connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN {written}')
    default = getattr(column.default, "arg", None)
    if default is not None:
        connection.execute(update(table).values({column: default}))


def _indexes(table: Table) -> list[Index]:
    return sorted(table.indexes, key=lambda index: str(index.name))
