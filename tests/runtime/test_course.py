"""A cable pulled while a vehicle stands on the bridge is remembered until the bridge is empty."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import select

from drivers.backoff import Backoff
from drivers.disturbance import Disturbance
from drivers.driver import Driver
from drivers.registry import make_protocol, make_transport
from drivers.simulated.line import PtyLine
from drivers.simulated.toledo import message
from station.grain.reasons import Code
from station.grain.weighing import WeighingRule
from station.runtime.course import Course
from station.runtime.intake import Intake
from station.store import pages
from station.store.tables import AuditEvent, Weighing
from tests.silo_rig import Silo

LOST = Disturbance.RECONNECTED


@pytest.mark.parametrize(
    ("heard", "disturbance"),
    [
        ([("empty", 0), ("loaded", 0), ("loaded", 0)], None),
        ([("empty", 0), ("loaded", 0), ("loaded", 1)], LOST),  # the vehicle stood there when the line failed
        ([("empty", 0), ("loaded", 1), ("loaded", 1)], None),  # it came while the line was down
        ([("empty", 0), ("loaded", 0), ("empty", 1), ("loaded", 1)], None),  # another vehicle
        ([("loaded", 0), ("loaded", 0)], Disturbance.CONNECTED),  # it stood there when the station started
        ([("loaded", 0), ("loaded", 1)], LOST),
        ([("loaded", 0), ("empty", 0), ("loaded", 0)], None),
        ([("empty", 0), ("loaded", 0), ("loaded", 1), ("loaded", 2)], LOST),
    ],
)
def test_a_line_opened_or_lost_under_a_vehicle_disturbs(
    heard: list[tuple[str, int]], disturbance: Disturbance | None
) -> None:  # fmt: skip
    course = Course()
    for bridge, connection in heard:
        course = course.after(connection, is_empty=bridge == "empty")
    assert course.disturbance is disturbance


@contextmanager
def intake(silo: Silo, line: PtyLine) -> Iterator[Driver]:
    driver = Driver(
        "bridge", make_protocol("toledo-continuous"), make_transport(f"serial:{line.path}"),
        clock=silo.clock, backoff=Backoff(0.02, 0.1),
    )  # fmt: skip
    taking = Intake(
        silo.desk, {"bridge": driver}, silo.desk.ledger.folder / "frames", WeighingRule(), silo.clock
    )
    with taking.running():
        yield driver


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        threading.Event().wait(0.01)


def offered(silo: Silo) -> list[Weighing]:
    with silo.desk.ledger.read() as tx:
        return list(pages.offered_weighings(tx, 0, 50))


@pytest.mark.parametrize("pulled", [False, True])
def test_a_weighing_with_a_pulled_cable_in_it_says_so(silo: Silo, tmp_path: Path, pulled: bool) -> None:
    line = PtyLine(tmp_path / "bridge")
    with intake(silo, line) as driver:
        until(lambda: line.write(message(0)) and driver.health().frames)  # the port is open now

        def send(kg: int, count: int) -> None:
            for _ in range(count):
                before = driver.health().frames
                silo.clock.pass_(seconds=0.3)
                line.write(message(kg))
                until(lambda seen=before: driver.health().frames > seen)

        send(0, 3)
        send(43_120, 2)
        if pulled:
            line.disconnect()
            until(lambda: driver.health().state == "down")
            line.plug()
            until(lambda: driver.health().state != "down")
        send(43_120, 3)
        until(lambda: offered(silo))
    line.close()
    (weighing,) = offered(silo)
    assert [remark["code"] for remark in weighing.remarks] == [Code.FAULT_DURING_MEASUREMENT] * pulled


def test_a_line_that_looks_otherwise_for_good_is_recorded_and_believed_again(
    silo: Silo, tmp_path: Path
) -> None:
    line = PtyLine(tmp_path / "bridge")
    driver = Driver(
        "bridge", make_protocol("st-gs"), make_transport(f"serial:{line.path}"), clock=silo.clock,
    )  # fmt: skip
    folder = silo.desk.ledger.folder / "frames"
    taking = Intake(silo.desk, {"bridge": driver}, folder, WeighingRule(), silo.clock)
    with taking.running():
        until(lambda: line.write(b"ST,GS,       0 kg\r\n") and driver.health().frames > 5)
        line.write(b"ST,GS,         0 kg\r\n" * 12)
        until(lambda: changes(silo))
    line.close()
    (change,) = changes(silo)
    assert (change["width_before"], change["width"], change["unit"]) == (17, 19, "kg")


def changes(silo: Silo) -> list[dict[str, object]]:
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(AuditEvent).where(AuditEvent.kind == "lines_changed")).all()
        return [dict(row.data) for row in rows]
