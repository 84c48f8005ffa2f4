"""The change log: triggers note every row that an act inserts, updates or deletes. No act can forget it.

They are there from the day a station is enrolled at headquarters, and made anew from the metadata after every
migration, which drops them without a word. A row whose key changes leaves its old key behind: that is a
deletion. `INSERT OR REPLACE` deletes unseen unless the writing connection has `recursive_triggers`.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, text
from sqlmodel import SQLModel

from station.store.travels import travelling

_PREFIX = "change_of_"
RECURSIVE = "PRAGMA recursive_triggers=ON"


def start(connection: Connection) -> None:
    """Make every trigger anew, in the caller's transaction."""
    stop(connection)
    for statement in _wanted().values():
        connection.exec_driver_sql(statement)


def stop(connection: Connection) -> None:
    """Take every trigger away, in the caller's transaction."""
    for name in _found(connection):
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def keep(connection: Connection, *, migrated: bool) -> list[str]:
    """Bring the triggers of an enrolled station up to date; return those that were not as they must be. What
    was changed without them is not known, and a migration may have rewritten any table: the next bag then has
    every row."""
    if not _is_enrolled(connection):
        return []
    wrong = differing(connection)
    if wrong or migrated:
        start(connection)
        connection.exec_driver_sql("UPDATE post_link SET snapshot = 1")
    return wrong


def _is_enrolled(connection: Connection) -> bool:
    table = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'post_link'").first()
    return table is not None and connection.exec_driver_sql("SELECT 1 FROM post_link").first() is not None


def differing(connection: Connection) -> list[str]:
    """Return the names of triggers that are missing, too many, or not as they are made today."""
    wanted, found = _wanted(), _found(connection)
    return sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))


def _found(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE :like"),
        {"like": f"{_PREFIX}%"},
    )
    return {name: sql for name, sql in rows}  # noqa: C416  rows of two columns


def _wanted() -> dict[str, str]:
    return dict(pair for table in travelling(SQLModel.metadata) for pair in _triggers_of(table))


def _triggers_of(table: Table) -> Iterator[tuple[str, str]]:
    old, new = _key("OLD", table), _key("NEW", table)
    changed = " OR ".join(f'OLD."{c.name}" IS NOT NEW."{c.name}"' for c in table.primary_key.columns)
    for event, acts in (
        ("INSERT", [_note(table, new, "i")]),
        ("DELETE", [_note(table, old, "d")]),
        (
            "UPDATE",
            [
                _note(table, old, "d", f" WHERE {changed}"),
                _note(table, new, "i", f" WHERE {changed}"),
                _note(table, new, "u", f" WHERE NOT ({changed})"),
            ],
        ),
    ):
        name = f"{_PREFIX}{table.name}_{event.lower()}"
        yield name, f'CREATE TRIGGER "{name}" AFTER {event} ON "{table.name}" BEGIN {" ".join(acts)} END'


def _note(table: Table, key: str, op: str, where: str = "") -> str:
    return f"INSERT INTO change (of, \"key\", op) SELECT '{table.name}', {key}, '{op}'{where};"


def _key(row: str, table: Table) -> str:
    values = ", ".join(f'{row}."{column.name}"' for column in table.primary_key.columns)
    return f"json_array({values})"
