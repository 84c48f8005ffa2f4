import socket
import threading
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.decode import decode
from drivers.errors import FrameError, SettingError
from drivers.generic.generic import Generic
from drivers.generic.profile import SHIPPED
from drivers.generic.selftest import problems
from drivers.kind import DriverFaultFrame, read_frame
from drivers.reading import Analyte, Basis, Flag, Frame, Reading
from drivers.simulated.line import TcpLine
from drivers.simulated.profiled import ProfiledDevice, message
from tests.drivers.heads import made
from tests.drivers.rig import AT, Running, wait_until
from tests.drivers.test_framing import CUTS, pieces

NAMES = sorted(path.stem for path in SHIPPED.glob("*.toml"))
KINDS = {name: Generic(made("generic", {"profile": name})) for name in NAMES}

SCALE = """
[profile]
name = "scale"
category = "weighbridge"
evidence = "synthetic"
commissioned = true
source = "this test"
[framing]
start = "<STX>"
end = "<ETX>"
limit = 64
[extract]
method = "columns"
width = 13
[extract.fields]
status = [1, 1]
sign = [2, 2]
weight = [3, 8]
number = [9, 13]
[values.weight]
unit = "kg"
sign_from = "sign"
scale = 0.1
[numbers]
decimal = "comma"
overload = ["^"]
underload = ["UL"]
[flags.status]
"" = "stable"
"M" = "motion"
"E" = "error"
[stability]
rule = "flags"
[texts]
sealed_number = "number"
"""
PARTS = ("[profile]", "[framing]", "[extract]", "[values.weight]", "[flags.status]", "[stability]")


@pytest.fixture
def profile(tmp_path):
    def write(text):
        path = tmp_path / "scale.toml"
        path.write_text(text)
        return str(path)

    return write


@pytest.fixture
def scale(profile):
    return Generic({"profile": profile(SCALE)})


def frames_of(kind, parts):
    framer = kind.framer()
    return [frame for part in parts for frame in framer.feed(part, AT)] + framer.finish(AT)


def weigh(kind, text):
    (frame,) = frames_of(kind, [b"\x02" + text + b"\x03"])
    outcome = read_frame(kind, frame)
    return (outcome.weight_kg, set(outcome.flags)) if isinstance(outcome, Reading) else outcome.reason


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_profile_reads_its_own_examples(name):
    profile = KINDS[name].profile
    assert profile.examples
    assert problems(profile, AT) == []


@pytest.mark.parametrize(
    ("example", "problem"),
    [
        (
            'sent = "<STX>    1234     <ETX>"\norigin = "synthetic"\nweight = 1.0',
            "reads weight 123.4 instead of weight 1",
        ),
        (
            'sent = "<STX>  ------     <ETX>"\norigin = "synthetic"\nweight = 0',
            "reads weight none instead of weight 0",
        ),
        ('sent = "<STX>    1234     "\norigin = "synthetic"', "holds 0 messages instead of one with nothing"),
        ('sent = "<STX>X   1234     <ETX>"\norigin = "synthetic"', "'X' is not in the profile"),
        (
            'sent = "<STX>    1234     <ETX>"\norigin = "synthetic"\nweight = 123.4\nflags = ["motion"]',
            "has the flags",
        ),
    ],
)
def test_an_example_that_is_not_read_as_it_says_is_told(profile, example, problem):
    kind = Generic({"profile": profile(f"{SCALE}[[examples]]\n{example}\n")})
    (told,) = problems(kind.profile, AT)
    assert told.startswith("example 1: ")
    assert problem in told


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_profile_says_its_evidence_and_that_it_waits_for_commissioning(name):
    head = KINDS[name].profile.head
    assert head.commissioned is False
    assert head.unknown
    assert head.source
    assert KINDS[name].profile.examples
    assert KINDS[name].unverified == head.unknown
    text = (SHIPPED / f"{name}.toml").read_text()
    assert text.startswith("# ")
    if head.evidence in ("none", "synthetic"):
        assert "SYNTHETIC" in text or "A FORM TO FILL IN ON SITE" in text


@pytest.mark.parametrize("name", ["precia-molen", "arpege-master-k"])
def test_a_device_whose_protocol_nobody_knows_says_so_with_every_reading(name):
    kind = KINDS[name]
    (frame,) = frames_of(kind, [kind.profile.examples[0].sent])
    assert kind.profile.head.evidence == "none"
    assert kind.parse(frame).extra["commissioned"] is False


