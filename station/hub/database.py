"""The hub's database: connected to, and brought to the shape that this release knows."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, MetaData, create_engine, inspect, text
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
    """Make tables, columns and indexes that are missing; return what was made. Nothing is taken away: an
    older copy beside this one goes on. Bags that were too new are tried again."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        made = [*_make_missing(connection), *make_queue(connection)]
        unpark(connection, TABLES)
    return made


def missing(connection: Connection) -> list[str]:
    """Return the tables and columns (`table.column`) that the database lacks."""
    there = inspect(connection)
    known = set(there.get_table_names())
    found = []
    for table in TABLES.sorted_tables:
        if table.name not in known:
            found.append(table.name)
            continue
        columns = {column["name"] for column in there.get_columns(table.name)}
        found += [f"{table.name}.{column.name}" for column in table.columns if column.name not in columns]
    return found


def _make_missing(connection: Connection) -> Iterator[str]:
    lacking = missing(connection)
    TABLES.create_all(connection)
    for name in lacking:
        table, _, column = name.partition(".")
        if column:
            written = CreateColumn(TABLES.tables[table].columns[column]).compile(dialect=connection.dialect)
            loose = str(written).replace(" NOT NULL", "")  # rows that are there have none
            connection.execute(text(f'ALTER TABLE "{table}" ADD COLUMN {loose}'))
        yield name
