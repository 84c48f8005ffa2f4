"""What came around a failed line or on the heels of garbage is marked; headings and first lines are not."""

from collections.abc import Iterator

import pytest

from drivers.disturbance import Disturbance, DisturbanceWatch
from drivers.simulated.line import TcpLine
from tests.drivers.rig import Running, wait_until

GAC = b" ,29/03/22,14:20:14,11.9,70.7,30.3,28.9,29.7,BLE,S/N: 0000-00000, 2, 895,2305, 303,070815\r\n"


class Ticks:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_connection_disturbs_nothing() -> None:
    watch = DisturbanceWatch(Ticks())
    watch.note_open()
    assert (watch.current(), watch.returns) == (None, 0)


def test_a_line_that_came_back_disturbs_for_a_while() -> None:
    ticks = Ticks()
    watch = DisturbanceWatch(ticks, reconnect_s=10)
    watch.note_open()
    watch.note_down()
    watch.note_down()
    watch.note_open()
    assert (watch.current(), watch.returns) == (Disturbance.RECONNECTED, 1)
    ticks.now += 10.1
    assert watch.current() is None


@pytest.mark.parametrize(
    ("data", "disturbs"),
    [(b"\xff\x00\x91", True), ("Bl\xe9 tendre\r\n".encode("latin-1"), False), (b"", False)],
)
def test_garbage_disturbs_and_text_does_not(data: bytes, disturbs: bool) -> None:
    ticks = Ticks()
    watch = DisturbanceWatch(ticks, garbage_s=2)
    watch.note_open()
    watch.note_unread(data)
    assert (watch.current() is Disturbance.GARBAGE) == disturbs
    ticks.now += 2.1
    assert watch.current() is None


@pytest.fixture
def line() -> Iterator[TcpLine]:
    opened = TcpLine()
    yield opened
    opened.close()


def listening(line: TcpLine) -> Running:
    return Running("gac2100-csv01", f"tcp:127.0.0.1:{line.port}")


def disturbances(running: Running) -> list[Disturbance | None]:
    return [delivery.disturbance for delivery in running.got if delivery.reading]


def test_an_undisturbed_line_marks_nothing(line: TcpLine) -> None:
    with listening(line) as running:
        wait_until(lambda: line.is_connected)
        line.write(b"GAC 2100 RESULTS\r\n" + GAC)
        wait_until(lambda: disturbances(running))
        assert disturbances(running) == [None]


def test_a_record_after_the_converter_restarted_is_marked(line: TcpLine) -> None:
    with listening(line) as running:
        wait_until(lambda: line.is_connected)
        line.disconnect()
        wait_until(lambda: running.state == "down" or line.is_connected)
        wait_until(lambda: line.is_connected)
        line.write(GAC)
        wait_until(lambda: disturbances(running))
        assert disturbances(running) == [Disturbance.RECONNECTED]
        assert running.got[-1].connection == 1


def test_a_record_on_the_heels_of_garbage_is_marked(line: TcpLine) -> None:
    with listening(line) as running:
        wait_until(lambda: line.is_connected)
        line.write(b"\x00\xff\x80\x13\r\n" + GAC)
        wait_until(lambda: disturbances(running))
        assert disturbances(running) == [Disturbance.GARBAGE]
