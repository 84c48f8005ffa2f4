"""A line said again and again fills neither disk nor processor; a full disk under the log stops nobody."""

import errno
import io
import logging

import pytest
import structlog

from station.logs import MOST_KEYS, Lossy, Repeats


class Hand:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def record(text: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord("asyncio", logging.ERROR, __file__, 1, text, args, None)


def test_fifty_thousand_lines_of_a_second_are_a_few_and_then_one_that_counts_the_rest() -> None:
    clock = Hand()
    repeats = Repeats(most=3, span_s=10, clock=clock)
    passed = 0
    for number in range(50_000):
        clock.now = number / 50_000
        passed += repeats.filter(record("no descriptor is left for %s", number))
    assert passed == 3
    clock.now = 10.5
    later = record("no descriptor is left for %s", 7)
    assert repeats.filter(later)
    assert later.getMessage() == "no descriptor is left for 7 (left out before: 49997)"
    again = record("no descriptor is left for %s", 8)
    assert repeats.filter(again)
    assert again.getMessage() == "no descriptor is left for 8"


def test_another_line_is_said_meanwhile() -> None:
    repeats = Repeats(most=1, span_s=10, clock=Hand())
    assert repeats.filter(record("one"))
    assert not repeats.filter(record("one"))
    assert repeats.filter(record("another"))


def test_structured_lines_are_left_out_by_the_same_rule() -> None:
    clock = Hand()
    repeats = Repeats(most=2, span_s=10, clock=clock)
    for _ in range(2):
        repeats.process(None, "warning", {"level": "warning", "event": "device_down"})
    with pytest.raises(structlog.DropEvent):
        repeats.process(None, "warning", {"level": "warning", "event": "device_down"})
    clock.now = 10.0
    line = repeats.process(None, "warning", {"level": "warning", "event": "device_down"})
    assert line["left_out"] == 1


def test_lines_that_all_differ_take_no_more_and_more_memory() -> None:
    repeats = Repeats(clock=Hand())
    for number in range(MOST_KEYS + 500):
        assert repeats.filter(record(f"line {number}"))
    assert len(repeats._said) == MOST_KEYS


class Full(io.StringIO):
    def write(self, _text: str = "") -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    flush = write  # type: ignore[assignment]


def test_a_full_disk_under_the_log_stops_nobody() -> None:
    log = Lossy(Full())
    log.write("a line")
    log.flush()


def test_lines_come_through() -> None:
    stream = io.StringIO()
    Lossy(stream).write("a line")
    assert stream.getvalue() == "a line"
