"""What a terminal, a page or a tool may look at, each on a ledger of a whole campaign."""

import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
from fastapi import FastAPI
from sqlalchemy import text

from benchmarks.copies import make_campaign
from benchmarks.ledger import Day
from benchmarks.machine import summary
from drivers.catalogue import catalogue
from station.api.access import TokenKind, access_of
from station.api.app import create_app, stop_streams
from station.api.context import Context
from station.api.door import Door
from station.api.metrics import written
from station.clock import StationClock
from station.http_server import listen
from station.receival.clocks.timekeeper import Timekeeper
from station.receival.persons import people
from station.runtime.live import HealthFacts
from station.store.blobs import Blobs
from station.store.engine import Ledger

REAL, TIMES = 2000, 25
ROUNDS = 12
BAR_MS = 250
ADMIN = "admin-token-of-the-bench"
ENDLESS = ("/api/v1/events",)
# Whatever a query parameter is asked with; one that is not here has to be added.
QUERIES: Mapping[str, tuple[str | None, ...]] = {
    "open": (None, "false"),
    "ended": (None, "true"),
    "q": ("", "B", "BE000", "bench"),
    "text": ("BE000",),
    "newest": (None, "true"),
    "task": ("kernels",),
    "supplier": ("", "bench"),
    "days": (None, "400"),
    "day": (None, "2026-07-20"),
    "campaign": (None,),
    "load": (None,),
    "since": (None,),
    "until": (None,),
    "after": (None,),
    "before": (None,),
    "limit": (None,),
    "analyte": ("moisture",),
    "test": ("machine",),
    "beside": ("lab",),
    "species": (None,),
    "reference": (None,),
    "method": (None,),
    "source": (None,),
    "period": (None,),
    "sought": ("k1",),
    "kind": ("cell",),
    "paper": (None,),
}
# What a path names, out of the middle of the campaign.
_MIDDLE = "SELECT {0} FROM {1} ORDER BY seq LIMIT 1 OFFSET (SELECT count(*) / 2 FROM {1})"
PATHS: Mapping[str, tuple[str, ...]] = {
    "visit_id": ("id", "visit"),
    "load_id": ("id", "load"),
    "barcode": ("barcode", "sample"),
    "capture_id": ("id", "capture"),
    "number": ("number", "ticket"),
    "cell_id": ("cell_id", "cell_movement"),
    "hold_id": ("id", "hold"),
    "dispute_id": ("id", "dispute"),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that looks: the operation's path, the address that is asked, and by whose token."""

    path: str
    address: str
    by: str  # whose token it takes: admin, terminal, erp


def screens() -> dict[str, Any]:
    """Every GET of the API on 50,000 loads: its slowest p95 and all of them, in milliseconds."""
    with tempfile.TemporaryDirectory() as name:
        begin = time.monotonic()
        day = make_campaign(Path(name) / "data", REAL, TIMES)
        made = time.monotonic() - begin
        try:
            return {"loads": REAL * TIMES, "made_s": round(made), **look(day)}
        finally:
            day.desk.ledger.close()


def look(day: Day) -> dict[str, Any]:
    """Ask everything in turn, so many rounds; of an operation the slowest of its addresses counts."""
    app, found = app_of(day), dict[str, dict[str, float]]()
    tokens = tokens_of(day)
    with served(app) as url, httpx2.Client(base_url=url, trust_env=False, timeout=600) as http:
        for ask in asks(app, day.desk.ledger):
            headers = {"Authorization": f"Bearer {tokens[ask.by]}"}
            times = [_timed(http, ask.address, headers) for _ in range(ROUNDS)]
            figures = summary([1000 * one for one in times])
            if ask.path not in found or figures["p95"] > found[ask.path]["p95"]:
                found[ask.path] = figures
    slowest = max(found, key=lambda path: found[path]["p95"])
    return {"slowest": slowest, "slowest_ms_p95": found[slowest]["p95"], "bar_ms_p95": BAR_MS, "ms": found}


def _timed(http: httpx2.Client, address: str, headers: Mapping[str, str]) -> float:
    begin = time.perf_counter()
    answer = http.get(address, headers=dict(headers))
    elapsed = time.perf_counter() - begin
    assert answer.status_code in (200, 404), f"{address}: {answer.status_code} {answer.text[:200]}"
    return elapsed


def app_of(day: Day) -> FastAPI:
    """The counter on that ledger, with nothing live behind it."""
    return create_app(
        Context(
            desk=day.desk,
            blobs=Blobs(day.desk.ledger.folder / "photos"),
            clock=day.clock,
            timekeeper=Timekeeper(day.desk, StationClock()),
            live=list,
            metrics=written,
            health=lambda: HealthFacts("off"),
            admin_token=ADMIN,
            wake_vision=lambda: None,
            new_sample=lambda _port: None,
            settle_zero=lambda _port: None,
            check_wiring=lambda _port, usual, _said, *, is_installer: usual,
            replug=lambda _port: None,
            drivers=catalogue,
        )
    )


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Its address, until the block ends."""
    listener = listen("127.0.0.1", 0)
    host, port = listener.getsockname()
    opened = threading.Event()
    door = Door(app, listener, on_open=opened.set, on_close=lambda: stop_streams(app))
    thread = threading.Thread(target=door.serve_until_stopped)
    thread.start()
    try:
        assert opened.wait(30)
        yield f"http://{host}:{port}"
    finally:
        door.stop()
        thread.join()


def asks(app: FastAPI, ledger: Ledger, limit: int | None = None) -> list[Ask]:
    """Every request that looks, with parameters from the data; `limit` where the usual one is too large.
    Raises KeyError for a parameter of which nobody has said what it is asked with."""
    named, queries = _named(ledger), {**QUERIES, "limit": (str(limit) if limit else None,)}
    found = []
    for path, methods in app.openapi()["paths"].items():
        if "get" in methods and path not in ENDLESS:
            operation = methods["get"]
            needed = [name for way in operation.get("security", []) for name in way]
            parameters = operation.get("parameters", [])
            asked = [one for one in parameters if one["in"] == "query"]
            names = [one["name"] for one in asked]
            address = path.format(**{
                one["name"]: quote(named[one["name"]], safe="") for one in parameters if one["in"] == "path"
            })  # fmt: skip
            for values in product(*(_choices(one["schema"]) or queries[one["name"]] for one in asked)):
                query = urlencode({k: v for k, v in zip(names, values, strict=True) if v is not None})
                found.append(Ask(path, f"{address}?{query}", _asks(path, needed)))
    return found


def _asks(path: str, needed: list[str]) -> str:
    if access_of("GET", path).tokens == frozenset({TokenKind.ERP}):
        return "erp"
    return "admin" if needed and ("token" not in needed or "person" in needed) else "terminal"


def tokens_of(day: Day) -> dict[str, str]:
    """A token of each kind that asks may take."""
    found = {"admin": ADMIN}
    for kind in ("terminal", "erp"):
        found[kind] = people.add_terminal(day.desk, f"{kind} {day.clock()}", TokenKind(kind), day.clock())[1]
    return found


def _named(ledger: Ledger) -> dict[str, str]:
    with ledger.read() as tx:
        run = tx.connection().execute
        named = {name: str(run(text(_MIDDLE.format(*where))).scalar_one()) for name, where in PATHS.items()}
        named["page"] = "pair"
        named["list_name"] = "contracts"
        named["day"] = "2026-07-20"  # which nobody has closed
        named["sha256"] = run(text("SELECT sha256 FROM photo LIMIT 1")).scalar_one()
    return named


def _choices(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """All that the API itself says a parameter may be; empty where it does not say."""
    return tuple(value for one in (schema, *schema.get("anyOf", ())) for value in one.get("enum", ()))
