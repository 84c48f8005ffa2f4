import random
import threading
from dataclasses import replace

import pytest

from drivers.backoff import Backoff
from drivers.driver import Driver
from drivers.errors import InstrumentFault
from drivers.framing import LineFramer
from drivers.reading import Flag
from drivers.simulated.toledo import message
from drivers.transport import Chunk, EndOfData, ErrorCode, LineDown
from drivers.weighbridge.toledo_continuous import ToledoContinuous
from tests.drivers.rig import AT, Running, now, wait_until


class Script:
    """A line that does what its list says: bytes, None (quiet for `tick` seconds), or an exception."""

    def __init__(self, *steps, tick=0.2):
        self.steps = list(steps)
        self.tick = tick
        self.seconds = 0.0
        self.opened = self.closed = 0
        self.confirmed = []

    def open(self):
        self.opened += 1
        if self.steps and isinstance(self.steps[0], LineDown) and self.steps[0].code is ErrorCode.REFUSED:
            raise self.steps.pop(0)

    def read(self, timeout):
        step = self.steps.pop(0) if self.steps else EndOfData()
        if isinstance(step, Exception):
            raise step
        if step is None:
            self.seconds += self.tick
            return None
        return step if isinstance(step, Chunk) else Chunk(step)

    def write(self, data): ...

    def confirm(self, receipt):
        self.confirmed.append(receipt)

    def close(self):
        self.closed += 1

    def describe(self):
        return "script"


def drive(*steps, protocol=None, tick=0.2, **options):
    line = Script(*steps, tick=tick)
    driver = Driver(
        "bridge",
        protocol or ToledoContinuous(),
        line,
        clock=lambda: AT,
        monotonic=lambda: line.seconds,
        backoff=Backoff(0.0, 0.0),
        **options,
    )
    return driver, line, driver.deliveries(threading.Event())


class Fussy(ToledoContinuous):
    """A driver with a mistake in it, for a scale that can report a fault."""

    def framer(self):
        return LineFramer()

    def parse(self, frame):
        if frame.data.startswith(b"fault"):
            raise InstrumentFault("no calibration")
        if frame.data.startswith(b"mistake"):
            return {}["missing"]
        return replace(super().parse(replace(frame, data=message(20))), frame=frame)


def test_a_mistake_in_one_message_ends_neither_the_loop_nor_the_line():
    driver, line, deliveries = drive(b"mistake\r\nfault\r\nfine\r\n", protocol=Fussy())
    got = list(deliveries)
    assert [d.reading is not None for d in got] == [False, False, True]
    assert "KeyError" in got[0].error.reason
    assert "no calibration" in got[1].error.reason
    health = driver.health()
    assert (health.frames, health.bad_frames) == (1, 2)
    assert line.opened == 1


def test_a_fault_that_the_instrument_reports_is_shown_until_it_speaks_again():
    driver, _, deliveries = drive(b"fault\r\n", b"fine\r\n", protocol=Fussy())
    next(deliveries)
    assert driver.health().state == "fault"
    assert driver.health().last_error.code is ErrorCode.INSTRUMENT_FAULT
    next(deliveries)
    assert driver.health().state == "live"


def test_bad_messages_are_delivered_with_their_bytes_and_counted():
    wrong = message(43120)[:-1] + b"\x7f"
    driver, _, deliveries = drive(message(20) + wrong + b"noise" + message(40))
    got = list(deliveries)
    assert [d.reading.weight_kg if d.reading else d.error.reason for d in got] == [
        20.0,
        "wrong checksum",
        40.0,
    ]
    assert got[1].frame.data == wrong
    health = driver.health()
    assert (health.frames, health.bad_frames, health.noise_bytes) == (2, 1, 5)


def test_a_broken_line_is_opened_again_and_the_half_message_is_told():
    lost = LineDown(ErrorCode.CLOSED, "closed")
    driver, line, deliveries = drive(message(20) + message(40)[:8], lost, message(40)[8:] + message(60))
    got = list(deliveries)
    assert [d.reading.weight_kg if d.reading else d.error.data for d in got] == [
        20.0,
        message(40)[:8],
        60.0,
    ]
    assert line.opened == 2
    assert driver.health().last_error.code is ErrorCode.CLOSED


def test_a_half_line_followed_by_quiet_does_not_spoil_the_next_line():
    line = b" ,29/03/22,14:20:14,11.9,70.7,30.3,28.9,29.7,X,S/N: 0, 2, 895,2305, 303,070815\r\n"
    _, _, deliveries = drive(
        line[:30], *[None] * 20, line, protocol=Running("gac2100-csv01", "replay:x").driver.protocol
    )
    got = list(deliveries)
    assert [d.error.reason if d.error else d.reading.kind for d in got] == [
        "the message stopped half way",
        "analysis",
    ]


def test_a_printed_again_record_is_flagged_and_still_delivered():
    line = b" ,29/03/22,14:20:14,11.9,70.7,30.3,28.9,29.7,X,S/N: 0, 2, 895,2305, 303,070815\r\n"
    _, _, deliveries = drive(line, line, protocol=Running("gac2100-csv01", "replay:x").driver.protocol)
    assert [Flag.DUPLICATE in d.reading.flags for d in deliveries] == [False, True]


