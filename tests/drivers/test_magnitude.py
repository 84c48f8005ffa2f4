"""A number whose size a message leaves open has no value until a person has said how to read it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.decimals import read_written, unmistakable
from drivers.kind import read_frame
from drivers.magnitude import missing_settings, ways_of
from drivers.reading import Analyte, Flag, Reading
from drivers.registry import KINDS, make_protocol
from tests.drivers.rig import AT

POUND = 0.45359237
# The same weight, three digits behind one separator, as each format writes it: {} is 7 characters.
THREE_DIGITS = [
    ("mt-sics", b"S S     {} kg \r\n"),
    ("sma", b"\n 1G     {}kg \r"),
    ("nci-scp01", b"\n{}kg\r\n00\r\x03"),
    ("dini-argeo", b"ST,GS, {},kg\r\n"),
    ("dini-argeo", b"1,ST,   {},       0.000,         0,kg\r\n"),
    ("rice-lake", b"\x02 {}KG \r\n"),
    ("cardinal", b" {}kgG  \r"),
    ("bilanciai", b"$  {}     0,000 kg 0200\r\n"),
    ("st-gs", b"ST,GS, {}kg\r\n"),
    ("st-gs", b"ww {}kg\r\n"),
    ("st-gs", b"ST,GS,\xc5\x8a, {}\x00kg\r\n"),
    ("st-gs", b"ST,+ {},  kg\r\n"),
    ("mt-sics", b"     G      {} kg   \r\n"),
    ("dini-argeo", b"PIDST,1,   {}kg,PT       0,0kg,00000-000158\r\n"),
    ("cardinal", b"\r {}  kg g  \x03"),
    ("sartorius-sbi", b"+  {} kg \r\n"),
    ("rinstrum", b"\x02 {}G Z-kg \x03"),
]


def read(kind, data, **chosen):
    protocol = make_protocol(kind, chosen)
    framer = protocol.framer()
    (frame,) = framer.feed(data, AT) + framer.finish(AT)
    reading = read_frame(protocol, frame)
    assert isinstance(reading, Reading), reading
    return reading


@pytest.mark.parametrize("mark", [b",", b"."])
@pytest.mark.parametrize(("kind", "form"), THREE_DIGITS)
def test_three_digits_behind_one_separator_are_never_guessed(kind, form, mark):
    data = form.replace(b"{}", b" 12" + mark + b"345")
    reading = read(kind, data, crc="off") if kind == "systec" else read(kind, data)
    assert reading.weight_kg is None
    assert Flag.ERROR in reading.flags
    assert {way.settings["separator"]: way.values["weight"] for way in ways_of(reading)} == {
        "decimal": 12.345, "thousands": 12_345.0
    }  # fmt: skip
    assert read(kind, data, separator="decimal").weight_kg == 12.345
    assert read(kind, data, separator="thousands").weight_kg == 12_345.0
    empty = read(kind, form.replace(b"{}", b"  0" + mark + b"000"))
    assert (empty.weight_kg, ways_of(empty)) == (0.0, [])


@pytest.mark.parametrize(
    ("line", "kg"),
    [
        (b"ST,GS,84,320lb", None),
        (b"ST,GS,12,345kg", None),
        (b"ST,GS,43.120t", 43_120.0),
        (b"ST,GS,43,120 t", 43_120.0),
        (b"ST,GS,12.345g", 0.012345),
        (b"ST,GS,12.345,6kg", 12_345.6),
        (b"ST,GS,12,345.6kg", 12_345.6),
        (b"ST,GS,-12.345,6kg", None),
        (b"ST,GS,123.456,789g", 123.456789),
        (b"ST,GS,  43120.5kg", 43_120.5),
        (b"ST,GS,1.234.567g", 1234.567),
    ],
)
def test_what_separators_say_and_what_they_do_not(line, kg):
    assert read("st-gs", line + b"\r\n").weight_kg == (kg if kg is None else pytest.approx(kg))


def test_pounds_are_left_open_like_kilograms():
    reading = read("st-gs", b"ST,GS,84,320lb\r\n")
    assert [way.values["weight"] for way in ways_of(reading)] == pytest.approx(
        [84.320 * POUND, 84_320 * POUND], abs=1e-5
    )


@pytest.mark.parametrize(
    ("kind", "data", "setting", "choice", "kg"),
    [
        ("rinstrum", b"\x02   43120G\x03", "unit", "kg", 43_120.0),
        ("bilanciai", b"$043120\r", "unit", "10kg", None),
        ("bilanciai", b"$004312\r", "unit", "10kg", 43_120.0),
        ("bilanciai", b"$043120\r", "unit", "0.1kg", 4312.0),
        ("yaohua", b"\x02+043120018\x03", "unit", "kg", 43_120.0),
        ("rice-lake", b"\x02   43120 G \r\n", "blank_unit", "lb", 43_120 * POUND),
        ("st-gs", b"ST,GS,+0043120\r\n", "blank_unit", "kg", 43_120.0),
    ],
)
def test_a_unit_that_nobody_sent_is_asked_for(kind, data, setting, choice, kg):
    if kind == "yaohua":
        data = data[:9] + b"%02X" % _xor(data[1:9]) + data[11:]
    reading = read(kind, data)
    assert reading.weight_kg is None
    assert choice in missing_settings(reading)[setting]
    assert reading.extra["as_sent"]["unit"] is None
    chosen = read(kind, data, **{setting: choice}).weight_kg
    assert chosen == (None if kg is None else pytest.approx(kg))


def _xor(data):
    found = 0
    for byte in data:
        found ^= byte
    return found


def test_reversed_digits_are_asked_for_only_where_both_ways_make_a_number():
    reading = read("yaohua", b"=02134000", unit="kg")
    assert [way.values["weight"] for way in ways_of(reading)] == [43_120.0, 2_134_000.0]
    assert read("yaohua", b"=-0001.00", unit="kg").weight_kg == -1.0
    assert missing_settings(read("yaohua", b"=000.3000")).keys() == {"digits", "unit", "separator"}


def test_a_shinko_line_is_grams_with_its_last_digit_behind_a_slash():
    reading = read("st-gs", b"+007.12/3 G S\r\n")
    assert (reading.weight_kg, reading.unit_sent) == (0.007123, "G")
    assert Flag.STABLE in reading.flags
    assert not reading.flags & {Flag.GROSS, Flag.NET}
    assert read("st-gs", b"+007.12/3KG U\r\n").weight_kg == 7.123
    assert read("st-gs", b"-00012.34KGGS\r\n").weight_kg == -12.34
    assert read("st-gs", b"+00012.34CT S\r\n").weight_kg is None


def test_a_tare_that_may_be_thousands_leaves_the_weight_but_is_not_told():
    reading = read("dini-argeo", b"1,ST,   43120.0,       3.120,         0,kg\r\n")
    assert (reading.weight_kg, reading.extra["tare_kg"]) == (43_120.0, None)
    assert Flag.NET in reading.flags


@given(
    whole=st.integers(0, 999_999), decimals=st.integers(0, 999), mark=st.sampled_from(".,"),
    unit=st.sampled_from(["kg", "lb", "KG"]),
)  # fmt: skip
def test_no_weight_with_three_digits_behind_its_separator_has_a_value_but_zero(whole, decimals, mark, unit):
    reading = read("st-gs", f"ST,GS,{whole}{mark}{decimals:03d}{unit}\r\n".encode())
    assert reading.weight_kg == (None if whole or decimals else 0.0)


@given(st.floats(-150_000, 150_000), st.integers(0, 5))
def test_a_number_of_a_program_is_never_taken_for_thousands(number, decimals):
    written = read_written(unmistakable(f"{abs(number):.{decimals}f}"))
    assert written is not None
    assert written.thousands is None
    assert written.decimal == float(f"{abs(number):.{decimals}f}")


def test_what_a_reading_leaves_open_is_plain_json():
    reading = read("rinstrum", b"\x02  12.345G\x03")
    told = json.loads(json.dumps(reading.as_dict()))["extra"]["unsettled"]
    assert {"settings": {"unit": "kg", "separator": "thousands"}, "values": {"weight": 12_345.0}} in told


def test_a_setting_that_decides_a_size_has_no_default_and_an_unknown_one_is_refused():
    for cls in KINDS.values():
        assert all(
            not setting.default and setting.allowed for setting in cls.settings.values() if setting.magnitude
        )
    protocol = make_protocol("rinstrum")
    assert protocol.chosen.unset.keys() == {"unit", "separator"}


PROFILE = """
[profile]
name = "A head by a profile"
category = "weighbridge"
evidence = "none"
commissioned = false
source = "none"
unknown = ["all"]
[framing]
end = "line"
limit = 64
[extract]
method = "regex"
pattern = '(?P<weight>[0-9.,]{1,12})(?P<unit>kg|t|lb)?'
[values.weight]
unit_from = "unit"
unit = "ask"
SCALE
[numbers]
DECIMAL
[stability]
rule = "always"
"""


def profiled(tmp_path, line, decimal='decimal = "either"', scale="", **chosen):
    file = tmp_path / "head.toml"
    file.write_text(PROFILE.replace("DECIMAL", decimal).replace("SCALE", scale))
    return read("generic", line, profile=str(file), **chosen)


def test_a_profile_leaves_three_digits_open_unless_it_or_a_setting_says_what_its_mark_is(tmp_path):
    line = b"84,320lb\r\n"
    assert missing_settings(profiled(tmp_path, line)) == {"separator": ["decimal", "thousands"]}
    assert profiled(tmp_path, line, separator="thousands").weight_kg == pytest.approx(84_320 * POUND)
    said = 'decimal = "either"\nseparator = "thousands"'
    assert profiled(tmp_path, line, said).weight_kg == pytest.approx(84_320 * POUND)
    assert profiled(tmp_path, b"12.345kg\r\n", "").weight_kg is None
    assert profiled(tmp_path, b"12.345kg\r\n", 'decimal = "point"').weight_kg == 12.345
    assert profiled(tmp_path, b"43.120t\r\n", "").weight_kg == 43_120.0
    assert profiled(tmp_path, b"12.345,6kg\r\n").weight_kg == 12_345.6


def test_a_profile_may_ask_for_unit_and_scale(tmp_path):
    reading = profiled(tmp_path, b"4312\r\n", scale='scale = "ask"')
    assert missing_settings(reading).keys() == {"weight_unit", "weight_scale"}
    made = {"weight_unit": "kg", "weight_scale": "10"}
    assert profiled(tmp_path, b"4312\r\n", scale='scale = "ask"', **made).weight_kg == 43_120.0
    protocol = make_protocol("generic", {"profile": str(tmp_path / "head.toml")})
    assert protocol.chosen.unset.keys() == {"separator", "weight_unit", "weight_scale"}


@pytest.mark.parametrize("name", ["laumas-tlb", "baykon-mx08", "float-weight"])
def test_registers_do_not_tell_their_unit(name):
    assert "weight_unit" in make_protocol("modbus", {"profile": name}).chosen.unset


def test_a_tasmota_board_passes_on_what_the_kind_behind_it_leaves_open():
    message = json.dumps({"SSerialReceived": {"Data": "ST,GS,12,345kg\r\n"}}).encode() + b"\n"
    reading = read("tasmota", message, driver="st-gs")
    assert missing_settings(reading) == {"inner.separator": ["decimal", "thousands"]}
    assert "inner.separator = decimal: 12.345 kg" in reading.extra["problem"]
    assert read("tasmota", message, driver="st-gs", **{"inner.separator": "decimal"}).weight_kg == 12.345


JSON_PROFILE = """
[profile]
name = "A gateway"
category = "CATEGORY"
evidence = "none"
commissioned = false
source = "none"
unknown = ["all"]
[paths]
NAME = "value"
[values.NAME]
unit = "UNIT"
[numbers]
decimal = "either"
STABILITY
"""


def by_json(tmp_path, sent, name="weight", unit="kg", **chosen):
    file = tmp_path / "gateway.toml"
    is_weight = name == "weight"
    text = JSON_PROFILE.replace("NAME", name).replace("UNIT", unit)
    text = text.replace("CATEGORY", "weighbridge" if is_weight else "analyzer")
    file.write_text(text.replace("STABILITY", '[stability]\nrule = "always"' if is_weight else ""))
    message = json.dumps({"value": sent}).encode() + b"\n"
    return read("json-paths", message, profile=str(file), **chosen)


def test_a_number_of_json_is_a_number_and_a_text_is_what_it_may_be(tmp_path):
    assert by_json(tmp_path, 12.345).weight_kg == 12.345
    assert by_json(tmp_path, "12.345").weight_kg is None
    assert by_json(tmp_path, "12.345", separator="thousands").weight_kg == 12_345.0


def test_an_analyzers_number_is_left_open_only_where_both_can_be_true(tmp_path):
    don = Analyte("don")
    assert by_json(tmp_path, "1,250", "don", "µg/kg").values[don].value is None
    assert by_json(tmp_path, "1,250", "don", "µg/kg", separator="thousands").values[don].value == 1250.0
    assert by_json(tmp_path, "0,250", "don", "µg/kg").values[don].value == 0.25
    assert by_json(tmp_path, "13,125", "moisture", "%").values[Analyte.MOISTURE].value == 13.125
