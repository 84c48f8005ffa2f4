"""From a person's word to all stations at once until headquarters knows that the last of them runs it.

Some stations are whole: a yard, a station, trucks. The others do what posts and what takes documents, many in
one process, each with a ledger of its own. Copies and worker of headquarters are processes, as ever.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, create_engine, func, select

from benchmarks.post.cluster import Cluster
from station.acts.desk import Desk, SitePolicy
from station.demo.silos.children import ending_with_us, wait_or_kill
from station.demo.silos.headquarters import Headquarters, run_silo
from station.demo.silos.plan import MOST, SiloPlan, place_of
from station.demo.silos.silo_process import Message, SiloProcess
from station.hub import stations
from station.hub.database import TABLES
from station.hub.down_tables import OFFERS, ROLL_OUTS
from station.hub.identity import key_of
from station.hub.own import STATIONS
from station.post import identity, link
from station.post.wire import public_text
from station.runtime.installer import Installer
from station.runtime.poster import poster_of
from station.runtime.sent_down import receiver_of
from station.store.blobs import Blobs
from station.store.engine import Ledger
from station.store.ids import new_id

MANY, WHOLE, IN_ONE_PROCESS = 40, 4, 12
TRUCKS, SPEED = 400, 10.0  # of a whole one: some all the time
READY_S, BAR_S = 300.0, 900.0
RULES = Path(__file__).parents[2] / "examples" / "rules.toml"
STOP_S = 30.0


def measure(many: int = MANY, whole: int = WHOLE) -> dict[str, Any]:
    with Cluster() as cluster, tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        hub = stack.enter_context(Headquarters(folder / "hub", cluster.address, "en"))
        engine = create_engine(cluster.address.replace("postgresql:", "postgresql+psycopg:"))
        stack.callback(engine.dispose)
        light = [_prepared(engine, folder, f"light-{place:02d}", hub.urls) for place in range(many - whole)]
        for first in range(0, len(light), IN_ONE_PROCESS):
            stack.enter_context(_posting(light[first : first + IN_ONE_PROCESS], folder / f"{first}.log"))
        heard: Queue[Message] = Queue()
        silos: list[SiloProcess] = []
        for place in range(whole):
            silo = SiloProcess(_plan(folder, f"whole-{place}", place, hub), heard)
            stack.callback(silo.stop)
            silos.append(silo)
        stack.callback(_let_go, silos)  # together, then each is waited for
        _until(lambda: _heard_of(engine) == many, READY_S)
        began = time.monotonic()
        _send(hub, folder)
        _until(lambda: _running(engine) > 0, BAR_S)
        first_s = time.monotonic() - began
        _until(lambda: _running(engine) == many, BAR_S)
        last_s = time.monotonic() - began
        _until(lambda: _state(engine) == "done", BAR_S)
        done_s = time.monotonic() - began
    return {
        "stations": many, "whole": whole, "first_active_s": round(first_s, 1),
        "all_active_s": round(last_s, 1), "done_s": round(done_s, 1), "bar_s": BAR_S,
    }  # fmt: skip


def _prepared(engine: Engine, folder: Path, name: str, urls: Sequence[str]) -> Path:
    """An enrolled station's folder: what `silo enrol` does, without a process."""
    key, at = Ed25519PrivateKey.generate(), datetime.now(UTC)
    with engine.begin() as connection:
        code = stations.add(connection, TABLES, name, name, "bench", at, token_bytes)
        stations.enrol(connection, TABLES, name, code, public_text(key), at)
        hub_key = public_text(key_of(connection, TABLES))
    ledger = Ledger(folder / name)
    try:
        identity.write_key(ledger.folder, key)
        with ledger.write() as tx:
            link.begin(tx, name, new_id(at), at, urls, hub_key)
    finally:
        ledger.close()
    return folder / name


@contextmanager
def _posting(folders: Sequence[Path], log: Path) -> Iterator[None]:
    command = [*ending_with_us("TERM"), sys.executable, "-m", __name__, *map(str, folders)]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=file, start_new_session=True)
    try:
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        wait_or_kill(process, STOP_S)


def _plan(folder: Path, name: str, place: int, hub: Headquarters) -> SiloPlan:
    _, _, at = place_of(place % MOST)
    return SiloPlan(
        id=name, name=name, folder=str(folder / name), seed=place + 1, trucks=TRUCKS, speed=SPEED,
        language="en", hub=tuple(hub.urls), code=hub.add(name), at=at,
    )  # fmt: skip


def _let_go(silos: Sequence[SiloProcess]) -> None:
    for silo in silos:
        silo.let_go()


def _send(hub: Headquarters, folder: Path) -> None:
    pack = folder / "next.toml"
    text = RULES.read_text(encoding="utf-8")
    version = next(line for line in text.splitlines() if line.startswith("version"))
    pack.write_text(text.replace(version, 'version = "bench"'), encoding="utf-8")
    words = ("--by", "Marie", "--why", "bench", "--at-once", "--config", str(hub.file))
    run_silo(("hub", "send", "rule_pack", str(pack), *words), "en")


def _heard_of(engine: Engine) -> int:
    table = TABLES.tables[STATIONS]
    with engine.connect() as connection:
        query = select(func.count()).select_from(table).where(table.c.seen_at.is_not(None))
        return connection.execute(query).scalar_one()


def _running(engine: Engine) -> int:
    """Stations that have said, with a bag that was applied, that it is active."""
    offers, down = TABLES.tables[OFFERS], TABLES.tables["down_document"]
    same = (down.c.station == offers.c.station) & (down.c.number == offers.c.number)
    query = select(func.count()).select_from(offers.join(down, same))
    query = query.where(offers.c.kind == "rule_pack", down.c.state == "active")
    with engine.connect() as connection:
        return connection.execute(query).scalar_one()


def _state(engine: Engine) -> str:
    table = TABLES.tables[ROLL_OUTS]
    with engine.connect() as connection:
        return str(connection.execute(select(table.c.state).order_by(table.c.id.desc()).limit(1)).scalar())


def _until(is_so: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            raise TimeoutError(f"not so after {seconds:g} s")
        time.sleep(0.5)


def post_and_take(folders: Sequence[Path]) -> None:
    """Post and take documents for these stations until standard input ends."""

    def clock() -> datetime:
        return datetime.now(UTC)

    with ExitStack() as stack:
        for folder in folders:
            ledger = Ledger(folder)
            stack.callback(ledger.close)
            desk = Desk(ledger, SitePolicy(folder.name, folder.name, "2026"))
            installer = Installer(desk, Blobs(folder / "models"), [])
            poster = poster_of(ledger, clock)
            receiver = receiver_of(desk, lambda installer=installer: installer, clock)  # type: ignore[misc]
            assert poster is not None
            assert receiver is not None
            stack.enter_context(poster.running())
            stack.enter_context(receiver.running())
        sys.stdin.read()


if __name__ == "__main__":
    post_and_take([Path(word) for word in sys.argv[1:]])
