"""Workers share what is to be compared: a job for each analyte, on a real PostgreSQL."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from station.headquarters.jobs import JOBS
from station.hub.database import bring_up_to_date
from station.hub.jobs import Worker
from station.hub.queue import Queue
from tests.headquarters.silo_of_values import ANALYTE, SiloOfValues
from tests.headquarters.test_comparisons import results, theirs
from tests.postgres import cluster


@pytest.fixture(scope="module")
def postgres() -> Iterator[Engine]:
    with cluster() as engine:
        bring_up_to_date(engine)
        yield engine


def test_a_worker_compares_all_and_says_what_the_silo_says(postgres: Engine, tmp_path: Path) -> None:
    silo = SiloOfValues.begin(tmp_path, postgres, "beaulieu")
    with Queue.opened(postgres) as queue:
        queue.compare()
    asyncio.run(Worker(postgres, silo.silo.clock, more=JOBS).run(wait=False))
    found = results(postgres, "beaulieu")
    assert {asked.split('"')[3] for _, asked in found} == {ANALYTE}
    assert found == theirs(silo)
    silo.silo.desk.ledger.close()
