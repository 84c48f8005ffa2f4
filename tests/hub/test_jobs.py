"""Jobs on a real PostgreSQL: done once each by any number of workers; none is lost with a worker."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from station.hub import applying
from station.hub.database import TABLES, bring_up_to_date
from station.hub.jobs import Worker
from station.hub.queue import Queue
from tests.hub.hub_rig import Headquarters
from tests.post.post_rig import START


def caught_up(headquarters: Headquarters) -> None:
    """A worker does what waits and ends."""
    asyncio.run(Worker(headquarters.engine, lambda: datetime.now(UTC)).run(wait=False))


def jobs(headquarters: Headquarters) -> list[tuple[str, str]]:
    with headquarters.engine.connect() as connection:
        query = text("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id")
        return [tuple(row) for row in connection.execute(query)]


def pits(headquarters: Headquarters) -> int:
    with headquarters.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM pit")).scalar_one())


def until(holds: Callable[[], Any]) -> None:
    for _ in range(1_200):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it never came")


def test_the_queue_is_made_once_with_the_hubs_tables(headquarters: Headquarters) -> None:
    assert bring_up_to_date(headquarters.engine) == []
    assert jobs(headquarters) == []


def test_a_bag_nudges_the_workers_and_many_wait_as_one_job(headquarters: Headquarters) -> None:
    station = headquarters.station()
    with Queue.opened(headquarters.engine) as queue:
        station.line.app.state.hub = type(station.line.app.state.hub)(
            headquarters.engine, station.line.app.state.hub.tables, lambda: station.post.now, queue.nudge
        )
        for name in "abc":
            station.post.sql("INSERT OR REPLACE INTO pit (id, name) VALUES ('p1', :name)", name=name)
            station.post.seal()
            station.poster.turn()
    assert jobs(headquarters) == [("apply", "todo")]
    caught_up(headquarters)
    assert station.post.rows_here() == station.post.rows_there()
    assert ("apply", "todo") not in jobs(headquarters)
    station.post.ledger.close()


def test_rebuild_is_a_job(headquarters: Headquarters) -> None:
    station = headquarters.station()
    station.post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
    station.post.settle()
    with headquarters.engine.begin() as connection:
        connection.execute(text("DELETE FROM pit"))
    assert headquarters.run("rebuild", "beaulieu", "--later").exit_code == 0
    assert jobs(headquarters) == [("rebuild", "todo")]
    caught_up(headquarters)
    assert pits(headquarters) == 1
    station.post.ledger.close()


@contextmanager
def worker(headquarters: Headquarters) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "station.cli", "hub", "work", "--config", str(headquarters.config)],
        env=os.environ | {"LC_ALL": "C"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) in (0, -signal.SIGKILL)


@pytest.mark.long
def test_killing_a_worker_loses_no_job(headquarters: Headquarters) -> None:
    """The job waits for a lock when its worker is killed; the next worker takes it up."""
    station = headquarters.station()
    station.post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
    station.post.settle()
    with headquarters.engine.begin() as connection:
        connection.execute(text("DELETE FROM pit"))
    with Queue.opened(headquarters.engine) as queue:
        queue.rebuild("beaulieu")
    with headquarters.engine.begin() as holding:
        holding.execute(text("LOCK TABLE pit"))
        with worker(headquarters) as first:
            until(lambda: ("rebuild", "doing") in jobs(headquarters))
            first.kill()
    assert pits(headquarters) == 0
    with headquarters.engine.begin() as connection:
        old = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '5 minutes'"
        connection.execute(text(old))
    with worker(headquarters):
        until(lambda: pits(headquarters) == 1)
        until(lambda: not [task for task, _ in jobs(headquarters) if task == "rebuild"])
    station.post.ledger.close()


def test_who_makes_a_station_anew_waits_while_another_applies_its_bags(headquarters: Headquarters) -> None:
    station = headquarters.station()
    for name in ("p1", "p2"):
        station.post.sql(f"INSERT INTO pit (id, name) VALUES ('{name}', 'a')")
        station.post.settle()
    engine = headquarters.engine
    with engine.begin() as connection:
        applying.rebuild(connection, TABLES, "beaulieu", START)
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as first:
            assert applying.apply_next(first, TABLES, START)
            told = pool.submit(headquarters.run, "rebuild", "beaulieu")
            until(lambda: waits_for_a_turn(engine))
        assert told.result(60).exit_code == 0
    with engine.connect() as connection:
        bags = applying.count_applied(connection, TABLES, "beaulieu")
    assert f"{bags}" in told.result().stderr
    assert pits(headquarters) == 2
    with engine.begin() as first:  # and one who goes on behind
        applying.rebuild(first, TABLES, "beaulieu", START)
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as first:
            assert applying.apply_next(first, TABLES, START)
            second = pool.submit(_apply_one, engine)
            until(lambda: waits_for_a_turn(engine))
        assert second.result(60)
    station.post.ledger.close()


def _apply_one(engine: Engine) -> bool:
    with engine.begin() as connection:
        return applying.apply_next(connection, TABLES, START, "beaulieu")


def waits_for_a_turn(engine: Engine) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with engine.connect() as connection:
        return bool(connection.execute(text(waiting)).scalar_one())
