"""The fault machine: three stations, two copies of the hub, a worker and a PostgreSQL, killed at random.

All are processes. Between stations and copies lie bad lines; the stations' clocks jump. Victims and moments
come from the seed. In the end the stations hand over what they owe, and `compare` counts.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from types import TracebackType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine

from benchmarks.post.cluster import Cluster
from benchmarks.post.compare import compare, loads_of, owed, unapplied
from benchmarks.post.line import BadLine
from benchmarks.post.writer import STOP, opened
from station.demo.silos.check import Comparison
from station.hub import stations
from station.hub.database import TABLES
from station.post import identity, link
from station.post.client import HubClient
from station.post.wire import public_text
from station.store.engine import Ledger
from station.store.ids import new_id

STATIONS = ("beaulieu", "chartres", "dourdan")
COPIES, WORKERS = 2, 1
KILLS = 10
BETWEEN_S = (0.2, 1.5)  # kills
LOADS_BETWEEN, LONGEST_BETWEEN_S = 4, 15.0
DOWN_S = (0.0, 1.0)  # how long who was killed stays away
STARTED_S, SETTLED_S = 60.0, 120.0
LEDGER = "ledger.db"
EXAMPLES = 5
DROP, STALL, CUT = 0.10, 0.02, 0.02


class Child:
    """A process that is started again whenever it has ended, until it is told to stop."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        self.name, self._command, self._log = name, command, log
        self._process: subprocess.Popen[bytes] | None = None
        self._again_at = 0.0

    def __enter__(self) -> "Child":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill(0.0)

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=os.environ | {"LC_ALL": "C"},
            )  # fmt: skip

    def kill(self, down_s: float) -> None:
        """kill -9; `look` starts it again after so many seconds."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self._again_at = time.monotonic() + down_s

    def look(self) -> None:
        """Start it again if it is time, as the service manager does."""
        if self._process is not None and self._process.poll():
            self._process, self._again_at = None, time.monotonic() + 0.5
        if self._process is None and time.monotonic() >= self._again_at:
            self.start()

    def has_ended_well(self) -> bool:
        return self._process is not None and self._process.poll() == 0


@dataclass(slots=True)
class Outcome:
    """What one seed came to."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    line: Counter[str] = field(default_factory=Counter)
    left: int = 0  # bags and changes that no station had handed over when time was up
    unapplied: int = 0
    seconds: float = 0.0
    catch_up_s: float = 0.0
    found: Comparison = field(default_factory=lambda: Comparison(0, 0, 0, 0, 0, ()))
    kept: str = ""  # where ledgers and messages lie, if it does not hold

    @property
    def holds(self) -> bool:
        return self.found.is_good and not (self.left or self.unapplied)

    @property
    def examples(self) -> list[str]:
        return [str(difference) for difference in self.found.differences[:EXAMPLES]]