@given(name=st.sampled_from(NAMES), data=st.data(), cuts=CUTS)
def test_examples_glued_with_garbage_and_cut_anywhere_give_the_same_readings(name, data, cuts):
    kind = KINDS[name]
    sent = [example.sent for example in kind.profile.examples]
    stream = b"".join(data.draw(st.lists(st.sampled_from([*sent, b"garbage\r\n", sent[0][:7]]), max_size=6)))
    whole = [read_frame(kind, frame) for frame in frames_of(kind, [stream])]
    cut = [read_frame(kind, frame) for frame in frames_of(kind, pieces(stream, cuts))]
    assert [_told(outcome) for outcome in cut] == [_told(outcome) for outcome in whole]
    known = [_told(kind.parse(frame)) for one in sent for frame in frames_of(kind, [one])]
    assert all(_told(outcome) in known for outcome in whole if isinstance(outcome, Reading))


def _told(outcome):
    return (dict(outcome.values), outcome.flags) if isinstance(outcome, Reading) else outcome.reason


@given(name=st.sampled_from(NAMES), data=st.binary(max_size=80))
def test_any_bytes_give_a_reading_or_a_reason_and_never_a_mistake(name, data):
    outcome = read_frame(KINDS[name], Frame(data, AT))
    assert isinstance(outcome, Reading | FrameError)
    assert not isinstance(outcome, DriverFaultFrame)


@given(name=st.sampled_from(NAMES), spot=st.integers(0, 200), bit=st.integers(0, 7))
def test_a_flipped_bit_gives_a_reading_or_a_reason_and_never_a_mistake(name, spot, bit):
    sent = bytearray(KINDS[name].profile.examples[0].sent)
    sent[spot % len(sent)] ^= 1 << bit
    for frame in frames_of(KINDS[name], [bytes(sent)]):
        assert not isinstance(read_frame(KINDS[name], frame), DriverFaultFrame)


@given(st.lists(st.integers(-999, 99_999).map(lambda n: n / 10), max_size=5), CUTS)
def test_what_the_simulator_writes_from_a_profile_is_what_the_profile_reads(weights, cuts):
    kind = KINDS["st-weight"]
    data = b"".join(
        message(kind.profile, {"status": "ST", "mode": "NT", "weight": str(kg)}) for kg in weights
    )
    readings = [kind.parse(frame) for frame in frames_of(kind, pieces(data, cuts))]
    assert [reading.weight_kg for reading in readings] == weights
    assert all(Flag.NET in reading.flags for reading in readings)


def test_a_fixed_column_message_has_sign_scale_status_and_sealed_number(scale):
    (frame,) = frames_of(scale, [b"\x02 -  1234 0042\x03"])
    reading = scale.parse(frame)
    assert (reading.weight_kg, reading.kind, reading.driver) == (-123.4, "weight", "generic")
    assert reading.flags == {Flag.STABLE, Flag.NEGATIVE}
    assert reading.extra["sealed_number"] == "0042"
    assert reading.extra["as_sent"]["weight"] == "1234"
    assert reading.extra["commissioned"] is True


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (b"   12,50 0042", (1.25, {Flag.STABLE})),
        (b"M  12,50 0042", (1.25, {Flag.MOTION})),
        (b"  ^^^^^^  042", (None, {Flag.STABLE, Flag.OVERLOAD})),
        (b" ^^^^^^^  042", (None, {Flag.STABLE, Flag.OVERLOAD})),
        (b"  UL         ", (None, {Flag.STABLE, Flag.UNDERLOAD})),
        (b"  ------     ", (None, {Flag.STABLE, Flag.ERROR})),
        (b"             ", (None, {Flag.STABLE, Flag.ERROR})),
        (b"E   1234     ", (None, {Flag.ERROR})),
        (b"X   1234     ", "status 'X' is not in the profile"),
        (b" ^  1234     ", "'^' is no sign"),
        (b"   12.50     ", "'12.50' is not a number"),
        (b"  12 34      ", "'12 34' is not a number"),
        (b"   1234    ", "11 characters instead of 13"),
        (b"  999999     ", (99_999.9, {Flag.STABLE})),
        (b"       0     ", (0.0, {Flag.STABLE, Flag.ZERO})),
    ],
)
def test_what_is_no_weight_is_none_with_flags_or_a_refusal_and_never_zero(scale, text, outcome):
    assert weigh(scale, text) == outcome


def test_a_weight_that_cannot_be_true_is_none_with_an_error(profile):
    kind = Generic({"profile": profile(SCALE.replace("scale = 0.1", "scale = 10"))})
    assert weigh(kind, b"  999999     ") == (None, {Flag.STABLE, Flag.ERROR})


