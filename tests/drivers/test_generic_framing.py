from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import SettingError
from drivers.generic.controls import control_bytes
from drivers.generic.framers import GapFramer, MarkedFramer
from drivers.generic.framing import read_framing
from drivers.generic.tables import Table
from tests.drivers.rig import AT, LATER
from tests.drivers.test_framing import CUTS, pieces

SHAPES = {
    "start and end": (b"<<", b">>", {}),
    "start, end and trailer": (b"\x02", b"\x03", {"trailer": 2}),
    "end": (b"", b"==", {}),
    "start and length": (b"$", b"", {"length": 6}),
    "start, length and end": (b"$", b"!", {"length": 6}),
    "start, length and trailer": (b"$", b"", {"length": 6, "trailer": 2}),
    "start, length, end and trailer": (b"$", b"!", {"length": 6, "trailer": 1}),
    "start": (b"wn", b"", {}),
}
NOISY = st.lists(
    st.sampled_from(
        [b"<", b"<<", b">", b">>", b"=", b"==", b"$", b"!", b"w", b"wn", b"\x02", b"\x03", b"abcd"]
    ),
    max_size=40,
).map(b"".join)


def make(shape, limit=20):
    start, end, more = SHAPES[shape]
    return MarkedFramer(start, end, limit=limit, **more)


def run(framer, parts):
    frames = [frame for part in parts for frame in framer.feed(part, AT)]
    return [frame.data for frame in frames + framer.finish(AT)]


def section(**content):
    return Table("p.toml", "framing", content)


@pytest.mark.parametrize("shape", SHAPES)
@given(data=NOISY, cuts=CUTS)
def test_frames_and_noise_depend_on_the_bytes_and_not_on_how_they_were_cut(shape, data, cuts):
    whole, cut = make(shape), make(shape)
    found = run(whole, [data])
    assert run(cut, pieces(data, cuts)) == found
    assert cut.noise == whole.noise == len(data) - sum(map(len, found))
    assert b"".join(whole.take_dropped()) == b"".join(cut.take_dropped())


@pytest.mark.parametrize("shape", SHAPES)
@given(data=NOISY)
def test_no_frame_is_longer_than_the_limit_or_lacks_its_markers(shape, data):
    start, end, more = SHAPES[shape]
    for frame in run(make(shape), [data]):
        assert len(frame) <= 20
        assert frame.startswith(start)
        told = frame[: len(frame) - more.get("trailer", 0)]
        assert start == b"" or start not in told[len(start) :]
        assert told.endswith(end)
        assert len(frame) == more.get("length", len(frame))


def test_a_message_that_stopped_half_way_makes_room_for_the_next_one():
    framer = make("start and end")
    assert run(framer, [b"x<<ab<<cd>>y"]) == [b"<<cd>>"]
    assert framer.take_dropped() == [b"x<<ab", b"y"]


@pytest.mark.parametrize(("length", "end"), [(None, b"\r"), (6, b""), (6, b"\r")])
def test_a_trailer_may_hold_any_bytes_the_markers_too(length, end):
    framer = MarkedFramer(b"\x02", end, length=length, trailer=2)
    whole = b"\x02ab\r\x02\r"
    assert run(framer, [whole, whole[:5], whole[5:], whole]) == [whole] * 3
    assert framer.noise == 0


def test_an_over_long_message_without_a_start_marker_is_noise_up_to_its_end():
    framer = make("end")
    assert run(framer, [b"x" * 19, b"x" * 30, b"tail==good=="]) == [b"good=="]
    assert framer.noise == 55


def test_a_message_with_a_start_alone_is_complete_at_the_next_start_or_when_the_line_is_quiet():
    framer = make("start")
    assert [frame.data for frame in framer.feed(b"wn0001wn0002", AT)] == [b"wn0001"]
    assert framer.is_waiting
    (frame,) = framer.idle(LATER)
    assert (frame.data, frame.at) == (b"wn0002", AT)
    assert not framer.is_waiting


def test_silence_ends_a_message_and_a_wrong_size_is_noise():
    framer = GapFramer(0.05, length=4)
    assert framer.feed(b"ab", AT) == []
    assert framer.is_waiting
    assert framer.feed(b"cd", AT + timedelta(milliseconds=20)) == []
    (frame,) = framer.idle(LATER)
    assert frame.data == b"abcd"
    framer.feed(b"xyz", LATER)
    assert framer.idle(LATER) == []
    assert framer.noise == 3


def test_two_messages_with_silence_between_them_are_told_apart_even_when_idle_was_not_called():
    framer = GapFramer(0.05)
    framer.feed(b"one", AT)
    (frame,) = framer.feed(b"two", LATER)
    assert (frame.data, frame.at) == (b"one", AT)
    assert [frame.data for frame in framer.finish(LATER)] == [b"two"]


def test_a_burst_without_end_stays_bounded_and_becomes_no_message():
    framer = GapFramer(0.05, limit=10)
    for _ in range(100):
        assert framer.feed(b"12345", AT) == []
    assert framer.idle(LATER) == []
    assert framer.noise == 500
    framer.feed(b"good", LATER)
    assert [frame.data for frame in framer.idle(LATER)] == [b"good"]


def test_control_characters_are_written_by_name_and_other_brackets_stay():
    assert control_bytes("<STX>P<CR><LF>") == b"\x02P\r\n"
    assert control_bytes("<RN>") == b"<RN>"
    assert control_bytes("\u00e0") == b"\xe0"
    with pytest.raises(ValueError, match="no single byte"):
        control_bytes("€")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({}, r"p.toml: \[framing\] end: is missing"),
        ({"end": "line", "start": "<STX>"}, "needs neither start"),
        ({"start": "=", "end": "="}, "is the same as start"),
        ({"length": 6}, "end: is missing"),
        ({"end": "<CR>", "length": 6}, "a lost byte shifts all"),
        ({"start": "<STX>", "length": 900}, "more than the limit of 512"),
        ({"start": "<STX>", "length": 1}, "must leave room"),
        ({"start": "<STX>", "trailer": 1}, "needs an end marker"),
        ({"start": "<STX>", "length": 3, "trailer": 2}, "must leave room"),
        ({"start": ""}, "must be 1 to 64 bytes"),
        ({"start": 2}, "must be text in quotes"),
        ({"end": "line", "gap": 5}, r"\[framing\] gap: is not known here; known: .*gap_ms"),
        ({"gap_ms": 5000}, "whole number from 5 to 1500"),
    ],
)
def test_a_framing_that_cannot_work_is_refused_with_file_section_and_key(content, why):
    with pytest.raises(SettingError, match=why):
        read_framing(section(**content))
