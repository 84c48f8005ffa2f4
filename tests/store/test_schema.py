"""The migrations make exactly the tables that the code knows, and can be undone."""

from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlmodel import SQLModel

from station.store import schema, tables


@pytest.fixture
def connection(tmp_path: Path):  # type: ignore[no-untyped-def]
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_the_migrations_equal_the_metadata(connection) -> None:  # type: ignore[no-untyped-def]
    schema.upgrade(connection)
    command.check(schema.config(connection))
    made = set(inspect(connection).get_table_names())
    assert made == {table.name for table in SQLModel.metadata.sorted_tables} | {"alembic_version"}
    assert (
        len([name for name in tables.__all__ if name not in ("Numbered", "Referenced", "Listed")])
        == len(made) - 1
    )


def test_an_upgrade_of_an_up_to_date_database_changes_nothing(connection) -> None:  # type: ignore[no-untyped-def]
    schema.upgrade(connection)
    before = connection.exec_driver_sql("SELECT sql FROM sqlite_master ORDER BY name").all()
    schema.upgrade(connection)
    assert connection.exec_driver_sql("SELECT sql FROM sqlite_master ORDER BY name").all() == before


def test_the_newest_migration_is_known_by_its_files_name(connection) -> None:  # type: ignore[no-untyped-def]
    scripts = ScriptDirectory.from_config(schema.config())
    assert schema.head() == scripts.get_current_head()
    assert schema.revision(connection) is None
    schema.upgrade(connection)
    assert schema.revision(connection) == schema.head()


def test_a_downgrade_leaves_no_table_of_ours(connection) -> None:  # type: ignore[no-untyped-def]
    schema.upgrade(connection)
    command.downgrade(schema.config(connection), "base")
    connection.commit()
    assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