def test_analyses_have_units_bases_dates_and_an_identity_of_their_own():
    kind = KINDS["perten-csv"]
    (frame,) = frames_of(kind, [kind.profile.examples[0].sent])
    reading = kind.parse(frame)
    assert reading.values[Analyte.PROTEIN].basis is Basis.AS_IS
    assert reading.device_time == datetime(2026, 7, 14, 10, 3, 22)  # noqa: DTZ001
    assert reading.sample_id == "S000123"
    changed = Frame(frame.data.replace(b"13.1", b"13.2"), AT)
    assert kind.parse(changed).identity == reading.identity
    later = Frame(frame.data.replace(b"10:03:22", b"10:03:23"), AT)
    assert kind.parse(later).identity != reading.identity
    nameless = Frame(frame.data.replace(b"S000123", b""), AT)
    assert kind.parse(nameless).identity is None


def test_a_date_that_is_none_keeps_the_values_and_says_why():
    kind = KINDS["perten-csv"]
    (frame,) = frames_of(kind, [kind.profile.examples[0].sent.replace(b"2026-07-14", b"14.07.2026")])
    reading = kind.parse(frame)
    assert reading.device_time is None
    assert "14.07.2026" in reading.extra["device_time_problem"]
    assert reading.values[Analyte.MOISTURE].value == 13.1


def test_a_header_line_is_known_to_hold_no_result():
    results = list(decode([b"SampleID,Date,Time\r\n"], "generic", {"profile": "perten-csv"}, at=AT))
    assert [error.reason for error in results] == ["a message that holds no result"]


def test_parity_bits_are_taken_off_where_the_profile_says_so(profile):
    text = SCALE + '[decode]\nencoding = "ascii"\nseven_bits = true\n'
    kind = Generic({"profile": profile(text)})
    sent = b"\x02    1234     \x03"
    parity = bytes(byte | 0x80 if bin(byte).count("1") % 2 else byte for byte in sent)
    assert parity[0] == 0x82
    (frame,) = frames_of(kind, [parity])
    assert kind.parse(frame).weight_kg == 123.4
    plain = Generic({"profile": profile(text.replace("seven_bits = true", "seven_bits = false"))})
    assert frames_of(plain, [parity]) == []
    assert "is not ascii" in weigh(plain, parity[1:-1])


@given(
    name=st.sampled_from(["arpege-master-k", "gehaka-g810", "precia-molen", "st-weight", "perten-csv"]),
    cut=st.integers(1, 60),
)
def test_the_end_of_a_message_heard_in_the_middle_gives_no_other_value(name, cut):
    kind = KINDS[name]
    example = kind.profile.examples[0]
    for frame in frames_of(kind, [example.sent[min(cut, len(example.sent)) :]]):
        outcome = read_frame(kind, frame)
        assert (
            isinstance(outcome, FrameError)
            or {a: v.value for a, v in outcome.values.items()} == example.values
        )


