from hypothesis import given
from hypothesis import strategies as st

from drivers.spans import SizedFramer, SpanFramer
from tests.drivers.rig import AT, LATER
from tests.drivers.test_framing import CUTS, pieces, run

BODY = st.binary(max_size=20).filter(lambda b: not {0x3C, 0x3E} & {byte & 0x7F for byte in b})


@given(st.lists(st.tuples(BODY, BODY), max_size=6), st.sampled_from([b"", b"\r", b"\r\n"]), CUTS)
def test_messages_between_two_bytes_are_found_in_noise_with_the_tail_they_have(items, tail, cuts):
    frames = [b"<" + body + b">" + tail for _, body in items]
    noise = [b"x" + before.strip(b"\r\n") for before, _ in items]
    data = b"".join(before + frame for before, frame in zip(noise, frames, strict=True))
    framer = SpanFramer(b"<", b">", tail=b"\r\n")
    assert run(framer, pieces(data, cuts)) == frames
    assert framer.noise == sum(map(len, noise))


@given(st.binary(max_size=200), CUTS)
def test_frames_and_noise_depend_on_the_bytes_and_not_on_how_they_were_cut(data, cuts):
    for make in (
        lambda: SpanFramer(b"\n", b"\x03", inner=1, limit=16),
        lambda: SpanFramer(b"\x02", b"\r", tail=b"\n", limit=16),
        lambda: SizedFramer({0x02: (5, (b"\x03",)), 0x0A: (4, ())}),
    ):
        whole, cut = make(), make()
        assert run(cut, pieces(data, cuts)) == run(whole, [data])
        assert cut.noise == whole.noise


def test_a_message_that_may_have_a_tail_is_held_until_the_line_is_idle_and_keeps_its_time():
    framer = SpanFramer(b"<", b">", tail=b"\r\n")
    assert framer.feed(b"<a>\r", AT) == []
    assert framer.is_waiting
    (frame,) = framer.idle(LATER)
    assert (frame.data, frame.at) == (b"<a>\r", AT)
    assert framer.feed(b"<b>", AT) == []
    assert [(frame.data, frame.at) for frame in framer.feed(b"<c>\r\n", LATER)] == [
        (b"<b>", AT), (b"<c>\r\n", LATER)
    ]  # fmt: skip


def test_a_new_start_ends_a_half_message_and_the_ones_inside_a_message_do_not():
    assert run(SpanFramer(b"<", b">"), [b"<half<whole>"]) == [b"<whole>"]
    framer = SpanFramer(b"\n", b"\x03", inner=1)
    assert run(framer, [b"\nhalf\n12.0KG\r\n00\r\x03\n20\r\x03"]) == [b"\n12.0KG\r\n00\r\x03", b"\n20\r\x03"]
    assert framer.take_dropped() == [b"\nhalf"]


def test_bit_seven_of_start_and_end_may_be_parity():
    assert run(SpanFramer(b"\n", b"\r"), [b"\x8aa\x8d\na\r"]) == [b"\x8aa\x8d", b"\na\r"]


def test_a_message_without_end_is_noise_in_bounded_memory():
    framer = SpanFramer(b"<", b">", limit=64)
    for _ in range(1000):
        assert framer.feed(b"<" + b"x" * 90, AT) == []
        assert len(framer._buffer) < 200
    assert framer.feed(b"<ok>", AT)[0].data == b"<ok>"


def test_sized_messages_are_found_byte_by_byte_after_a_wrong_beginning():
    framer = SizedFramer({0x02: (5, (b"\x03",)), ord("="): (4, ())})
    assert run(framer, [b"\x02\x02abc\x03=1=234=567=8"]) == [b"\x02abc\x03", b"=234", b"=567"]
    assert framer.noise == 1 + 2 + 2
