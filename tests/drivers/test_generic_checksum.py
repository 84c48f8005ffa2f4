"""A profile's [checksum]: what documented messages carry, and that no damaged one yields a wrong value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import FrameError, SettingError
from drivers.generic.checksum import KINDS, read_checksum
from drivers.generic.generic import Generic
from drivers.generic.tables import Table
from drivers.kind import read_frame
from drivers.reading import Reading
from drivers.simulated.profiled import message
from tests.draws import examples
from tests.drivers.rig import AT

HEAD = """
[profile]
name = "scale"
category = "weighbridge"
evidence = "synthetic"
commissioned = true
source = "this test"
[extract]
method = "regex"
pattern = 'G(?P<weight>[ 0-9]{{7}})(?:kg)?'
[values.weight]
unit = "kg"
[stability]
rule = "always"
[framing]
{framing}
[decode]
seven_bits = {seven_bits}
[checksum]
{checksum}
[simulate]
template = "{template}"
"""
# name: framing, checksum, template
SHAPES = {
    "toledo, a byte behind the end": (
        'start = "<STX>"\nend = "<CR>"\ntrailer = 1',
        'kind = "twos7"\nfrom = 1\nat = -1\nwritten = "byte"',
        "<STX>G{weight:>7}<CR>{checksum}",
    ),
    "a line with hex digits": (
        'end = "line"',
        'kind = "xor"\nfrom = 1\nat = -2\nwritten = "hex_upper"',
        "G{weight:>7}kg{checksum}<CR><LF>",
    ),
    "decimal digits before the end": (
        'start = "<"\nend = ">"',
        'kind = "crc16-modbus"\nfrom = 2\nat = -9\nwritten = "decimal"\nwidth = 8',
        "<G{weight:>7}{checksum:>8}>",
    ),
    "small hex digits before the end": (
        'start = "<STX>"\nend = "<ETX>"',
        'kind = "sum8"\nfrom = 2\nto = -4\nat = -3\nwritten = "hex_lower"',
        "<STX>G{weight:>7}{checksum}<ETX>",
    ),
    "two bytes in a fixed length": (
        'start = "<STX>"\nlength = 11\ntrailer = 2',
        'kind = "sum16"\nfrom = 1\nat = -2\nwritten = "byte"\norder = "high_first"',
        "<STX>G{weight:>7}{checksum}",
    ),
    "two bytes, the low one first": (
        'start = "<STX>"\nend = "<ETX>"\ntrailer = 2',
        'kind = "crc16-modbus"\nfrom = 1\nat = -2\nwritten = "byte"\norder = "low_first"',
        "<STX>G{weight:>7}<ETX>{checksum}",
    ),
    "before what it covers": (
        'start = "<STX>"\nend = "<ETX>"',
        'kind = "twos8"\nfrom = 4\nto = -2\nat = 2\nwritten = "hex_upper"',
        "<STX>{checksum}G{weight:>7}<ETX>",
    ),
    "seven bits": (
        'start = "<STX>"\nend = "<ETX>"\ntrailer = 1',
        'kind = "sum8"\nfrom = 2\nat = -1\nwritten = "byte"',
        "<STX>G{weight:>7}<ETX>{checksum}",
    ),
}


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("profiles")
    return {name: Generic({"profile": _write(folder, name)}) for name in SHAPES}


def _write(folder, name):
    framing, checksum, template = SHAPES[name]
    seven = "true" if name == "seven bits" else "false"
    path = folder / f"{name}.toml"
    path.write_text(HEAD.format(framing=framing, checksum=checksum, template=template, seven_bits=seven))
    return str(path)


def weights(kind, data):
    framer = kind.framer()
    outcomes = [read_frame(kind, frame) for frame in framer.feed(data, AT) + framer.finish(AT)]
    return [outcome.weight_kg if isinstance(outcome, Reading) else outcome.reason for outcome in outcomes]


@pytest.mark.parametrize("name", SHAPES)
@settings(max_examples=examples(25))
@given(weight=st.integers(0, 200_000))
def test_what_the_simulator_seals_is_read_and_no_flipped_bit_gets_a_wrong_value_through(kinds, name, weight):
    kind = kinds[name]
    good = message(kind.profile, {"weight": str(weight)})
    assert weights(kind, good) == [weight]
    others = [message(kind.profile, {"weight": str(other)}) for other in (43_120, 43_120)]
    for spot in range(len(good) * 8):
        flipped = bytearray(good)
        flipped[spot // 8] ^= 1 << spot % 8
        read = weights(kind, others[0] + flipped + others[1])
        assert {one for one in read if isinstance(one, float)} <= {43_120, weight}


@pytest.mark.parametrize("name", SHAPES)
@given(data=st.data())
@settings(max_examples=examples(40))
def test_a_message_with_any_other_checksum_is_refused(kinds, name, data):
    kind = kinds[name]
    good = message(kind.profile, {"weight": "43120"})
    counted = kind.profile.framing.counted_part(good)
    start, stop = kind.profile.checksum.span(len(counted))
    alphabet = st.sampled_from(b"0123456789ABCDEFabcdef") | st.integers(0, 127)
    other = bytes(data.draw(st.lists(alphabet, min_size=stop - start, max_size=stop - start)))
    if other.strip() != counted[start:stop].strip():
        damaged = good.replace(counted, counted[:start] + other + counted[stop:])
        assert 43_120 not in weights(kind, damaged)
    assert weights(kind, good) == [43_120]


@pytest.mark.parametrize(
    ("kind", "written", "data", "says"),
    [
        ("xor", "hex_upper", b"WG004.139kg", b"3D"),  # the manual of Yaohua A12
        ("crc16-modbus", "decimal", b"000005.06.1813:12   21   20000       0   20000kg     1", b"27387"),
        ("sum8", "hex_upper", b"7L|1|N\r\x03", b"0A"),  # recorded from an ASTM analyzer
        ("twos8", "hex_upper", b"01PS+000123.4", b"49"),  # computed by the rule of Flintec's manual
        ("twos7", "byte", bytes.fromhex("022A30202034333132302020202020300D"), b"\x0d"),
        ("crc16-modbus", "byte", b"\x01\x04\x02\xff\xff", b"\xb8\x80"),
        ("sum16", "hex_lower", b"\xff\xff\xff", b"02fd"),
    ],
)
def test_known_messages_have_the_checksum_that_the_function_gives(kind, written, data, says):
    more = {"order": "low_first" if written == "byte" else "high_first"} if KINDS[kind][1] == 2 else {}
    content = {"kind": kind, "written": written, "from": 1, "at": len(data) + 1}
    if written == "decimal":
        more = {}
    checksum = read_checksum(Table("p.toml", "checksum", content | more), by_line=False, seven_bits=False)
    assert checksum.seal(data + b"0" * len(says)) == data + says.rjust(checksum.width)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "crc32"}, r"p.toml: \[checksum\] kind: 'crc32' is not possible; allowed: xor, sum8"),
        ({"kind": "lrc"}, "write xor .* or twos8"),
        ({"from": 0}, "there is no 0"),
        ({"at": None}, r"\[checksum\] at: is missing"),
        ({"at": -1}, "leaves no room for 2 characters"),
        ({"at": 3, "from": 3}, "stands behind the checksum"),
        ({"from": 3, "to": 2}, "stands before from"),
        ({"at": 4, "from": 3, "to": 9}, "would cover itself"),
        ({"written": "hex"}, "allowed: byte, hex_upper"),
        ({"width": 4}, "is for a decimal checksum"),
        ({"order": "low_first"}, "means nothing for one byte"),
        ({"kind": "sum16"}, r"\[checksum\] order: is missing"),
        ({"written": "decimal", "width": 2}, "whole number from 3 to 16"),
        ({"until": 4}, r"\[checksum\] until: is not known here"),
    ],
)
def test_a_checksum_that_cannot_be_is_refused_with_its_key(change, why):
    content = {"kind": "xor", "written": "hex_upper", "from": 1, "at": -2, **change}
    table = Table("p.toml", "checksum", {key: value for key, value in content.items() if value is not None})
    with pytest.raises(SettingError, match=why):
        read_checksum(table, by_line=False, seven_bits=False)


def test_a_raw_byte_in_a_line_is_refused_because_it_may_be_a_line_end():
    table = Table("p.toml", "checksum", {"kind": "xor", "written": "byte", "from": 1, "at": -1})
    with pytest.raises(SettingError, match="may look like a line end"):
        read_checksum(table, by_line=True, seven_bits=False)


@pytest.mark.parametrize("text", [b"\x02\x03", b"\x0212\x03", b"\x02" + b"1" * 40 + b"\x03"])
def test_a_message_without_room_for_its_checksum_is_refused_and_raises_nothing_else(kinds, text):
    kind = kinds["before what it covers"]
    (frame,) = kind.framer().feed(text, AT)
    assert isinstance(read_frame(kind, frame), FrameError)
