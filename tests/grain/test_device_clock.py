from datetime import UTC, datetime, timedelta

import pytest

from station.grain.device_clock import HELD_UP, ClockOffset, learn_offset, place

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def test_two_readings_tell_no_offset_and_three_that_agree_do():
    assert learn_offset([120.0, 120.4]) is None
    learnt = learn_offset([120.0, 120.4, 120.6])
    assert learnt.seconds == 120.4
    assert learnt.count == 3


def test_readings_that_were_held_up_do_not_move_the_offset():
    assert learn_offset([120.0, 120.4, 700.0, 120.2, 400.0, 120.6, 120.4]).seconds == pytest.approx(120.4)


def test_readings_that_disagree_tell_nothing():
    assert learn_offset([10.0, 200.0, 700.0]) is None


def test_a_clock_that_was_set_is_believed_once_three_readings_agree():
    before = [120.0] * 20
    assert learn_offset([*before, -480.0, -480.2]).seconds == 120.0
    assert learn_offset([*before, -480.0, -480.2, -480.4]).seconds == pytest.approx(-480.2)


def test_a_clock_that_drifts_is_followed():
    differences = [120.0 + n * 20 / 86400 * 100 for n in range(800)]
    assert learn_offset(differences).seconds == pytest.approx(differences[-1], abs=0.6)


OFFSET = ClockOffset(-300.0, 0.3, 20)


@pytest.mark.parametrize(
    ("device_s", "measured_s", "stray", "is_late"),
    [
        (300.0, 0.0, 0.0, False),
        (295.0, -5.0, 0.0, False),
        (-100.0, -400.0, HELD_UP, True),  # held up, or the clock was set back: the next reading tells
        (900.0, 0.0, HELD_UP, False),  # it cannot have been measured after it came
    ],
)
def test_a_reading_is_placed_by_the_time_of_its_device(device_s, measured_s, stray, is_late):
    placed = place(NOON, at(device_s), OFFSET)
    assert (placed.at, placed.stray, placed.is_late) == (at(measured_s), stray, is_late)


def test_a_device_without_a_clock_keeps_nothing_and_one_not_learnt_yet_is_doubted():
    assert place(NOON, None, None).stray == 0.0
    assert place(NOON, at(300), None) == place(NOON, at(900), None)
    assert place(NOON, at(300), None).stray == HELD_UP
