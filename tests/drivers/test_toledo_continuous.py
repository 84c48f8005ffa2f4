import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import FrameError, SettingError
from drivers.kind import read_frame
from drivers.magnitude import ways_of
from drivers.reading import Flag, Frame, Reading
from drivers.simulated.toledo import message
from drivers.weighbridge.toledo_continuous import ToledoContinuous
from tests.draws import examples
from tests.drivers.rig import AT, LATER
from tests.drivers.test_framing import CUTS, pieces

DOCUMENTED = bytes.fromhex("022A30202034333132302020202020300D0D")

MESSAGES = st.builds(
    message,
    st.integers(0, 199_999),
    tare=st.integers(0, 99_999),
    decimals=st.integers(0, 3),
    increment=st.sampled_from([1, 2, 5]),
    kilograms=st.booleans(),
    net=st.booleans(),
    motion=st.booleans(),
    print_key=st.booleans(),
    checksum=st.just(True),
    pad=st.sampled_from(["0", " "]),
)


def parse(data, **chosen):
    outcome = read_frame(ToledoContinuous(chosen), Frame(data, AT))
    if isinstance(outcome, FrameError):
        raise outcome
    return outcome


def outcomes(parts, **chosen):
    """Readings and errors, and how many bytes were noise."""
    kind = ToledoContinuous(chosen)
    framer = kind.framer()
    frames = [frame for part in parts for frame in framer.feed(part, AT)]
    results = [read_frame(kind, frame) for frame in frames + framer.finish(AT)]
    return results, framer.noise


def weights(data, **chosen):
    results, _ = outcomes([data], **chosen)
    return [r.weight_kg for r in results if isinstance(r, Reading)]


def reason(data, **chosen):
    with pytest.raises(FrameError) as error:
        parse(data, **chosen)
    return error.value.reason


def test_the_documented_message_is_43120_kg_gross_and_stable():
    reading = parse(DOCUMENTED)
    assert reading.weight_kg == 43120.0
    assert reading.flags == {Flag.STABLE, Flag.GROSS}
    assert reading.extra["tare_kg"] == 0.0
    assert reading.frame.data == DOCUMENTED
    assert message(43120, pad=" ") == DOCUMENTED


@given(
    digits=st.integers(0, 199_999),
    tare=st.integers(0, 99_999),
    decimals=st.integers(0, 5),
    net=st.booleans(),
    negative=st.booleans(),
    motion=st.booleans(),
    print_key=st.booleans(),
    checksum=st.booleans(),
    pad=st.sampled_from(["0", " "]),
)
def test_what_the_simulator_shows_is_what_is_read(
    digits, tare, decimals, net, negative, motion, print_key, checksum, pad
):
    digits = digits % 1500 if negative else digits
    data = message(
        digits, tare=tare, decimals=decimals, net=net, negative=negative, motion=motion,
        print_key=print_key, checksum=checksum, pad=pad,
    )  # fmt: skip
    reading = parse(data)
    assert reading.weight_kg == (-1 if negative else 1) * digits / 10**decimals
    assert reading.extra["tare_kg"] == tare / 10**decimals
    assert (Flag.NET in reading.flags, Flag.GROSS in reading.flags) == (net, not net)
    assert (Flag.MOTION in reading.flags, Flag.STABLE in reading.flags) == (motion, not motion)
    assert (Flag.PRINT in reading.flags) == print_key
    assert (Flag.NEGATIVE in reading.flags) == negative
    assert (Flag.ZERO in reading.flags) == (digits == 0 and not net)
    assert Flag.ERROR not in reading.flags


def test_pounds_and_grams_become_kilograms_and_what_was_sent_is_kept():
    reading = parse(message(10_000, increment=2, kilograms=False))
    assert reading.weight_kg == pytest.approx(4535.9237)
    assert reading.extra["as_sent"]["unit"] == "lb"
    assert reading.extra["as_sent"]["weight"] == "010000"
    assert reading.extra["increment_kg"] == pytest.approx(2 * 0.45359237)
    grams = bytearray(message(5000, checksum=False))
    grams[3] |= 0x01
    assert parse(bytes(grams)).weight_kg == 5.0


CODE_1 = bytes.fromhex("023130202031363936302020202030300D")  # a head with d = 20 kg, as captured


def test_a_fixed_zero_is_in_the_digits_or_appended_as_set():
    assert parse(CODE_1, fixed_zero="in_digits").weight_kg == 16_960.0
    assert parse(CODE_1, fixed_zero="appended").weight_kg == 169_600.0
    assert parse(message(431, decimals=-2), fixed_zero="appended").weight_kg == 43_100.0
    assert {parse(CODE_1, fixed_zero=way).extra["increment_kg"] for way in ("in_digits", "appended")} == {
        20.0
    }


