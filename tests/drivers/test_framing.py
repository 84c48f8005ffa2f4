import itertools

from hypothesis import given
from hypothesis import strategies as st

from drivers.framing import LineFramer, StxEtxFramer
from tests.drivers.rig import AT, LATER

ENDS = st.sampled_from([b"\n", b"\r", b"\n\r", b"\r\n"])
TEXT = st.binary(min_size=1, max_size=30).filter(lambda b: b"\r" not in b and b"\n" not in b)
CUTS = st.lists(st.integers(0, 400), max_size=30)


def pieces(data, cuts):
    spots = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(spots)]


def run(framer, parts):
    frames = [frame for part in parts for frame in framer.feed(part, AT)]
    return [frame.data for frame in frames + framer.finish(AT)]


@given(st.lists(TEXT, max_size=8), ENDS, CUTS)
def test_lines_come_whole_with_each_of_the_four_terminators_however_the_bytes_are_cut(lines, end, cuts):
    data = b"".join(line + end for line in lines)
    framer = LineFramer()
    assert run(framer, pieces(data, cuts)) == [line + end for line in lines]
    assert framer.noise == 0


@given(st.binary(max_size=300), CUTS)
def test_line_frames_and_noise_depend_on_the_bytes_and_not_on_how_they_were_cut(data, cuts):
    whole, cut = LineFramer(limit=20), LineFramer(limit=20)
    assert run(cut, pieces(data, cuts)) == run(whole, [data])
    assert cut.noise == whole.noise


@given(st.lists(st.tuples(TEXT, ENDS), max_size=8))
def test_terminators_may_be_mixed_on_one_line(lines):
    data = b"".join(line + end for line, end in lines)
    assert [frame.strip(b"\r\n") for frame in run(LineFramer(), [data])] == [line for line, _ in lines]


def test_empty_lines_are_no_frames():
    assert run(LineFramer(), [b"\r\n\r\na\n\r\n\rb\r\n\n"]) == [b"a\n\r", b"b\r\n"]


def test_a_line_ended_by_one_byte_is_held_until_the_line_is_idle_and_keeps_its_arrival_time():
    framer = LineFramer()
    assert framer.feed(b"a\r", AT) == []
    assert framer.is_waiting
    (frame,) = framer.idle(LATER)
    assert (frame.data, frame.at) == (b"a\r", AT)
    assert framer.feed(b"\nb\r\n", LATER)[0].data == b"b\r\n"
    assert framer.noise == 0


def test_a_held_line_completed_by_a_later_byte_keeps_the_time_of_its_own_last_byte():
    framer = LineFramer()
    framer.feed(b"a\r", AT)
    assert [frame.at for frame in framer.feed(b"b\r\n", LATER)] == [AT, LATER]


def test_a_line_that_never_ends_is_counted_as_noise_and_held_in_bounded_memory():
    framer = LineFramer(limit=100)
    for _ in range(1000):
        assert framer.feed(b"x" * 97, AT) == []
        assert len(framer._buffer) <= 197
    assert [frame.data for frame in framer.feed(b"\r\nok\r\n", AT)] == [b"ok\r\n"]
    assert framer.noise == 97 * 1000 + 2


def test_a_half_line_can_be_given_up():
    framer = LineFramer()
    framer.feed(b"half", AT)
    assert framer.drop() == b"half"
    assert framer.noise == 4
    assert framer.take_dropped() == [b"half"]
    assert framer.feed(b"whole\r\n", AT)[0].data == b"whole\r\n"


BODY = st.binary(max_size=20).filter(lambda b: not {2, 3} & set(b))
NOISE = st.binary(max_size=20).filter(lambda b: 2 not in b)


@given(st.lists(st.tuples(NOISE, BODY), max_size=6), st.integers(0, 2), CUTS)
def test_messages_between_stx_and_etx_are_found_in_noise_however_the_bytes_are_cut(items, trailer, cuts):
    frames = [b"\x02" + body + b"\x03" + b"c" * trailer for _, body in items]
    data = b"".join(noise + frame for (noise, _), frame in zip(items, frames, strict=True))
    framer = StxEtxFramer(trailer)
    assert run(framer, pieces(data, cuts)) == frames
    assert framer.noise == sum(len(noise) for noise, _ in items)


def test_a_new_stx_ends_a_half_message():
    framer = StxEtxFramer()
    assert run(framer, [b"\x02half\x02whole\x03"]) == [b"\x02whole\x03"]
    assert framer.take_dropped() == [b"\x02half"]


def test_a_message_without_end_is_noise_in_bounded_memory():
    framer = StxEtxFramer(limit=64)
    for _ in range(1000):
        assert framer.feed(b"\x02" + b"x" * 90, AT) == []
    assert len(framer._buffer) < 200
    assert framer.feed(b"\x02ok\x03", AT)[0].data == b"\x02ok\x03"
