import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.analyzer.tesma_plus2 import SIZE, TesmaPlus2
from drivers.driver import Driver
from drivers.errors import FrameError
from drivers.kind import read_frame
from drivers.reading import Analyte, Flag, Frame, Reading
from drivers.simulated.tesma import SimulatedTesma, message
from drivers.transport import Chunk, EndOfData
from tests.drivers.rig import AT
from tests.drivers.test_framing import CUTS, pieces

KNOWN = bytes.fromhex("024D41495A202020200D0A31342E340D0A03")
GRAIN = st.text("ABCDEFGHIJ ÉÖ", max_size=8).map(str.strip)
TENTHS = st.integers(0, 600).map(lambda n: n / 10)


class Kept:
    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data
        return True


class Script:
    """A line that says what it is told, one piece a read, and moves the clock."""

    def __init__(self, steps, clock):
        self._steps, self._clock = iter(steps), clock

    def open(self): ...

    def close(self): ...

    def describe(self):
        return "script"

    def read(self, timeout):
        for step in self._steps:
            if callable(step):
                step()
            elif isinstance(step, bytes):
                return Chunk(step)
            else:
                self._clock[0] += step
                return None
        raise EndOfData


def delivered(steps):
    """The moistures delivered; a step is bytes, seconds of quiet, or something to do with the driver."""
    clock = [100.0]
    driver = None
    bound = [(lambda step=step: step(driver)) if callable(step) else step for step in steps]
    driver = Driver("m", TesmaPlus2(), Script(bound, clock), clock=lambda: AT, monotonic=lambda: clock[0])
    out = [d.reading for d in driver.deliveries(threading.Event()) if d.reading]
    return [r.values[Analyte.MOISTURE].value for r in out], driver.health(), out


def read(parts):
    kind = TesmaPlus2()
    framer = kind.framer()
    frames = [frame for part in parts for frame in framer.feed(part, AT)] + framer.finish(AT)
    return [read_frame(kind, frame) for frame in frames], framer.noise


def test_the_documented_message_is_read():
    (reading,), noise = read([KNOWN])
    assert reading.values[Analyte.MOISTURE].value == 14.4
    assert (reading.product, noise, len(KNOWN)) == ("MAIZ", 0, SIZE)


@given(st.lists(st.tuples(GRAIN, TENTHS), max_size=5), CUTS)
def test_what_the_simulator_sends_is_what_is_read_however_the_bytes_are_cut(samples, cuts):
    line = Kept()
    meter = SimulatedTesma(line)
    for grain, moisture in samples:
        meter.measure(grain, moisture)
        meter.send_one(AT)
    readings, noise = read(pieces(line.data, cuts))
    assert [(r.product or "", r.values[Analyte.MOISTURE].value) for r in readings] == samples
    assert noise == 0


@given(st.binary(max_size=30).filter(lambda b: 2 not in b), st.integers(1, SIZE - 1), CUTS)
def test_garbage_and_a_half_message_before_a_message_do_not_touch_it(garbage, cut, cuts):
    outcomes, _ = read(pieces(garbage + KNOWN[:cut] + KNOWN, cuts))
    assert [r.values[Analyte.MOISTURE].value for r in outcomes if isinstance(r, Reading)] == [14.4]


@given(st.binary(max_size=40))
def test_any_bytes_give_a_reading_or_a_reason(data):
    assert isinstance(read_frame(TesmaPlus2(), Frame(data, AT)), Reading | FrameError)


@pytest.mark.parametrize("sent", [b"----", b"    ", b"99.9"])
def test_dashes_and_an_impossible_moisture_are_measured_badly(sent):
    (reading,), _ = read([KNOWN.replace(b"14.4", sent)])
    assert reading.values[Analyte.MOISTURE].value is None
    assert reading.flags == {Flag.ERROR}


def test_the_result_repeated_every_second_is_one_reading_and_the_device_stays_live():
    values, health, _ = delivered([step for _ in range(60) for step in (KNOWN, 1.0)])
    assert values == [14.4]
    assert health.frames == 60


def test_another_value_is_a_new_reading_and_the_same_value_later_is_no_reprint():
    values, _, readings = delivered(
        [KNOWN, 1.0, message("MAIZ", 13.1), 1.0, message("MAIZ", 13.1), 1.0, KNOWN, 1.0, KNOWN]
    )
    assert values == [14.4, 13.1, 14.4]
    assert not any(Flag.DUPLICATE in r.flags for r in readings)


def test_an_equal_value_counts_again_after_a_pause_and_after_the_operator_says_so():
    assert delivered([KNOWN, 1.0, KNOWN, 10.0, KNOWN, 1.0, KNOWN])[0] == [14.4, 14.4]
    assert delivered([KNOWN, 1.0, KNOWN, Driver.expect_new_sample, 1.0, KNOWN, 1.0, KNOWN])[0] == [14.4, 14.4]


def test_a_damaged_message_in_between_makes_no_new_reading():
    assert delivered([KNOWN, 1.0, KNOWN[:11] + b"x" + KNOWN[12:], 1.0, KNOWN])[0] == [14.4]


def test_the_simulator_logs_each_sample_once():
    meter = SimulatedTesma(Kept())
    assert meter.send_one(AT) is False
    for moisture in (14.4, 13.0):
        meter.measure("MAIZ", moisture)
        meter.send_one(AT)
        meter.send_one(AT)
    assert [e.values["moisture"] for e in meter.log.countable()] == [14.4, 13.0]
