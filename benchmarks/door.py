"""An honest terminal beside 1,100 half-open requests and 200 bad listeners, all from this machine's loopback.

The bad ones live in a process of their own. Half of the listeners read nothing, half ask from the first
event again and again.
"""

import contextlib
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from benchmarks.machine import summary
from benchmarks.rig import Client, running_station
from station.api.door import raise_descriptor_limit

HALF_OPEN, LISTENERS, TOKENS = 1100, 200, 20
ROUNDS = 60
BAR_RATIO, BAR_MS = 3.0, 50.0
HALF = b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n"
LISTEN = "GET /api/v1/events?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n"
WAIT_S = 60.0


def door() -> dict[str, Any]:
    """How long an honest request takes undisturbed and beside each kind of bad ones, in one run."""
    with tempfile.TemporaryDirectory() as folder, running_station(Path(folder)) as (rig, client):
        tokens = _tokens(rig.process.url, rig.process.admin_token)
        _honest(client, 10)  # the first requests are slower
        found = {"undisturbed_ms": summary(_honest(client, ROUNDS))}
        for name, bad in (("half_open", (HALF_OPEN, 0)), ("listeners", (0, LISTENERS)),
                          ("both", (HALF_OPEN, LISTENERS))):  # fmt: skip
            with _bad_ones(rig.process.url, *bad, tokens):
                found[f"beside_{name}_ms"] = summary(_honest(client, ROUNDS))
        found["after_ms"] = summary(_honest(client, ROUNDS))
    alone, worst = found["undisturbed_ms"]["p95"], max(one["p95"] for one in found.values())
    return {
        "half_open": HALF_OPEN, "listeners": LISTENERS, **found,
        "ratio_p95": round(worst / alone, 2), "bar_ratio": BAR_RATIO, "bar_p95_ms": BAR_MS,
        "bar_holds": worst <= max(BAR_RATIO * alone, BAR_MS),
    }  # fmt: skip


def _tokens(url: str, admin: str) -> list[str]:
    with httpx2.Client(base_url=f"{url}/api/v1", trust_env=False) as http:
        http.headers["Authorization"] = f"Bearer {admin}"
        return [
            http.post("/admin/tokens", json={"name": f"bad {number}"}).raise_for_status().json()["token"]
            for number in range(TOKENS)
        ]


def _honest(client: Client, rounds: int) -> list[float]:
    """An arrival, the lists that a terminal reads after it, and its end: every request in milliseconds. Each
    round has a connection of its own."""
    times: list[float] = []
    for number in range(rounds):
        with httpx2.Client(base_url=client.http.base_url, trust_env=False, timeout=30) as http:
            http.headers.update(client.http.headers)

            def timed(method: str, path: str, body: Any = None, http: httpx2.Client = http) -> Any:
                begin = time.perf_counter()
                answer = http.request(method, path, json=body)
                times.append(1000 * (time.perf_counter() - begin))
                return answer.raise_for_status().json()

            arrival = {"plate": f"BE-{number:03d}-CH", "supplier": "EARL Dupont", "new_supplier": True,
                       "loads": [{"species": "soft_wheat"}]}  # fmt: skip
            visit = timed("POST", "/visits", arrival)
            for path in ("/visits", "/weighings?state=offered", "/exceptions", "/cells"):
                timed("GET", path)
            timed("POST", f"/visits/{visit['id']}/cancel", {"reason": "bench"})
    return times


@contextmanager
def _bad_ones(url: str, half_open: int, listeners: int, tokens: list[str]) -> Iterator[None]:
    command = [sys.executable, "-m", __name__, url, str(half_open), str(listeners), *tokens]
    bad = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    try:
        assert bad.stdout is not None
        assert bad.stdout.readline() == "open\n"
        yield
    finally:
        bad.kill()
        bad.communicate()


def _be_bad(url: str, half_open: int, listeners: int, tokens: list[str]) -> None:
    """Keep so many connections open, and come again where one is ended, until this process ends."""
    raise_descriptor_limit()
    place = (str(urlsplit(url).hostname), int(urlsplit(url).port or 0))
    waiting = selectors.DefaultSelector()
    with ExitStack() as stack:

        def come(sent: bytes, *, reads: bool) -> None:
            with contextlib.suppress(OSError):
                connection = stack.enter_context(socket.create_connection(place, WAIT_S))
                connection.sendall(sent)
                connection.setblocking(False)
                if reads:
                    waiting.register(connection, selectors.EVENT_READ, sent)

        for _ in range(half_open):
            come(HALF, reads=True)
        for number in range(listeners):
            come(LISTEN.format(tokens[number % len(tokens)]).encode(), reads=number % 2 == 0)
        print("open", flush=True)
        while True:
            for key, _ in waiting.select(1.0):
                connection: Any = key.fileobj
                with contextlib.suppress(BlockingIOError):
                    if not _is_open(connection):
                        waiting.unregister(connection)
                        connection.close()
                        time.sleep(0.01)  # a hundred come again in a second
                        come(key.data, reads=True)


def _is_open(connection: socket.socket) -> bool:
    try:
        return bool(connection.recv(65_536))
    except ConnectionError:
        return False


if __name__ == "__main__":
    _be_bad(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