def test_a_fixed_zero_that_nobody_set_gives_no_weight_but_says_what_it_may_be():
    reading = parse(CODE_1)
    assert reading.weight_kg is None
    assert Flag.ERROR in reading.flags
    assert "fixed_zero = in_digits: 16960 kg, fixed_zero = appended: 169600 kg" in reading.extra["problem"]
    assert [way.values["weight"] for way in ways_of(parse(message(43_120, decimals=-1)))] == [43_120, 431_200]


def test_an_empty_bridge_and_a_code_without_fixed_zeros_need_no_setting():
    empty = parse(message(0, decimals=-1))
    assert (empty.weight_kg, Flag.ZERO in empty.flags, ways_of(empty)) == (0.0, True, [])
    assert parse(message(43_120)).weight_kg == 43_120.0


def test_a_head_that_always_says_powered_up_is_believed_where_that_is_set():
    data = message(43_120, power_up=True)
    assert parse(data).weight_kg is None
    assert parse(data, power_up_bit="ignore").weight_kg == 43_120.0


def test_an_expanded_weight_has_no_value_unless_the_installer_says_how_it_is_scaled():
    data = message(43120, expanded=True)
    assert parse(data).weight_kg is None
    assert Flag.ERROR in parse(data).flags
    assert [way.values["weight"] for way in ways_of(parse(data))] == [4312.0, 43120.0]
    assert parse(data, expanded="divide").weight_kg == 4312.0
    assert parse(data, expanded="as_sent").weight_kg == 43120.0


@pytest.mark.parametrize(
    ("options", "flag"),
    [
        ({"out_of_range": True}, Flag.OVERLOAD),
        ({"out_of_range": True, "negative": True}, Flag.UNDERLOAD),
        ({"power_up": True}, Flag.ERROR),
    ],
)
def test_a_scale_that_cannot_weigh_gives_no_value_and_says_why(options, flag):
    reading = parse(message(43120, **options))
    assert reading.weight_kg is None
    assert flag in reading.flags
    assert reading.extra["problem"]


def test_a_blank_weight_an_unknown_unit_and_an_impossible_weight_are_measured_badly():
    blank = message(0, checksum=False).replace(b"000000000000", b" " * 12)
    assert parse(blank).weight_kg is None
    assert parse(blank).extra["tare_kg"] is None
    odd = bytearray(message(43120, checksum=False))
    odd[3] |= 0x03
    assert parse(bytes(odd)).weight_kg is None
    huge = parse(message(999_999))
    assert huge.weight_kg is None
    assert Flag.ERROR in huge.flags


def test_a_message_without_checksum_is_refused_where_one_is_set():
    data = message(43120, checksum=False)
    assert parse(data).weight_kg == 43120.0
    assert reason(data, checksum="on") == "checksum missing"
    assert reason(message(43120)[:-1] + b"\x7f") == "wrong checksum"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x02\r",
        b"\x02*0 43 120000000\r",
        b"\x02*0 -43120000000\r",
        b"\x02*0 0 3122     0\r",
        b"\x02\x00\x00\x00043120000000\r",
        b"\x02j0 043120000000\r",
        b"\x02*0 043120\xb0\xb0\xb0\xb0\xb0\xb0\r",
    ],
)
def test_what_is_not_a_message_is_refused_with_a_reason(data):
    assert reason(data)


def test_an_unknown_setting_names_the_key_and_what_is_allowed():
    with pytest.raises(SettingError, match=r"checksum = 'maybe'.*auto, on, off"):
        ToledoContinuous({"checksum": "maybe"})
    with pytest.raises(SettingError, match=r"unknown setting 'chk'.*checksum"):
        ToledoContinuous({"chk": "on"})


@given(st.lists(MESSAGES, max_size=6), st.booleans(), CUTS)
def test_glued_messages_are_read_whole_however_the_bytes_are_cut(messages, with_checksum, cuts):
    if not with_checksum:
        messages = [data[:-1] for data in messages]
    results, noise = outcomes(pieces(b"".join(messages), cuts))
    assert [r.frame.data for r in results] == messages
    assert all(isinstance(r, Reading) for r in results)
    assert noise == 0


@given(st.lists(MESSAGES, min_size=1, max_size=5), st.lists(st.binary(max_size=25), min_size=6, max_size=6))
def test_garbage_between_messages_never_makes_another_value(messages, garbage):
    true = {parse(data).weight_kg for data in messages}
    data = b"".join(noise + message for noise, message in zip(garbage, messages, strict=False)) + garbage[-1]
    assert set(weights(data, checksum="on")) <= true
    clean = b"".join(
        noise.replace(b"\x02", b"") + message for noise, message in zip(garbage, messages, strict=False)
    )
    assert weights(clean, checksum="on") == [parse(data).weight_kg for data in messages]


