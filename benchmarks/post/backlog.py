"""Two weeks of a large silo while the link was down: how many bytes are sent, how long the hub applies them.

Four loads, one of them with a photo, are received by the station's acts, a bag a ticket. They are copied in
the database, and each copy is sealed into a bag.
"""

import os
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, insert, select

from benchmarks.copies import copy_once, hurried, originals_of
from benchmarks.ledger import START, Day, inspected_tray
from benchmarks.post.cluster import Cluster
from benchmarks.post.writer import opened
from station.hub import receiving
from station.hub.applying import apply_next
from station.hub.database import TABLES, bring_up_to_date, connected
from station.hub.own import BAGS, QUARANTINE, STATIONS
from station.post import link
from station.post.folder import NAME, BagFolder
from station.post.sealing import seal_one
from station.receival.persons import people
from station.store import audit

LOADS, REAL = 7000, 4
STATION = "beaulieu"
BAR_APPLIED_S, BAR_MB = 300.0, 70.0


def measure(loads: int = LOADS) -> dict[str, Any]:
    """Sizes are those of bags of a single load, as a station seals them; the seconds are of one core, on
    which Python and PostgreSQL take turns."""
    with tempfile.TemporaryDirectory() as name, Cluster() as cluster, ExitStack() as stack:
        desk = stack.enter_context(opened(Path(name) / "data", lambda: START))
        folder = BagFolder(desk.ledger.folder / NAME)
        began = time.monotonic()
        a_load = _fill(Day(desk, people.add_terminal(desk, "phone", "phone", START)[0], inspected_tray(),
                           photo_every=REAL), folder, loads)  # fmt: skip
        made_s = time.monotonic() - began
        address = cluster.address.replace("postgresql:", "postgresql+psycopg:")
        cluster.pin({0})
        engine = stack.enter_context(connected(address))
        bring_up_to_date(engine)
        received = _receive(engine, folder)
        stack.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
        os.sched_setaffinity(0, {0})
        began = time.monotonic()
        bags = _apply(engine)
        applied_s = time.monotonic() - began
        rows = _rows(engine)
    scaled_s, mb = applied_s * LOADS / loads, a_load * LOADS / 1e6
    return {
        "loads": loads, "made_s": round(made_s, 1), "bags": bags, "rows": rows, "received_mb": received / 1e6,
        "bytes_a_load": round(a_load), "sent_mb": round(mb, 1), "bar_sent_mb": BAR_MB,
        "applied_s": round(applied_s, 1), "rows_per_s": round(rows / applied_s),
        "applied_all_s": round(scaled_s, 1), "bar_applied_all_s": BAR_APPLIED_S,
        "bar_holds": scaled_s <= BAR_APPLIED_S and mb <= BAR_MB,
    }  # fmt: skip


def _fill(day: Day, folder: BagFolder, loads: int) -> float:
    """Make the loads; return the bytes of a bag of one load."""
    ledger, sizes = day.desk.ledger, []
    with ledger.write() as tx:
        link.begin(tx, STATION, "e1", START)
    seal_one(ledger, folder, START)
    with ledger.read() as tx:
        first = audit.last_seq(tx)
    with hurried(ledger):
        for _ in range(REAL):
            day.receive()
            seal_one(ledger, folder, day.now)
            sizes.append(_newest(folder))
            day.now += timedelta(minutes=1)
        originals = originals_of(ledger, first, day.now - START)
        for copy in range(1, loads // REAL):
            copy_once(ledger, originals, copy)
            seal_one(ledger, folder, day.now)
    return sum(sizes) / len(sizes)


def _newest(folder: BagFolder) -> int:
    files = sorted(folder.folder.glob("*/*.bag"))
    people_of = files[-1].with_suffix(".people")
    return files[-1].stat().st_size + (people_of.stat().st_size if people_of.exists() else 0)


def _receive(engine: Engine, folder: BagFolder) -> int:
    with engine.begin() as connection:
        connection.execute(insert(TABLES.tables[STATIONS]).values(id=STATION, added_at=START))
    size = 0
    for file in sorted(folder.folder.glob("*/*.bag")):
        facts, personal = folder.read("e1", int(file.stem))
        size += len(facts) + len(personal or b"")
        with engine.begin() as connection:
            answer = receiving.receive(connection, TABLES, STATION, facts, personal, START)
        assert answer.status == 200, answer
    return size


def _apply(engine: Engine) -> int:
    bags, worked = 0, True
    while worked:
        with engine.begin() as connection:
            worked = apply_next(connection, TABLES, START)
        bags += worked
    with engine.connect() as connection:
        waiting = connection.execute(select(func.count()).select_from(TABLES.tables[QUARANTINE])).scalar_one()
        states = set(connection.execute(select(TABLES.tables[BAGS].c.state).distinct()).scalars())
    assert (waiting, states) == (0, {"applied"}), (waiting, states)
    return bags


def _rows(engine: Engine) -> int:
    with engine.connect() as connection:
        tables = [table for table in TABLES.sorted_tables if "post_place" in table.c]
        return sum(connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables)
