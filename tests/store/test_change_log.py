"""Whatever is done to a row of a table that travels, the change log has it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Table, create_engine, text
from sqlmodel import SQLModel

from station.store import change_log
from station.store.change_log import RECURSIVE
from station.store.travels import travelling

TABLES = travelling(SQLModel.metadata)


@pytest.fixture(scope="module")
def everything() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql(RECURSIVE)
        change_log.start(connection)
        connection.commit()
        yield connection


@pytest.fixture
def logged(everything: Connection) -> Iterator[Connection]:
    yield everything
    everything.rollback()


def a_row(table: Table) -> dict[str, Any]:
    return {column.name: 1 if "INT" in str(column.type) else "x" for column in table.columns}


def ops(logged: Connection) -> list[tuple[str, str]]:
    return [(row.op, row.key) for row in logged.execute(text('SELECT op, "key" FROM change ORDER BY seq'))]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_way_to_change_a_table_is_logged(logged: Connection, table: Table) -> None:
    row = a_row(table)
    first = table.primary_key.columns.keys()[0]
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
    insert = f'INTO "{table.name}" ({names}) VALUES ({marks})'
    logged.execute(text(f"INSERT {insert}"), row)
    logged.execute(text(f"INSERT OR REPLACE {insert}"), row)
    logged.execute(text(f'INSERT {insert} ON CONFLICT DO UPDATE SET "{first}" = "{first}"'), row)
    logged.execute(text(f'UPDATE "{table.name}" SET "{first}" = 2'))
    logged.execute(text(f'DELETE FROM "{table.name}"'))
    assert [op for op, _ in ops(logged)] == ["i", "d", "i", "u", "d", "i", "d"]
    assert ops(logged)[4][1] == ops(logged)[0][1] != ops(logged)[5][1]


def test_a_replace_on_another_unique_column_logs_the_row_that_it_deletes(logged: Connection) -> None:
    for name in ("a", "b"):
        row = {"id": name, "name": "Dupont", "name_key": "dupont"}
        logged.execute(
            text("INSERT OR REPLACE INTO supplier (id, name, name_key) VALUES (:id, :name, :name_key)"), row
        )
    assert ops(logged) == [("i", '["a"]'), ("d", '["a"]'), ("i", '["b"]')]


def test_triggers_that_a_migration_dropped_are_made_anew_and_everything_is_sent(logged: Connection) -> None:
    logged.execute(
        text(
            "INSERT INTO post_link (id, station, urls, hub_key, epoch, acknowledged, snapshot, forgets, "
            "recovers, enrolled_at) VALUES ('hub', 's', '[]', '', 'e', 0, 0, 0, '', '2026-07-20')"
        )
    )
    assert change_log.keep(logged, migrated=False) == []
    logged.exec_driver_sql("DROP TRIGGER change_of_pit_update")
    assert change_log.keep(logged, migrated=False) == ["change_of_pit_update"]
    assert change_log.differing(logged) == []
    assert logged.execute(text("SELECT snapshot FROM post_link")).scalar() == 1


def test_a_station_without_headquarters_logs_nothing(logged: Connection) -> None:
    change_log.stop(logged)
    assert change_log.keep(logged, migrated=True) == []
    assert change_log.differing(logged)


def test_what_stays_is_not_logged(logged: Connection) -> None:
    logged.execute(text("INSERT INTO counter (name, value) VALUES ('x', 1)"))
    assert ops(logged) == []
