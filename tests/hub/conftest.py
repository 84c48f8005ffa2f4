"""A PostgreSQL for the tests of headquarters: one for a file, whose tables each test finds empty."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text

from station.hub.database import bring_up_to_date
from tests.hub.hub_rig import Headquarters
from tests.postgres import cluster

EMPTY = """DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
    LOOP EXECUTE format('DELETE FROM %I', name); END LOOP; END $$"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Engine]:
    with cluster() as engine:
        yield engine


@pytest.fixture
def empty(postgres: Engine) -> Iterator[Engine]:
    """A database without a table."""
    name = f"hub_{uuid4().hex[:12]}"
    with postgres.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = create_engine(postgres.url.set(database=name))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def made(postgres: Engine) -> Engine:
    bring_up_to_date(postgres)
    return postgres


@pytest.fixture
def headquarters(made: Engine, tmp_path: Path) -> Iterator[Headquarters]:
    yield Headquarters.begin(made, tmp_path)
    with made.begin() as connection:
        connection.execute(text(EMPTY))
