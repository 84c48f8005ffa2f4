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
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.schema import CreateColumn
from sqlmodel import SQLModel

from station.hub.applying import unpark
from station.hub.queue import make_queue
from station.hub.tables import hub_metadata

TABLES: MetaData = hub_metadata(SQLModel.metadata)
_NOT_MADE = frozenset({"42P01", "42703"})  # SQLSTATE: no such table, no such column
_AWAY = ("08", "28", "3D", "57P")  # no connection, no such user or password, no such database, shut down
_PASSING = ("40", "53", "55")  # crossed another, no disk or connection left, locked
_LOCK = 7_245_001  # of the one copy that changes the shape; others wait


class HubDatabaseUnreachable(Exception):
    """No database answers at the address, or no longer; the message says why, in one line."""


class HubAddressWrong(Exception):
    """That is no address of a database; the message says why, in one line."""


class HubNotMade(Exception):
    """The database lacks tables or columns that this release asks for."""


class HubDatabaseRefuses(Exception):
    """The database does not do what it is asked: a right is missing, a disk is full; the message says why, in
    one line. `passing`: the same may go well later."""

    def __init__(self, why: str, *, passing: bool = False) -> None:
        super().__init__(why)
        self.passing = passing


@contextmanager
def connected(address: str) -> Iterator[Engine]:
    """Whatever the database has against what is done with it comes as one of this file's exceptions."""
    try:
        engine = create_engine(address, pool_size=8, max_overflow=8, pool_pre_ping=True)
    except (ArgumentError, ValueError) as error:  # a port that is no number
        raise HubAddressWrong(_in_short(error)) from error
    try:
        try:
            with engine.connect():
                pass
        except ProgrammingError as error:  # an option that no connection has
            raise HubAddressWrong(_in_short(error.orig)) from error
        yield engine
    except DBAPIError as error:
        raise _meaning(error) from error
    except PoolTimeout as error:
        raise HubDatabaseUnreachable(_in_short(error)) from error
    finally:
        engine.dispose()


def _meaning(error: DBAPIError) -> Exception:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _NOT_MADE:
        return HubNotMade()
    is_away = error.connection_invalidated or not state or state.startswith(_AWAY)
    if isinstance(error, OperationalError | InterfaceError | InternalError) and is_away:
        return HubDatabaseUnreachable(_in_short(error.orig))
    return HubDatabaseRefuses(_in_short(error.orig), passing=state.startswith(_PASSING))


def _in_short(error: BaseException | None) -> str:
    """The first line says what; those below say where in a statement."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__).strip()


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
