"""A candidate over the photos at headquarters by one `silo hub work`, then by two, in turn.

Each worker's model takes one core. What counts is the ratio of the times, and that the answers are equal.
Workers are started before the clock runs; each job starts a model, as it does at headquarters.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, create_engine

from benchmarks.captures import AT, Captures
from benchmarks.post.cluster import Cluster
from station.headquarters import backtests
from station.hub.database import TABLES, bring_up_to_date
from station.hub.queue import Queue
from station.runtime.bundles import shipped_bundle
from station.vision.bundle import read_bundle
from station.vision.rendered import render_tray

PHOTOS, TRAYS, A_JOB = 80, 8, 20
ROUNDS = 2
WAIT_S = 600.0


def measure(photos: int = PHOTOS, rounds: int = ROUNDS) -> dict[str, Any]:
    with Cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "hub.toml"
        config.write_text(f'database = "{cluster.address}"\nphotos = "file:photos"\n', encoding="utf-8")
        engine = create_engine(cluster.address.replace("postgresql:", "postgresql+psycopg:"))
        bring_up_to_date(engine)
        _photograph(Captures(engine, Path(folder) / "photos"), photos)
        seconds: dict[int, list[float]] = {1: [], 2: []}
        answers = set()
        for _ in range(rounds):
            for workers, taken in seconds.items():
                time_taken, answer = _once(engine, config, workers)
                taken.append(time_taken)
                answers.add(answer)
        engine.dispose()
    one, two = median(seconds[1]), median(seconds[2])
    return {
        "photos": photos,
        "jobs": -(-photos // A_JOB),
        "cores": len(os.sched_getaffinity(0)),
        "one_worker_s": [round(taken, 1) for taken in seconds[1]],
        "two_workers_s": [round(taken, 1) for taken in seconds[2]],
        "photos_a_second_of_one": round(photos / one, 2),
        "ratio": round(one / two, 2),
        "bar": 1.5,
        "equal_answers": len(answers) == 1,
    }


def _photograph(captures: Captures, photos: int) -> None:
    trays = [
        render_tray(seed, width=1600, height=1200, kernels=120, sheet="blue").jpeg for seed in range(TRAYS)
    ]
    for place in range(photos):
        captures.capture(("north", "south")[place % 2], trays[place % TRAYS], lab=2.0)


def _once(engine: Engine, config: Path, workers: int) -> tuple[float, str]:
    """Return the seconds from handing out to the report, and the report."""
    bundle = read_bundle(shipped_bundle())
    candidate = backtests.Candidate(bundle, shipped_bundle().read_bytes(), "")
    with ExitStack() as stack:
        for _ in range(workers):
            stack.enter_context(_worker(config))
        _until(lambda: _heard(engine) >= 2 * workers)
        with engine.begin() as connection:
            begun = backtests.begin(
                connection, TABLES, candidate, backtests.Past(), "bench", AT, a_part=A_JOB
            )
        with engine.connect() as connection:
            parts = backtests.parts_left(connection, TABLES, begun.number)
        started = time.monotonic()
        with Queue.opened(engine) as queue:
            queue.backtest(parts)
        _until(lambda: _row(engine, begun.number)["state"] != backtests.RUNNING)
        taken = time.monotonic() - started
    row = _row(engine, begun.number)
    if row["state"] != backtests.DONE:
        raise RuntimeError(f"{row['code']}: {row['why']}")
    return taken, json.dumps(row["report"], sort_keys=True)


def _row(engine: Engine, number: int) -> Any:
    with engine.connect() as connection:
        return backtests.find(connection, TABLES, number)


def _heard(engine: Engine) -> int:
    """How many queues are worked on."""
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM procrastinate_workers").scalar_one())


def _until(holds: Any) -> None:
    for _ in range(int(WAIT_S / 0.05)):
        if holds():
            return
        time.sleep(0.05)
    raise TimeoutError


@contextmanager
def _worker(config: Path) -> Iterator[None]:
    command: Sequence[str] = [sys.executable, "-m", "station.cli", "hub", "work", "--config", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)
