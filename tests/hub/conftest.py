"""A PostgreSQL for the tests of headquarters: one for a file, an empty database for each test."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text

from station.hub.database import bring_up_to_date
from tests.hub.hub_rig import Headquarters
from tests.postgres import cluster


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


@pytest.fixture
def headquarters(empty: Engine, tmp_path: Path) -> Headquarters:
    bring_up_to_date(empty)
    return Headquarters.begin(empty, tmp_path)