def test_a_ticket_without_one_of_its_labels_or_with_one_twice_is_refused():
    kind = KINDS["gac500xt-ticket"]
    sent = kind.profile.examples[0].sent
    for damaged in (
        sent.replace(b"TW:", b"T:"),
        sent.replace(b"TW:", b"Moist.:"),
        sent.replace(b"    12.5 %", b""),
    ):
        (frame,) = frames_of(kind, [damaged])
        assert isinstance(read_frame(kind, frame), FrameError)
    (frame,) = frames_of(kind, [sent.replace(b"12.5 %", b"12.5 F")])
    assert read_frame(kind, frame).reason == "'12.5 F' does not end with '%'"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[framing]", "[frame]", r"\[framing\]: is missing"),
        ('category = "weighbridge"', 'category = "scale"', r"\[profile\] category: 'scale' is not possible"),
        ("commissioned = true", "", r"\[profile\] commissioned: is missing"),
        ('unit = "kg"', 'unit = "stone"', r"\[values.weight\] unit: 'stone' is not possible; allowed: kg"),
        ('unit = "kg"', "", r"\[values.weight\] unit"),
        ("[values.weight]", "[values.wieght]", "'wieght' is no analyte"),
        ("[values.weight]", "[values.moisture]", "unit: 'kg' is not possible; allowed: %"),
        (
            'category = "weighbridge"',
            'category = "analyzer"',
            "an analyzer has at least one analyte and no weight",
        ),
        ('sign_from = "sign"', 'sign_from = "sgn"', "gives no field 'sgn'.*it gives number, sign, status"),
        ("scale = 0.1", "sclae = 0.1", r"\[values.weight\] sclae: is not known here; known: "),
        ('"M" = "motion"', '"M" = "moving"', r"\[flags.status\] M: 'moving' is no flag"),
        ('"" = "stable"', '"" = "gross"', r'\[stability\] rule: "flags" needs'),
        ('rule = "flags"', 'rule = "equal"', "is for messages without a mark"),
        ("[stability]\nrule", "[stability]\nrole", r"\[stability\] rule: is missing"),
        ("width = 13", 'width = "13"', r"\[extract\] width: '13' must be a whole number"),
        ("weight = [3, 8]", "weight = [8, 3]", r"\[extract.fields\] weight: must be \[first, last\]"),
        ("number = [9, 13]", "number = [9, 14]", "whole number from 1 to 13"),
        ('overload = ["^"]', 'overload = ["12"]', r"\[numbers\] overload: '12' is blank or a number"),
        ('method = "columns"', 'method = "xpath"', "'xpath' is not possible; allowed: regex, csv"),
        ("[texts]", '[duplicates]\nrule = "repeat"\n[texts]', "every message of a weighbridge counts"),
        ("[texts]", '[time]\nfrom = "number"\nformat = "%H:%M"\n[texts]', "holds no whole date"),
        ("[texts]", "[poll]\nsend = ''\n[texts]", r"\[poll\] send: is empty"),
        (
            "[texts]",
            "[transport]\nbaud = 3\n[texts]",
            r"\[transport\] baud: 3 must be a whole number from 50",
        ),
        ("[texts]", "[tests]", r"\[tests\]: is not known here"),
        ("[profile]", "[profile", "not a TOML file"),
    ],
)
def test_a_wrong_profile_names_file_section_and_key(profile, old, new, why):
    assert old in SCALE
    with pytest.raises(SettingError, match=f"scale.toml: .*{why}" if "TOML" not in why else why):
        Generic({"profile": profile(SCALE.replace(old, new, 1))})


def test_without_a_profile_the_shipped_ones_are_named():
    for name in ("", "unheard-of"):
        with pytest.raises(SettingError, match="precia-molen"):
            Generic({"profile": name})
    with pytest.raises(SettingError, match=r"nowhere.toml cannot be read \(No such file"):
        Generic({"profile": "nowhere.toml"})


def test_a_pattern_that_could_be_kept_busy_is_refused_with_its_section(profile):
    text = SCALE.replace(
        'method = "columns"\nwidth = 13\n[extract.fields]', 'method = "regex"\npattern = "(a+)+"\n[x]'
    )
    with pytest.raises(SettingError, match=r"scale.toml: \[extract\] pattern: '\(a\+\)\+' repeats"):
        Generic({"profile": profile(text)})


def test_a_device_that_must_be_asked_has_its_poll(profile):
    kind = Generic({"profile": profile(SCALE + '[poll]\nsend = "<ENQ>P<CR>"\nevery_s = 0.5\n')})
    assert (kind.poll, kind.poll_every_s) == (b"\x05P\r", 0.5)
    assert KINDS["st-weight"].poll is None


def test_a_profile_repeating_its_result_and_its_category_are_those_of_the_profile():
    assert KINDS["sanko-mr300"].repeats_within_s == 3.0
    assert KINDS["gehaka-g810"].repeats_within_s is None
    assert (KINDS["st-weight"].category, KINDS["gehaka-g810"].category) == ("weighbridge", "analyzer")
    assert (KINDS["st-weight"].silent_after_s, KINDS["gehaka-g810"].silent_after_s) == (5.0, None)


def test_a_simulated_device_behind_a_converter_is_read_through_its_profile():
    line = TcpLine()
    device = ProfiledDevice(line, KINDS["gehaka-g810"].profile)
    try:
        with Running("generic", f"tcp:127.0.0.1:{line.port}", settings={"profile": "gehaka-g810"}) as running:
            wait_until(lambda: line.is_connected)
            for tenths in (121, 122, 123):
                device.send({"moisture": f"{tenths / 10}"}, {Analyte.MOISTURE: tenths / 10}, AT)
            wait_until(lambda: len(running.got) == 3)
    finally:
        line.close()
    read = [delivery.reading.values[Analyte.MOISTURE].value for delivery in running.got]
    assert read == [emission.values["moisture"] for emission in device.log.all()]