def test_a_silent_weighbridge_says_since_when_and_lives_again_with_the_next_message():
    driver, line, deliveries = drive(message(20), message(20), *[None] * 40, message(40), silent_after_s=5.0)
    assert driver.health().state == "starting"
    next(deliveries)
    assert driver.health().state == "live"
    line.seconds += 5.1
    health = driver.health()
    assert (health.state, health.since, health.last_heard) == ("silent", AT, AT)
    next(deliveries)
    assert driver.health().state == "live"


def test_a_device_that_may_be_quiet_for_ever_is_never_silent():
    driver, line, deliveries = drive(message(20), None, message(20), silent_after_s=None)
    next(deliveries)
    line.seconds += 1e6
    assert driver.health().state == "live"


def test_the_end_of_a_recording_ends_the_deliveries_and_closes_the_line():
    driver, line, deliveries = drive(message(20, checksum=False))
    assert [d.reading.weight_kg for d in deliveries] == [20.0]
    assert line.closed
    assert driver.health().state == "down"
    assert driver.health().last_error is None


def test_noise_of_a_wrong_baud_rate_is_a_fault_that_says_where_to_look():
    noise = random.Random(1).randbytes(3000)
    wrong = message(20)[:-1] + b"\x7f"
    driver, _, deliveries = drive(message(20), noise, wrong, message(40))
    states = [(d.reading is not None, driver.health().state) for d in deliveries]
    assert [state for good, state in states if not good][-1] == "fault"
    assert states[-1] == (True, "live")
    assert driver.health().last_error.code is ErrorCode.GARBLED
    assert "baud rate" in driver.health().last_error.text


def test_a_receipt_is_given_back_when_a_delivery_is_confirmed_and_not_before():
    driver, line, deliveries = drive(Chunk(message(20), whole=True, receipt="r1", dup=True))
    delivery = next(deliveries)
    assert delivery.dup
    assert line.confirmed == []
    driver.confirm(delivery)
    assert line.confirmed == ["r1"]


def test_pauses_double_up_to_a_limit_and_jitter_only_shortens_them():
    backoff = Backoff(0.5, 10.0)
    assert [backoff.pause(n, 1.0) for n in range(1, 8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert backoff.pause(10_000, 0.0) == 5.0


def test_stop_ends_a_long_pause_at_once():
    with Running("toledo-continuous", "tcp:127.0.0.1:9", backoff=Backoff(60.0, 60.0)) as running:
        wait_until(lambda: running.state == "down")
        assert running.driver.health().last_error.code is ErrorCode.REFUSED
        begun = now()
        running.stop.set()
        wait_until(lambda: not running._thread.is_alive(), 1.0)
        assert (now() - begun).total_seconds() < 1.0


def test_close_from_another_thread_ends_the_deliveries():
    with Running("toledo-continuous", "replay:/no/such/file") as running:
        wait_until(lambda: running.state == "down")
        assert running.driver.health().last_error.code is ErrorCode.FILE_MISSING
        running.driver.close()
        wait_until(lambda: not running._thread.is_alive(), 2.0)


@pytest.mark.parametrize("kind", ["toledo-continuous", "gac2100-csv01", "json-nir"])
def test_random_bytes_for_a_while_never_end_a_driver(kind, tmp_path):
    file = tmp_path / "noise.bin"
    file.write_bytes(random.Random(2).randbytes(200_000))
    with Running(kind, f"replay:{file}") as running:
        wait_until(lambda: not running._thread.is_alive())
    health = running.driver.health()
    assert health.noise_bytes + sum(len(d.frame.data) for d in running.got) >= 195_000
    assert health.last_error.code is ErrorCode.GARBLED


def held_for(driver, line, deliveries, seconds):
    """Take everything; the consumer keeps each delivery for so long."""
    got = []
    for delivery in deliveries:
        line.seconds += seconds
        got.append(delivery)
    return got


def test_a_message_that_lay_in_the_line_while_nothing_was_stored_is_not_broken_off():
    record = b" ,29/03/22,14:20:14,11.9,70.7,30.3,28.9,29.7,X,S/N: 0, 2, 895,2305, 303,070815\r\n"
    other = record.replace(b"11.9", b"12.4")
    kind = Running("gac2100-csv01", "replay:x").driver.protocol
    driver, line, deliveries = drive(record + other[:30], other[30:], protocol=kind)
    got = held_for(driver, line, deliveries, 60.0)
    assert [delivery.error for delivery in got] == [None, None]
    assert [delivery.reading.flags & {Flag.DUPLICATE} for delivery in got] == [frozenset()] * 2


def test_a_result_repeated_while_nothing_was_stored_is_still_one_result():
    kind = Running("json-nir", "replay:x").driver.protocol
    said = b'{"values": {"moisture": 13.5}}'
    other = said.replace(b"13.5", b"13.6")
    kind.repeats_within_s = 5.0
    chunks = [Chunk(data, whole=True, receipt=n) for n, data in enumerate([said, other, other])]
    driver, line, deliveries = drive(*chunks, protocol=kind)
    got = held_for(driver, line, deliveries, 60.0)
    assert [delivery.frame.data for delivery in got] == [said, other]
    assert line.confirmed == [2], "the repeated one waits for no row"
