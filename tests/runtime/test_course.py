"""A cable pulled while a vehicle stands on the bridge is remembered until the bridge is empty."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.backoff import Backoff
from drivers.disturbance import Disturbance
from drivers.driver import Driver
from drivers.reading import UNIT_OF, Analyte, Flag, Frame, Reading, Value
from drivers.registry import make_protocol, make_transport
from drivers.simulated.line import PtyLine
from drivers.simulated.toledo import message
from station.grain.reasons import Code
from station.grain.weighing import WeighingRule
from station.runtime.course import Course
from station.runtime.intake import Intake
from station.store import pages
from station.store.tables import Weighing
from tests.silo_rig import START, Silo


def reading(kg: float | None) -> Reading:
    value = Value(kg, UNIT_OF[Analyte.WEIGHT])
    return Reading("b", "weight", Frame(b"", START), {Analyte.WEIGHT: value}, frozenset({Flag.STABLE}))


@pytest.mark.parametrize(
    ("heard", "disturbed"),
    [
        ([(0, 0), (43_120, 0), (43_120, 0)], False),
        ([(0, 0), (43_120, 0), (43_120, 1)], True),  # the vehicle stood there when the line failed
        ([(0, 0), (43_120, 1), (43_120, 1)], False),  # it came while the line was down
        ([(0, 0), (43_120, 0), (0, 1), (15_000, 1)], False),  # another vehicle
        ([(0, 0), (43_120, 0), (None, 1), (43_120, 1)], True),
        ([(43_120, 0), (43_120, 0)], False),  # it stood there when the station started
        ([(0, 0), (43_120, 0), (43_120, 1), (43_120, 2)], True),
    ],
)
def test_only_a_line_lost_under_a_vehicle_disturbs(
    heard: list[tuple[float | None, int]], disturbed: bool
) -> None:  # fmt: skip
    course = Course()
    for kg, connection in heard:
        course = course.after(reading(kg), connection, 50.0)
    assert (course.disturbance is Disturbance.RECONNECTED) == disturbed


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
