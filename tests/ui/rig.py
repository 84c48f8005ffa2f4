"""A whole small station behind a real socket: the ledger and desk of `tests/silo_rig.py`, served by the real
counter. The test drives trucks and instruments; the terminal under test speaks HTTP to it."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import uvicorn

from drivers.catalogue import catalogue
from station.acts.desk import Desk
from station.api.app import create_app, stop_streams
from station.api.context import Context
from station.clock import StationClock
from station.receival.clocks.timekeeper import Timekeeper
from station.receival.persons import people
from station.runtime.live import DeviceLive, HealthFacts
from station.store.blobs import Blobs
from station.store.engine import Ledger
from station.store.tables import Terminal
from tests.silo_rig import POLICY, START, HandClock, Silo

PERSON, PIN = "Anne", "1234"
DEADLINE_S = 30.0  # a station beside other tests may take long; a terminal that is well never does


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], what: str = "condition") -> None:
    """Polls until true; for conditions outside the terminal's event loop."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, f"waited too long for {what}"
        threading.Event().wait(0.01)


def bridge(**over: object) -> DeviceLive:
    live = DeviceLive(
        "bridge",
        "Bridge",
        "toledo-continuous",
        "weighbridge",
        "TB-1",
        "/dev/ttyS0",
        "live",
        START,
        START,
        1200,
    )
    return replace(live, **over)  # type: ignore[arg-type]


@dataclass
class Station:
    """`stop` and `start` are the cable being pulled and plugged: the same ledger, the same address."""

    silo: Silo
    port: int
    token: str
    terminal: Terminal
    devices: list[DeviceLive] = field(default_factory=list)
    new_samples: list[str] = field(default_factory=list)
    settled_bridges: list[str] = field(default_factory=list)
    facts: HealthFacts = field(default_factory=lambda: HealthFacts(vision="off"))
    phone_address: str | None = None
    _context: Context | None = None
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None
    _stop_streams: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def signed_in(self) -> str:
        """A sign-in of Anne's at this terminal, ending any earlier one."""
        return people.sign_in(self.silo.desk, PERSON, PIN, self.terminal, self.silo.clock()).token

    def start(self) -> None:
        assert self._context is not None
        app = create_app(self._context)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.port, log_level="error", ws="none", timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._stop_streams = lambda: stop_streams(app)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        server = self._server
        wait_for(lambda: server.started, "the server")

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._stop_streams()
        self._server.should_exit = True
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()
        self._server = None


@dataclass(frozen=True)
class House:
    """A data folder with one person (Anne, 1234) and one terminal, to be copied."""

    folder: Path
    terminal: Terminal
    token: str


def make_house(folder: Path) -> House:
    silo = Silo.open(folder)
    people.add_person(silo.desk, PERSON, PIN, ["operator"], None, silo.clock())
    row, token = people.add_terminal(silo.desk, "bridge house", "terminal", silo.clock())
    silo.desk.ledger.close()
    return House(folder, row, token)


@contextmanager
def served(house: House, folder: Path) -> Iterator[Station]:
    """A station on a copy of the house in `folder`; vision is off."""
    shutil.copytree(house.folder, folder)
    silo = Silo(Desk(Ledger(folder), POLICY), HandClock(START + timedelta(seconds=1)))
    gac = replace(
        bridge(), id="gac", name="GAC 2100", kind="gac2100-csv01", category="analyzer", weight_kg=None
    )
    station = Station(silo, free_port(), house.token, house.terminal)
    station.devices = [
        bridge(weight_kg=0.0, weight_stable=True),
        replace(
            gac,
            state="silent",
            last_heard=START - timedelta(minutes=20),
            error=("device_idle", {"port": "tcp:127.0.0.1:4001", "text": ""}),
        ),
    ]
    station._context = Context(
        desk=silo.desk,
        blobs=Blobs(folder / "blobs"),
        clock=silo.clock,
        timekeeper=Timekeeper(silo.desk, StationClock()),
        phone_address=lambda: station.phone_address,
        live=lambda: list(station.devices),
        health=lambda: station.facts,
        admin_token="admin",
        wake_vision=lambda: None,
        new_sample=station.new_samples.append,
        settle_zero=station.settled_bridges.append,
        check_wiring=lambda port, usual, said, *, is_installer: usual.changed(said),
        replug=lambda port: None,
        drivers=catalogue,
    )
    station.start()
    try:
        yield station
    finally:
        station.stop()
        silo.desk.ledger.close()