class Machine:
    """One seed's parts, in a folder. Use `begin`, `kill_some` and `settle` in this order."""

    def __init__(self, folder: Path, seed: int, cluster: Cluster, stack: ExitStack) -> None:
        self._folder, self._cluster, self._stack = folder, cluster, stack
        self._random = Random(seed)
        self.outcome = Outcome(seed)
        self._hub: list[Child] = []
        self._stations: list[Child] = []
        self._lines: list[BadLine] = []
        self._postgres_at: float | None = None  # when it comes back

    def begin(self) -> None:
        """Start the hub, enrol the stations, and let them work."""
        for number in range(1, COPIES + 1):
            port = free_port()
            file = hub_file(self._folder / f"hub{number}.toml", self._cluster.address, port)
            self._hub.append(self._started(f"copy {number}", silo("hub", "serve", "--config", str(file))))
            wait_until(partial(answers, port), f"copy {number} of the hub")
            self._lines.append(self._stack.enter_context(BadLine(port, self._random)))
        for number in range(1, WORKERS + 1):
            self._hub.append(self._started(f"worker {number}", silo("hub", "work", "--config", str(file))))
        for name in STATIONS:
            folder = self._folder / name
            enrol(folder, name, self._cluster.address, [line.url for line in self._lines])
            seed = str(self._random.randrange(10**6))
            command = [sys.executable, "-m", "benchmarks.post.writer", str(folder), seed]
            self._stations.append(self._started(f"station {name}", command))
        for line in self._lines:
            line.drop, line.stall, line.cut = DROP, STALL, CUT

    def kill_some(self, kills: int, *, only_postgres: bool = False) -> None:
        """Kill one after the other, at random, and start it again."""
        for _ in range(kills):
            self._until(self._has_worked(LOADS_BETWEEN), LONGEST_BETWEEN_S)
            self._go_on(self._random.uniform(*BETWEEN_S))
            victim = None if only_postgres else self._random.choice([*self._stations, *self._hub, None])
            down_s = self._random.uniform(*DOWN_S)
            if victim is None:
                self._cluster.kill()
                self._postgres_at = time.monotonic() + down_s
            else:
                victim.kill(down_s)
            self.outcome.kills[victim.name.split()[0] if victim else "postgres"] += 1

    def _has_worked(self, loads: int) -> Callable[[], bool]:
        """Whoever is killed has done something since: a machine that others use is slow."""
        before = self._loads()
        return lambda: self._loads() - before >= loads

    def _loads(self) -> int:
        return sum(loads_of(self._folder / name / LEDGER) for name in STATIONS)

    def settle(self) -> None:
        """Let the stations hand over what they owe, and the hub apply it; compare both sides."""
        began = time.monotonic()
        for name in STATIONS:
            (self._folder / name / STOP).touch()
        self._until(lambda: all(station.has_ended_well() for station in self._stations), SETTLED_S)
        address = self._cluster.address
        self._until(lambda: unapplied(address) == 0, SETTLED_S)
        self.outcome.catch_up_s = round(time.monotonic() - began, 1)
        self.outcome.unapplied = unapplied(address)
        ledgers = {name: self._folder / name / LEDGER for name in STATIONS}
        self.outcome.left = sum(owed(ledger) for ledger in ledgers.values())
        self.outcome.found = compare(ledgers, address)
        for line in self._lines:
            self.outcome.line.update(line.counted)

    def _started(self, name: str, command: Sequence[str]) -> Child:
        log = self._folder / f"{name.replace(' ', '-')}.log"
        return self._stack.enter_context(Child(name, command, log))

    def _until(self, is_done: Callable[[], bool], at_most_s: float) -> None:
        end = time.monotonic() + at_most_s
        while time.monotonic() < end and not is_done():
            self._go_on(0.1)

    def _go_on(self, seconds: float) -> None:
        """Let time pass, and start again who is due."""
        end = time.monotonic() + seconds
        while True:
            if self._postgres_at is not None and time.monotonic() >= self._postgres_at:
                self._cluster.start()
                self._postgres_at = None
            for child in (*self._hub, *self._stations):
                child.look()
            if time.monotonic() >= end:
                return
            time.sleep(0.02)


def run_seed(seed: int, kills: int = KILLS, *, only_postgres: bool = False) -> Outcome:
    """Let the machine run once."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Cluster() as cluster, ExitStack() as stack:
        machine = Machine(Path(folder), seed, cluster, stack)
        machine.begin()
        machine.kill_some(kills, only_postgres=only_postgres)
        machine.settle()
        if not machine.outcome.holds:
            machine.outcome.kept = tempfile.mkdtemp(prefix=f"silo-seed-{seed}-")
            shutil.copytree(folder, machine.outcome.kept, dirs_exist_ok=True)
    machine.outcome.seconds = round(time.monotonic() - began, 1)
    return machine.outcome


def enrol(folder: Path, station: str, database: str, urls: Sequence[str]) -> None:
    """Make a station's ledger and enrol it, as `silo hub station add` and `silo enrol` do."""
    with opened(folder, lambda: datetime.now(UTC)) as desk:
        enrol_ledger(desk.ledger, station, database, urls)


def enrol_ledger(ledger: Ledger, station: str, database: str, urls: Sequence[str]) -> None:
    now = datetime.now(UTC)
    key = Ed25519PrivateKey.generate()
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.begin() as connection:
            code = stations.add(connection, TABLES, station, station, "bench", now, os.urandom)
    finally:
        engine.dispose()
    with closing(HubClient(urls, station, key)) as client:
        answer = client.enrol(code, public_text(key))
    assert answer.status == 200, answer
    identity.write_key(ledger.folder, key)
    with ledger.write() as tx:
        link.begin(tx, station, new_id(now), now, urls)


def silo(*words: str) -> list[str]:
    return [sys.executable, "-m", "station.cli", *words]


def hub_file(file: Path, database: str, port: int) -> Path:
    file.write_text(f'database = "{database}"\nport = {port}\n', encoding="utf-8")
    return file


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
        return True
    return False


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Raises TimeoutError."""
    end = time.monotonic() + STARTED_S
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)
