"""A vehicle that drives on before the bridge has shown zero is told of; no weighing is made of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import col, select

from drivers.simulated.line import PtyLine
from drivers.simulated.toledo import message
from station.receival.bridge import bridge_zero
from station.store import pages
from station.store.tables import AuditEvent
from tests.api.rig import Counter, ok, problem
from tests.runtime.dock import Dock, docked, until
from tests.silo_rig import Silo

KINDS = ("bridge_not_at_zero", "bridge_at_zero", "bridge_settled")
Send = Callable[..., None]


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PtyLine]:
    pty = PtyLine(tmp_path / "bridge")
    yield pty
    pty.close()


@contextmanager
def bridge(counter: Counter, line: PtyLine) -> Iterator[tuple[Dock, Send]]:
    section = {
        "id": "bridge", "name": "Pont", "driver": "toledo-continuous", "port": f"serial:{line.path}",
        "settings": {"fixed_zero": "in_digits", "expanded": "as_sent"},
    }  # fmt: skip
    with docked(counter, section) as dock:
        driver = dock.driver("bridge")

        def send(kg: int, seconds: float, *, motion: bool = False) -> None:
            for _ in range(round(seconds / 0.25)):
                before = driver.health().frames
                counter.silo.clock.pass_(seconds=0.25)
                line.write(message(kg, motion=motion))
                until(lambda seen=before: driver.health().frames > seen)  # type: ignore[misc]

        until(lambda: line.write(message(0)) and driver.health().frames)
        yield dock, send


def told(silo: Silo) -> list[str]:
    with silo.desk.ledger.read() as tx:
        query = select(AuditEvent.kind).where(col(AuditEvent.kind).in_(KINDS)).order_by(col(AuditEvent.seq))
        return list(tx.exec(query))


def offered(silo: Silo) -> list[float]:
    with silo.desk.ledger.read() as tx:
        return [row.kg for row in pages.offered_weighings(tx, 0, 50)]


def drive_on_too_early(silo: Silo, send: Send) -> None:
    send(0, 1)
    send(43_120, 1)
    until(lambda: offered(silo) == [43_120])
    send(20_000, 0.5, motion=True)
    send(15_240, 3.5)
    until(lambda: told(silo) == ["bridge_not_at_zero"])


def test_it_is_told_until_zero_is_shown_and_then_weighed(counter: Counter, line: PtyLine) -> None:
    silo = counter.silo
    with bridge(counter, line) as (dock, send), counter.client("anne") as client:
        drive_on_too_early(silo, send)
        assert offered(silo) == [43_120]
        (device,) = ok(client.get("/devices"))
        assert device["not_at_zero"]["kg"] == 15_240
        assert dock.devices.not_at_zero() == ["Pont"]
        send(0, 1)
        until(lambda: told(silo) == ["bridge_not_at_zero", "bridge_at_zero"])
        assert ok(client.get("/devices"))[0]["not_at_zero"] is None
        send(15_240, 1)
        until(lambda: offered(silo) == [43_120, 15_240])


def test_a_person_settles_it_once(counter: Counter, line: PtyLine) -> None:
    silo = counter.silo
    with bridge(counter, line) as (_, send), counter.client("anne") as client:
        problem(client.post("/devices/bridge/settle-zero"), 409, "bridge_at_zero")
        problem(client.post("/devices/nowhere/settle-zero"), 404, "unknown_port")
        drive_on_too_early(silo, send)
        assert ok(client.post("/devices/bridge/settle-zero"))["not_at_zero"] is None
        send(15_240, 4)
        assert (told(silo), offered(silo)) == (["bridge_not_at_zero", "bridge_settled"], [43_120])
        problem(client.post("/devices/bridge/settle-zero"), 409, "bridge_at_zero")


def test_a_restart_forgets_it_as_little_as_the_vehicle(counter: Counter, line: PtyLine) -> None:
    silo = counter.silo
    with bridge(counter, line) as (_, send):
        drive_on_too_early(silo, send)
    with bridge(counter, line) as (dock, send):
        assert dock.devices.not_at_zero() == ["Pont"]
        send(15_240, 4)
        assert (told(silo), offered(silo)) == (["bridge_not_at_zero"], [43_120])
    with silo.desk.ledger.read() as tx:
        assert bridge_zero.not_at_zero(tx, "elsewhere") is None
