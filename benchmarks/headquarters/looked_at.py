"""Headquarters of many silos: their seasons made by SQL, compared by jobs, and looked at over HTTP."""

import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, create_engine, insert, text

from benchmarks.machine import summary
from benchmarks.post.cluster import Cluster
from station.headquarters.comparisons import Comparing
from station.headquarters.people import Said, add_person, person_with_id
from station.headquarters.served import Quarters
from station.headquarters.silos import measured
from station.headquarters.stock import refresh_all
from station.hub.database import TABLES, bring_up_to_date
from station.hub.own import STATIONS
from ui.web.hub.app import create_hub_pages
from ui.web.sessions import SESSION

STATIONS_ASKED, LOADS = 60, 50_000
NOW = datetime(2026, 8, 7, 12, 0, tzinfo=UTC)
ROOM_BYTES = 25e9  # that must be free for all of it
LOOKS, WORKERS, BAR_MS = 20, 2, 1_000.0
COMPARES = {
    "campaign": "2026", "tolerance": {"moisture": 0.3, "protein": 0.4, "impurities": 0.3},
    "permitted": {"moisture": 0.2, "protein": 0.2, "impurities": 0.2}, "citation": "",
    "control_every_days": 7,
}  # fmt: skip
_SQL = Path(__file__).with_name("silos.sql").read_text(encoding="utf-8")
_HASHED = (
    "CREATE FUNCTION hashed(n bigint, k int) RETURNS float LANGUAGE sql IMMUTABLE AS "
    "'SELECT (CAST(hashint8(n * 1000 + k) AS bigint) + 2147483648) / 4294967296.0'"
)
PAIR = "analyte=impurities&species=soft_wheat&period=campaign&pair=phone-lab&source="
ADDRESSES = {
    "map": "/map", "site": "/sites/silo01", "state": "/state",
    "pairs": "/pair", "pairs_of_a_silo": "/pair?silo=silo01", "pair": f"/pair?{PAIR}",
    "phone_machine": f"/pair?{PAIR.replace('phone-lab', 'phone-machine')}",
    "three_ways": "/three-ways?analyte=impurities", "who_was_right": "/who-was-right?analyte=impurities",
    "groups": f"/groups?{PAIR}", "watch": "/watch?silo=silo01",
    "fairness": "/fairness?silo=silo01&analyte=moisture", "load": "/sites/silo01/loads/silo01-l700",
}  # fmt: skip


def measure(stations: int = STATIONS_ASKED, loads: int = LOADS) -> dict[str, Any]:
    """The first time a silo is compared nothing is stored; the second time nothing has come."""
    if shutil.disk_usage(tempfile.gettempdir()).free < ROOM_BYTES * stations / STATIONS_ASKED:
        return {"skipped": "the disk is too full"}
    with Cluster() as cluster, _connected(cluster.address) as engine:
        bring_up_to_date(engine)
        filled = _timed(lambda: _fill(engine, stations, loads))
        stocked = _timed(lambda: refresh_all(engine, TABLES, NOW))
        compared = _compared(cluster.address, measured(engine, TABLES))
        return {
            "stations": stations, "loads_each": loads, "made_s": filled, "database_gb": _size_gb(engine),
            "stocked_s": stocked, "compared": compared,
            "peak_gb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6, 2),
            "pages_ms": _look(engine), "bar_p95_ms": BAR_MS,
        }  # fmt: skip


def _compared(address: str, analytes: Sequence[str]) -> dict[str, Any]:
    """One process an analyte, two at a time, as two workers do the jobs."""
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        found = pool.map(_compare, repeat(address), analytes)
        return dict(zip(analytes, found, strict=True))


def _compare(address: str, analyte: str) -> dict[str, Any]:
    with _connected(address) as engine:
        first = time.perf_counter()
        answers = Comparing(engine, TABLES, analyte, NOW).run().renewed
        again = time.perf_counter()
        Comparing(engine, TABLES, analyte, NOW).run()
        end = time.perf_counter()
    return {"answers": answers, "first_s": round(again - first, 1), "again_s": round(end - again, 2)}


def _fill(engine: Engine, stations: int, loads: int) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(_HASHED)
    for number in range(1, stations + 1):
        name = f"silo{number:02d}"
        values = {
            ":station": f"'{name}'", ":digest": f"'{'0' * 64}'", ":loads": str(loads),
            ":bias": str(round((number % 7 - 3) * 0.1, 1)), ":seed": str(number * 1_000_000),
        }  # fmt: skip
        sql = _SQL
        for mark, value in values.items():
            sql = sql.replace(mark, value)
        row = {"id": name, "name": f"Silo {number}", "added_at": NOW, "alive": _alive(number)}
        with engine.begin() as connection:
            connection.execute(insert(TABLES.tables[STATIONS]).values(row))
            for statement in sql.split(";\n"):
                if statement.strip():
                    connection.exec_driver_sql(statement.replace("%", "%%"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _alive(number: int) -> dict[str, Any]:
    row, column = divmod(number, 8)
    place = {"name": f"Silo {number}", "latitude": 46.5 + row * 0.21, "longitude": 3.5 + column * 0.3}
    return {"compares": COMPARES, "site": place}


def _look(engine: Engine) -> dict[str, Any]:
    """Open each page again and again, over HTTP on loopback, as somebody who sees all. The processor's time
    is that of page and reader together, without the database's: it is the same on a busy machine."""
    quarters = Quarters(engine, TABLES, lambda: NOW)
    app = create_hub_pages(quarters)
    person = person_with_id(quarters, add_person(quarters, Said("Zoé", ("director",), None), "bench").id)
    assert person is not None
    found: dict[str, Any] = {}
    with _served(app) as url, httpx2.Client(base_url=url, timeout=60) as client:
        client.cookies.set(SESSION, app.state.sessions.begin(person, NOW))
        for name, address in ADDRESSES.items():
            status = client.get(address).status_code
            if status != httpx2.codes.OK:
                found[name] = {"skipped": status}
                continue
            began = time.process_time()
            times = [_timed(lambda address=address: client.get(address)) * 1000 for _ in range(LOOKS)]
            cpu_ms = round((time.process_time() - began) / LOOKS * 1000, 1)
            found[name] = {**summary(times), "mean_cpu_ms": cpu_ms}
    return found


@contextmanager
def _served(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def _connected(address: str) -> Iterator[Engine]:
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    try:
        yield engine
    finally:
        engine.dispose()


def _size_gb(engine: Engine) -> float:
    with engine.connect() as connection:
        size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return round(float(size) / 1e9, 2)


def _timed(act: Any) -> float:
    begin = time.perf_counter()
    act()
    return round(time.perf_counter() - begin, 4)


if __name__ == "__main__":
    import json

    print(json.dumps(measure(*map(int, sys.argv[1:])), indent=1))
