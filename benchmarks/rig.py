"""A real station as a child process with a GAC and an NIR behind TCP, and a client that hears its events."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from drivers.simulated.line import PtyLine, TcpLine
from station.demo.setup import PERSON, PIN, make_tokens
from station.demo.site import InstrumentAddresses, write_site
from station.demo.station_process import StationProcess

WAIT_S = 30.0


class Client:
    """The API as a signed-in terminal, and every event with the moment it arrived."""

    def __init__(self, url: str, terminal: str, phone: str) -> None:
        self._url = f"{url}/api/v1"
        self.http = httpx2.Client(base_url=self._url, trust_env=False, timeout=WAIT_S)
        self.http.headers["Authorization"] = f"Bearer {terminal}"
        self.phone = {"Authorization": f"Bearer {phone}"}
        self.http.headers["Silo-Person"] = self.post("/sign-in", {"name": PERSON, "pin": PIN})["token"]
        self._events: list[tuple[float, dict[str, Any]]] = []
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._listen, daemon=True).start()

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(path, json=body)
        answer.raise_for_status()
        made: dict[str, Any] = answer.json()
        return made

    def wait(self, kind: str, **fields: Any) -> float:
        """When (monotonic seconds) the first event with these fields arrived."""
        return self._wait(kind, fields)[0]

    def hear(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The first event with these fields."""
        return self._wait(kind, fields)[1]

    def wait_proposed(self, load_id: str) -> float:
        """When (monotonic seconds) a proposal of the load was first told of."""
        told = self._first(f"no proposal of {load_id}", lambda event: load_id in event.get("load_ids", ()))
        return told[0]

    def _wait(self, kind: str, fields: dict[str, Any]) -> tuple[float, dict[str, Any]]:
        wanted = {"kind": kind, **fields}
        return self._first(f"no {wanted}", lambda event: wanted.items() <= event.items())

    def _first(self, what: str, is_wanted: Callable[[dict[str, Any]], bool]) -> tuple[float, dict[str, Any]]:
        end = time.monotonic() + WAIT_S
        with self._changed:
            while True:
                for at, event in self._events:
                    if is_wanted(event):
                        return at, event
                if not self._changed.wait(max(0.0, end - time.monotonic())):
                    raise TimeoutError(f"{what} in {WAIT_S} s")

    def forget(self) -> None:
        with self._changed:
            self._events.clear()

    def close(self) -> None:
        self._closed = True
        self.http.close()

    def _listen(self) -> None:
        headers = {"Authorization": self.http.headers["Authorization"]}
        try:
            with httpx2.stream(
                "GET", f"{self._url}/events", headers=headers, timeout=None, trust_env=False
            ) as stream:
                for line in stream.iter_lines():
                    self._heard(line)
                    if self._closed:
                        return
        except httpx2.HTTPError:
            if not self._closed:
                raise

    def _heard(self, line: str) -> None:
        if line.startswith("data:"):
            event = json.loads(line[5:])
            if "seq" in event or "load_ids" in event:
                with self._changed:
                    self._events.append((time.monotonic(), event))
                    self._changed.notify_all()


class Rig:
    def __init__(self, folder: Path) -> None:
        self.gac, self.nir = TcpLine(), TcpLine()
        self.bridge = PtyLine(folder / "bridge")
        ports = InstrumentAddresses(f"serial:{folder / 'bridge'}", _address(self.gac), _address(self.nir))
        self.site = write_site(folder, ports)
        self.process = StationProcess(self.site, folder / "log", speed=1.0, start=datetime.now(UTC))

    def client(self) -> Client:
        keys = make_tokens(self.process.url, self.process.admin_token, "en")
        return Client(self.process.url, keys.terminal, keys.phone)

    def close(self) -> None:
        self.process.stop()
        for line in (self.gac, self.nir, self.bridge):
            line.close()


@contextmanager
def running_station(folder: Path) -> Iterator[tuple[Rig, Client]]:
    rig = Rig(folder)
    try:
        rig.process.start()
        client = rig.client()
        yield rig, client
        client.close()
    finally:
        rig.close()


def _address(line: TcpLine) -> str:
    return f"tcp:127.0.0.1:{line.port}"