def test_messages_that_only_silence_tells_apart_are_read_on_a_live_line(profile):
    text = SCALE.replace('start = "<STX>"\nend = "<ETX>"', "gap_ms = 250")
    line = TcpLine()
    try:
        with Running("generic", f"tcp:127.0.0.1:{line.port}", settings={"profile": profile(text)}) as running:
            wait_until(lambda: line.is_connected)
            for count, digits in enumerate((b"1234", b"4321"), 1):
                line.write(b"    " + digits[:2])
                line.write(digits[2:] + b"     ")
                wait_until(lambda count=count: len(running.got) >= count)
    finally:
        line.close()
    assert running.weights() == [123.4, 432.1]


def test_a_device_that_only_answers_is_asked_on_a_live_line(profile):
    text = SCALE.replace('rule = "flags"', 'rule = "flags"\n[poll]\nsend = "<ENQ>"\nevery_s = 0.1')
    server = socket.create_server(("127.0.0.1", 0))
    asked = []

    def answer():
        client, _ = server.accept()
        with client:
            for number in range(3):
                asked.append(client.recv(16))
                client.sendall(b"\x02    %04d     \x03" % number)

    device = threading.Thread(target=answer)
    device.start()
    url = f"tcp:127.0.0.1:{server.getsockname()[1]}"
    with server, Running("generic", url, settings={"profile": profile(text)}) as running:
        wait_until(lambda: len(running.weights()) == 3)
        device.join(5)
    assert [set(words) for words in asked] == [{5}] * 3
    assert running.weights() == [0.0, 0.1, 0.2]


def test_the_profiles_ship_beside_the_code():
    assert Path(SHIPPED).is_dir()
    assert {"precia-molen", "arpege-master-k", "gehaka-g810", "perten-csv", "sanko-mr300"} <= set(NAMES)


@pytest.mark.parametrize(
    ("mark", "text", "read"),
    [
        ("point", "43.120", 4312.0),
        ("point", "   980", 98.0),
        ("point", "- 1.20", "'- 1.20' is not a number"),
        ("blank", "43 120", 4312.0),
        ("blank", "-1 120", -112.0),
        ("apostrophe", "43'120", 4312.0),
        ("apostrophe", "4'3120", '"4\'3120" is not a number'),
    ],
)
def test_groups_of_three_digits_are_one_number_and_no_others(profile, mark, text, read):
    kind = Generic({"profile": profile(SCALE.replace("[numbers]", f'[numbers]\nthousands = "{mark}"'))})
    outcome = weigh(kind, f"  {text}     ".encode())
    assert (outcome[0] if isinstance(outcome, tuple) else outcome) == read


def test_thousands_are_not_marked_like_decimals(profile):
    with pytest.raises(SettingError, match="thousands: is the decimal mark already"):
        Generic({"profile": profile(SCALE.replace("[numbers]", '[numbers]\nthousands = "comma"'))})


@pytest.mark.parametrize(
    ("numbers", "text", "kg"),
    [
        ('thousands = "comma"', "43,120", 4312.0),
        ('thousands = "comma"', "43.120", 4.312),
        ('decimal = "comma"\nthousands = "point"', "43.120", 4312.0),
        ('decimal = "comma"\nthousands = "point"', "43,120", 4.312),
        ('decimal = "either"\nthousands = "blank"', "43 120", 4312.0),
        ('decimal = "either"\nthousands = "blank"', "43.120", 4.312),
        ('separator = "thousands"', "43.120", 4312.0),
    ],
)
def test_a_profile_that_says_what_parts_thousands_leaves_no_size_open(profile, numbers, text, kg):
    kind = Generic(
        {"profile": profile(SCALE.replace('[numbers]\ndecimal = "comma"', f"[numbers]\n{numbers}"))}
    )
    assert kind.chosen.unset == {}
    assert weigh(kind, f"  {text}     ".encode())[0] == pytest.approx(kg)


@pytest.mark.parametrize("said", ["thousands", ""])
def test_marks_between_thousands_contradict_another_word_on_the_separator(profile, said):
    wrong = f'[numbers]\nthousands = "blank"\nseparator = "{said}"'
    with pytest.raises(SettingError, match="separator: contradicts thousands"):
        Generic({"profile": profile(SCALE.replace("[numbers]", wrong))})


def test_digits_sent_from_the_last_one_on_are_turned_round(profile):
    kind = Generic({"profile": profile(SCALE.replace("scale = 0.1", "reversed = true"))})
    assert weigh(kind, b"  021340     ") == (43_120.0, {Flag.STABLE})
    assert weigh(kind, b" -021000     ") == (-120.0, {Flag.STABLE, Flag.NEGATIVE})
