"""How long after its act a ticket is at headquarters while the line is up: one station, one copy."""

import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.ledger import Day
from benchmarks.machine import summary
from benchmarks.post.cluster import Cluster
from benchmarks.post.machine import Child, answers, enrol, free_port, hub_file, silo, wait_until
from benchmarks.post.writer import day_of, opened
from station.runtime.poster import poster_of

TICKETS, LONGEST_S = 40, 60.0
BAR_P95_S = 5.0


def measure(tickets: int = TICKETS) -> dict[str, Any]:
    """From the end of the act that wrote a ticket until its row is in the hub's table."""
    with tempfile.TemporaryDirectory() as name, Cluster() as cluster, ExitStack() as stack:
        url = serving(Path(name), cluster, stack)
        folder = Path(name) / "beaulieu"
        enrol(folder, "beaulieu", cluster.address, [url])
        desk = stack.enter_context(opened(folder, _now))
        poster = poster_of(desk.ledger, _now)
        assert poster is not None
        there = stack.enter_context(psycopg.connect(cluster.address, autocommit=True))
        stack.enter_context(poster.running())
        day = day_of(desk, _now)
        _wait(there, day, 1)  # with everything that the station had
        seconds = [_wait(there, day, number) for number in range(2, tickets + 2)]
    found = summary(seconds)
    return {"ticket_at_the_hub_s": found, "bar_p95_s": BAR_P95_S, "bar_holds": found["p95"] <= BAR_P95_S}


def serving(folder: Path, cluster: Cluster, stack: ExitStack) -> str:
    """Start a copy of the hub; return its address."""
    port = free_port()
    file = hub_file(folder / "hub.toml", cluster.address, port)
    stack.enter_context(Child("copy", silo("hub", "serve", "--config", str(file)), folder / "hub.log"))
    wait_until(partial(answers, port), "a copy of the hub")
    return f"http://127.0.0.1:{port}"


def _wait(there: "psycopg.Connection[tuple[int]]", day: Day, number: int) -> float:
    day.receive()
    began = time.monotonic()
    while time.monotonic() - began < LONGEST_S:
        if there.execute("SELECT count(*) FROM ticket").fetchone() == (number,):
            return time.monotonic() - began
        time.sleep(0.01)
    raise TimeoutError(f"ticket {number} did not come")


def _now() -> datetime:
    return datetime.now(UTC)
