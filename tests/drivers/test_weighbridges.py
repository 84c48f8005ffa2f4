"""What is promised of every weighbridge format alike: written once, run for each."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.kind import DriverFaultFrame, read_frame
from drivers.reading import Flag, Frame, Reading
from drivers.registry import KINDS, make_protocol
from drivers.simulated.scale import Display
from drivers.simulated.weighbridges import WEIGHBRIDGES
from tests.draws import examples
from tests.drivers.heads import CHECKED, HEADS, displays, kilograms, made, outcomes
from tests.drivers.rig import AT
from tests.drivers.test_framing import CUTS, pieces

ANY_HEAD = st.sampled_from(HEADS)
# Bytes that are no text and end or begin nothing, also without their bit 7.
NO_TEXT = st.lists(st.sampled_from([0x00, 0x01, 0x7F, 0x80, 0xFF, 0xC1, 0xF8]), max_size=20).map(bytes)


def values(head, data):
    return [r.weight_kg for r in outcomes(head, [data])[0] if isinstance(r, Reading)]


def as_sent(results):
    return [r.frame.data if isinstance(r, Reading) else r.data for r in results]


def test_every_weighbridge_kind_has_a_simulator_that_it_can_read():
    kinds = {kind for kind, cls in KINDS.items() if cls.__module__.startswith("drivers.weighbridge.")}
    assert kinds == set(WEIGHBRIDGES) == {head.kind for head in HEADS}
    for kind, make in WEIGHBRIDGES.items():
        protocol = make_protocol(kind, made(kind, {}))
        framer = protocol.framer()
        frames = framer.feed(make(lambda: AT).message(Display(weight=43120)), AT)
        assert [protocol.parse(frame).weight_kg for frame in frames + framer.idle(AT)] == [43120.0]


@pytest.mark.parametrize("head", HEADS, ids=str)
@settings(max_examples=12)
@given(data=st.data())
def test_what_is_shown_is_what_is_read(head, data):
    display = data.draw(displays(head))
    (reading,), noise = outcomes(head, [head.talker.message(display)])
    assert noise == 0
    if head.blind and display.motion:
        assert not reading.weight_kg  # without a unit, zero alone is known
    else:
        assert reading.weight_kg == pytest.approx(kilograms(display), abs=1e-6)
        assert (Flag.NEGATIVE in reading.flags) == (reading.weight_kg < 0)
        assert (Flag.ZERO in reading.flags) == (reading.weight_kg == 0 and Flag.NET not in reading.flags)
    if head.net:
        told = not (head.name.startswith("rinstrum-1") and display.motion)
        assert (Flag.NET in reading.flags) == (display.net and told)
        assert (Flag.GROSS in reading.flags) == (not display.net and told)
    marks = {Flag.MOTION if display.motion else Flag.STABLE} if head.motion else set()
    assert reading.flags & {Flag.MOTION, Flag.STABLE} == marks
    assert Flag.ERROR not in reading.flags


@pytest.mark.parametrize("head", [head for head in HEADS if head.out], ids=str)
def test_out_of_range_there_is_a_flag_and_no_weight(head):
    for way, flag in (({"over": True}, Flag.OVERLOAD), ({"under": True}, Flag.UNDERLOAD)):
        for weight in (0.0, 43120.0):
            display = replace(Display(weight=weight), **way)
            (reading,), _ = outcomes(head, [head.talker.message(display)])
            assert reading.weight_kg is None
            assert reading.flags & {Flag.OVERLOAD, Flag.UNDERLOAD}
            assert flag in reading.flags or not head.under
            assert reading.extra["problem"]


@settings(max_examples=examples(120))
@given(head=ANY_HEAD, data=st.data(), cuts=CUTS)
def test_glued_messages_are_read_whole_however_the_bytes_are_cut(head, data, cuts):
    shown = data.draw(st.lists(displays(head), max_size=6))
    messages = [head.talker.message(display) for display in shown]
    results, noise = outcomes(head, pieces(b"".join(messages), cuts))
    assert as_sent(results) == messages
    assert all(isinstance(result, Reading) for result in results)
    assert noise == 0


@settings(max_examples=examples(120))
@given(head=ANY_HEAD, data=st.data())
def test_garbage_before_after_and_inside_makes_no_other_weight_and_the_next_message_is_read(head, data):
    garbage = st.binary(max_size=20) if head.checked else NO_TEXT
    shown = data.draw(st.lists(displays(head, moving=False), min_size=3, max_size=3))
    first, second, third = (head.talker.message(display) for display in shown)
    spot = data.draw(st.integers(0, len(second)))
    inside = second[:spot] + data.draw(garbage) + second[spot:]
    stream = data.draw(garbage) + first + inside + data.draw(garbage) + third
    true = [values(head, message)[0] for message in (first, second, third)]
    assert set(values(head, stream)) <= {*true, None}
    silent = data.draw(NO_TEXT)
    assert values(head, first + silent + second + third * 2)[-1] == true[2]


@pytest.mark.parametrize("head", CHECKED, ids=str)
def test_one_flipped_bit_makes_no_other_weight(head):
    neighbour, message = (head.talker.message(Display(weight=weight)) for weight in (43120, 17640))
    true = set(values(head, neighbour + message))
    for spot in range(len(message)):
        for bit in range(8):
            damaged = bytearray(message)
            damaged[spot] ^= 1 << bit
            stream = neighbour + bytes(damaged) + neighbour
            assert set(values(head, stream)) <= true | {None}, (spot, bit)


@settings(max_examples=examples(120))
@given(head=ANY_HEAD, data=st.data(), noise=st.binary(max_size=30), cuts=CUTS)
def test_any_bytes_are_read_alike_however_they_are_cut(head, data, noise, cuts):
    message = head.talker.message(data.draw(displays(head)))
    start, end = data.draw(st.tuples(st.integers(0, len(message)), st.integers(0, len(message))))
    stream = message[start:] + noise + message[:end] + message + noise
    whole, counted = outcomes(head, [stream])
    cut, cut_counted = outcomes(head, pieces(stream, cuts))
    assert as_sent(cut) == as_sent(whole)
    assert cut_counted == counted


@settings(max_examples=examples(150))
@given(
    head=ANY_HEAD, data=st.data(), spot=st.integers(0, 70), new=st.binary(max_size=4), old=st.integers(0, 4)
)
def test_a_mangled_message_is_a_reading_or_has_a_reason_and_never_surprises_the_driver(
    head, data, spot, new, old
):
    message = head.talker.message(data.draw(displays(head)))
    mangled = message[:spot] + new + message[spot + old :]
    outcome = read_frame(make_protocol(head.kind, head.settings), Frame(mangled, AT))
    assert not isinstance(outcome, DriverFaultFrame), outcome


@pytest.mark.parametrize("head", HEADS, ids=str)
def test_a_long_line_of_noise_is_held_in_bounded_memory_and_the_next_messages_are_read(head):
    framer = make_protocol(head.kind, head.settings).framer()
    for _ in range(200):
        framer.feed(b"x\x02=$<\n W1" * 20, AT)
        assert len(framer._buffer) < 1000
    message = head.talker.message(Display(weight=43120))
    frames = framer.feed(message * 3, AT) + framer.idle(AT)
    assert message in [frame.data for frame in frames]
