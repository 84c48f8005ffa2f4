import threading
from types import MappingProxyType

from drivers.driver import Driver
from drivers.framing import LineFramer
from drivers.polling import Poller
from drivers.reading import Analyte, Flag, Frame, Reading
from drivers.steadiness import Steadiness
from drivers.transport import Chunk, EndOfData, ErrorCode, LineDown
from drivers.values import measured_value
from drivers.weighbridge.toledo_continuous import ToledoContinuous
from tests.drivers.rig import AT


class Asked:
    """A kind whose device answers `?` with a line of digits and no mark of stability."""

    kind = "asked"
    silent_after_s = 5.0
    poll = b"?\r\n"
    poll_every_s = 0.5
    settings = MappingProxyType({})

    def framer(self):
        return LineFramer()

    def parse(self, frame):
        value = measured_value(Analyte.WEIGHT, float(frame.data))
        return Reading("asked", "weight", frame, {Analyte.WEIGHT: value})


class Answering:
    """Answers every poll with the next weight; each read takes as long as it may."""

    def __init__(self, *weights):
        self.weights = list(weights)
        self.seconds = 0.0
        self.polls = []
        self.opened = 0
        self._pending = b""

    def open(self):
        self.opened += 1

    def write(self, data):
        self.polls.append(self.seconds)
        weight = self.weights.pop(0) if self.weights else EndOfData()
        if isinstance(weight, LineDown):
            raise weight
        self._pending = weight

    def read(self, timeout):
        if isinstance(self._pending, Exception):
            raise self._pending
        self.seconds += max(timeout, 0.001)
        data, self._pending = self._pending, b""
        return Chunk(data) if data else None

    def close(self): ...

    def describe(self):
        return "answering"


def deliveries(line):
    driver = Driver("bridge", Asked(), line, clock=lambda: AT, monotonic=lambda: line.seconds)
    return list(driver.deliveries(threading.Event()))


def test_a_device_is_asked_at_once_and_then_at_its_own_pace():
    line = Answering(b"100\r\n", b"", b"200\r\n")
    got = deliveries(line)
    assert [d.reading.weight_kg for d in got] == [100.0, 200.0]
    assert line.polls[0] == 0.0
    gaps = [b - a for a, b in zip(line.polls, line.polls[1:], strict=False)]
    assert all(0.5 <= gap < 0.71 for gap in gaps)


def test_a_line_that_breaks_while_asking_is_opened_again_and_asked_at_once():
    line = Answering(b"100\r\n", LineDown(ErrorCode.PORT_LOST, "gone"), b"200\r\n")
    stop = threading.Event()
    driver = Driver(
        "bridge", Asked(), line, clock=lambda: AT, monotonic=lambda: line.seconds, jitter=lambda: -1.0
    )
    assert [d.reading.weight_kg for d in driver.deliveries(stop)] == [100.0, 200.0]
    assert line.opened == 2
    assert line.polls[2] - line.polls[1] < 0.5


def test_a_device_that_speaks_by_itself_is_never_written_to():
    line = Answering()
    poller = Poller(ToledoContinuous(), lambda: 0.0)
    poller.ask(line)
    assert line.polls == []
    assert poller.wait_s(0.2) == 0.2


def weight(kg, *flags):
    return Reading(
        "x", "weight", Frame(b"", AT), {Analyte.WEIGHT: measured_value(Analyte.WEIGHT, kg)}, frozenset(flags)
    )


def test_equal_weights_without_a_mark_become_stable_after_a_second_and_not_before():
    now = [0.0]
    steadiness = Steadiness(lambda: now[0])
    seen = []
    for kg in (10.0, 20.0, 20.0, 20.0, 20.0, 20.0, 30.0):
        reading = steadiness.judge(weight(kg))
        seen.append(Flag.STABLE in reading.flags)
        assert (Flag.MOTION in reading.flags) != seen[-1]
        assert reading.extra["stability"] == "equal readings"
        now[0] += 0.4
    assert seen == [False, False, False, False, True, True, False]


def test_a_weight_measured_badly_starts_the_count_again_and_gets_no_mark():
    now = [0.0]
    steadiness = Steadiness(lambda: now[0])
    for kg in (20.0, 20.0, None, 20.0, 20.0):
        reading = steadiness.judge(weight(kg))
        assert Flag.STABLE not in reading.flags
        assert (Flag.MOTION in reading.flags) == (kg is not None)
        now[0] += 0.6


def test_an_equal_weight_after_a_long_silence_is_not_stable_at_once():
    now = [0.0]
    steadiness = Steadiness(lambda: now[0])
    for pause in (0.6, 0.6, 0.6, 30.0):
        steadiness.judge(weight(20.0))
        now[0] += pause
    assert Flag.MOTION in steadiness.judge(weight(20.0)).flags


def test_the_mark_of_an_instrument_is_never_overruled():
    steadiness = Steadiness(lambda: 0.0)
    for flag in (Flag.STABLE, Flag.MOTION):
        assert steadiness.judge(weight(20.0, flag)).flags == {flag}