@settings(max_examples=examples(500))
@given(MESSAGES, MESSAGES, st.integers(0, 17), st.integers(0, 7), st.sampled_from(["auto", "on"]))
def test_one_flipped_bit_never_makes_another_weight(first, second, spot, bit, mode):
    damaged = bytearray(second)
    damaged[spot] ^= 1 << bit
    data = first + bytes(damaged) + first
    true = {parse(first).weight_kg, parse(second).weight_kg}
    results, _ = outcomes([data], checksum=mode)
    assert {r.weight_kg for r in results if isinstance(r, Reading)} <= true


@settings(max_examples=examples(500))
@given(MESSAGES, st.integers(0, 17), st.integers(0, 7))
def test_one_flipped_bit_in_the_very_first_message_never_makes_another_weight(data, spot, bit):
    damaged = bytearray(data)
    damaged[spot] ^= 1 << bit
    assert set(weights(bytes(damaged))) <= {parse(data).weight_kg}
    assert set(weights(bytes(damaged) + data)) <= {parse(data).weight_kg}


@given(st.binary(max_size=400), CUTS)
def test_any_bytes_are_read_alike_however_they_are_cut_and_none_is_forgotten(data, cuts):
    whole, noise = outcomes([data])
    cut, cut_noise = outcomes(pieces(data, cuts))
    key = [r.frame.data if isinstance(r, Reading) else r.data for r in whole]
    assert [r.frame.data if isinstance(r, Reading) else r.data for r in cut] == key
    assert noise == cut_noise
    assert noise + sum(map(len, key)) == len(data)


def test_half_messages_are_noise_and_the_next_message_is_read():
    data = message(43120)
    for size in range(1, 17):
        results, noise = outcomes([data + data[:size] + data])
        assert [r.weight_kg for r in results] == [43120.0, 43120.0]
        assert noise == size


# A message whose checksum is the byte STX, which begins the next message.
TRAP = next(d for n in range(0, 60_000, 20) if (d := message(n, pad=" "))[-1] == 0x02)


def test_a_checksum_that_looks_like_the_start_of_a_message_is_told_from_one():
    value = parse(TRAP).weight_kg
    assert weights(TRAP * 5) == [value] * 5
    assert weights(TRAP[:-1] * 5) == [value] * 5
    assert weights(TRAP) == [value]
    assert weights(TRAP[:-1]) == [value]


@pytest.mark.parametrize("before", [b"", TRAP, DOCUMENTED * 2, b"noise"])
@pytest.mark.parametrize("after", [b"", TRAP, DOCUMENTED])
def test_no_flipped_bit_in_such_a_message_makes_another_weight(before, after):
    true = {parse(TRAP).weight_kg, 43120.0}
    for spot in range(18):
        for bit in range(8):
            damaged = bytearray(TRAP)
            damaged[spot] ^= 1 << bit
            assert set(weights(before + bytes(damaged) + after)) <= true


def test_short_messages_are_read_and_half_a_long_message_is_not_taken_for_one():
    short = message(43120, short=True, checksum=False)
    assert len(short) == 11
    assert weights(short * 3) == [43120.0] * 3
    assert weights(message(43120, short=True) * 3) == [43120.0] * 3
    assert parse(short).extra["tare_kg"] is None
    long = message(43120, checksum=False)
    cut_in_the_middle = long[:5] + long[11:]
    assert weights(long + cut_in_the_middle + long) == [43120.0, 43120.0]


def test_the_variant_with_a_space_after_the_status_words_is_read_where_it_is_set():
    plain = message(43120, tare=20, checksum=False)
    spaced = plain[:4] + b" " + plain[4:]
    assert weights(spaced * 3, form="extra_space") == [43120.0] * 3
    assert weights(spaced * 3) == []


def test_parity_bits_are_ignored_where_the_line_has_seven_bits():
    data = bytes(b | (b.bit_count() % 2) << 7 for b in message(43120))
    assert weights(data * 3, seven_bits="on") == [43120.0] * 3
    assert weights(data * 3) == []


def test_noise_after_a_message_without_checksum_costs_nothing_once_the_stream_is_known_to_have_none():
    data = message(43120, checksum=False)
    assert weights(data * 2 + b"\x7f" + data) == [43120.0] * 3


def test_a_message_waits_for_its_checksum_only_until_the_line_is_idle():
    kind = ToledoContinuous()
    framer = kind.framer()
    assert framer.feed(message(43120, checksum=False), AT) == []
    (frame,) = framer.idle(LATER)
    assert frame.at == AT
    assert kind.parse(frame).weight_kg == 43120.0
    strict = ToledoContinuous({"checksum": "on"}).framer()
    strict.feed(message(43120, checksum=False), AT)
    assert strict.idle(LATER) == []
