"""Workers share what is to be compared: a job for each analyte, on a real PostgreSQL."""

import asyncio
from pathlib import Path

from sqlalchemy import Engine

from station.headquarters.jobs import JOBS
from station.hub.jobs import Worker
from station.hub.queue import Queue
from tests.headquarters.silo_of_values import ANALYTE, SiloOfValues
from tests.headquarters.test_comparisons import results, theirs


def test_a_worker_compares_all_and_says_what_the_silo_says(made: Engine, tmp_path: Path) -> None:
    silo = SiloOfValues.begin(tmp_path, made, "beaulieu")
    with Queue.opened(made) as queue:
        queue.compare()
    asyncio.run(Worker(made, silo.silo.clock, more=JOBS).run(wait=False))
    found = results(made, "beaulieu")
    assert {asked.split('"')[3] for _, asked in found} == {ANALYTE}
    assert found == theirs(silo)
    silo.silo.desk.ledger.close()
