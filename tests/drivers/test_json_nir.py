import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.analyzer.json_nir import JsonNir
from drivers.errors import FrameError, NotUnderstood
from drivers.kind import read_frame
from drivers.reading import PLAUSIBLE, UNIT_OF, Analyte, Basis, Flag, Frame, Reading, grain_analytes
from drivers.simulated.line import TcpLine
from drivers.simulated.nir import SimulatedNir
from drivers.transport import ErrorCode
from tests.drivers.rig import AT, Running, wait_until

MESSAGE = {
    "id": "7f3c-0042",
    "device": "nir-1",
    "time": "2026-07-14T10:03:22",
    "sample": "S000123",
    "product": "soft_wheat",
    "serial": "A-1001",
    "calibration": "WH2026-03",
    "values": {
        "protein": {"value": 11.4, "unit": "%", "basis": "as_is"},
        "moisture": {"value": 13.1, "unit": "%"},
    },
}


class Kept:
    """A line that keeps what was written."""

    def __init__(self):
        self.written = []

    def write(self, data):
        self.written.append(data)
        return True


def parse_bytes(data):
    return JsonNir().parse(Frame(data, AT))


def parse(**changes):
    return parse_bytes(json.dumps({**MESSAGE, **changes}).encode())


def one(analyte, entry):
    """The value and the reason for refusing it, of a message with this single entry."""
    reading = parse(values={analyte: entry})
    rejected = reading.extra.get("rejected", {}).get(analyte)
    return reading.values[Analyte(analyte)].value, rejected, reading.flags


def refusal(data):
    with pytest.raises(FrameError) as error:
        parse_bytes(data)
    return error.value.reason


def test_the_documented_message_is_read_field_by_field():
    reading = parse()
    assert reading.values[Analyte.PROTEIN].value == 11.4
    assert reading.values[Analyte.PROTEIN].basis is Basis.AS_IS
    assert reading.values[Analyte.MOISTURE].basis is Basis.AS_IS
    assert reading.device_time == datetime(2026, 7, 14, 10, 3, 22)  # noqa: DTZ001
    assert (reading.sample_id, reading.product, reading.serial) == ("S000123", "soft_wheat", "A-1001")
    assert (reading.identity, reading.extra["calibration"]) == ("7f3c-0042", "WH2026-03")
    assert reading.flags == frozenset()


@given(st.dictionaries(st.sampled_from(list(grain_analytes())), st.floats(0, 1), max_size=6))
def test_what_the_simulator_sends_is_what_is_read(shares):
    values = {}
    for name, share in shares.items():
        low, high = PLAUSIBLE[Analyte(name)]
        values[Analyte(name)] = min(high, low + share * (high - low))
    line = Kept()
    emission = SimulatedNir(line, end=b"\n").send_result("S1", "barley", values, AT)
    reading = parse_bytes(line.written[0])
    assert {analyte: value.value for analyte, value in reading.values.items()} == values
    assert reading.identity == emission.identity
    assert reading.device_time == AT.replace(tzinfo=None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)


@given(
    st.dictionaries(st.sampled_from(sorted(MESSAGE)), JSON),
    st.dictionaries(st.sampled_from(list(UNIT_OF)), JSON),
)
def test_any_json_gives_a_reading_or_a_reason(changes, values):
    data = json.dumps({**MESSAGE, "values": values, **changes}).encode()
    outcome = read_frame(JsonNir(), Frame(data, AT))
    assert isinstance(outcome, Reading | FrameError)
    assert type(outcome) in (Reading, FrameError, NotUnderstood)
    if isinstance(outcome, Reading):
        json.dumps(outcome.as_dict(), allow_nan=False, ensure_ascii=False).encode()


@given(st.binary(max_size=200))
def test_any_bytes_give_a_reading_or_a_reason(data):
    assert type(read_frame(JsonNir(), Frame(data, AT))) in (Reading, FrameError, NotUnderstood)


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_numbers_that_are_none_refuse_the_message(literal):
    assert refusal(json.dumps(MESSAGE).replace("11.4", literal).encode())


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"value": "11.4", "unit": "%", "basis": "as_is"}, "not a number"),
        ({"value": True, "unit": "%", "basis": "as_is"}, "not a number"),
        ({"value": 99, "unit": "%", "basis": "as_is"}, "cannot be true"),
        ({"value": 10**400, "unit": "%", "basis": "as_is"}, "cannot be true"),
        ({"value": 11.4, "basis": "as_is"}, "unit"),
        ({"value": 11.4, "unit": "g/kg", "basis": "as_is"}, "unit"),
        ({"value": 11.4, "unit": "%"}, "basis is missing"),
        ({"value": 11.4, "unit": "%", "basis": "wet"}, "basis is none of"),
        ({"value": 11.4, "unit": "%", "basis": ["dm"]}, "basis is none of"),
        (11.4, "not an object"),
        ([11.4], "not an object"),
    ],
)
def test_a_value_that_breaks_the_format_is_none_with_its_reason(entry, why):
    value, rejected, flags = one("protein", entry)
    assert value is None
    assert why in rejected
    assert Flag.ERROR in flags


def test_null_is_measured_badly_and_absent_is_not_measured():
    value, rejected, flags = one("protein", {"value": None, "unit": "%", "basis": "as_is"})
    assert (value, rejected, flags) == (None, None, {Flag.ERROR})
    assert Analyte.OIL not in parse().values


def test_moisture_on_dry_matter_is_not_taken():
    assert one("moisture", {"value": 15.0, "unit": "%", "basis": "dm"})[0] is None


@pytest.mark.parametrize(
    ("analyte", "number", "unit", "converted"),
    [
        ("test_weight", 60.5, "lb/bu", 60.5 * 1.2872),
        ("temperature", 86, "°F", 30.0),
        ("temperature", 30, "C", 30.0),
        ("don", 1.25, "mg/kg", 1250.0),
    ],
)
def test_other_units_are_converted_at_the_door(analyte, number, unit, converted):
    assert one(analyte, {"value": number, "unit": unit})[0] == pytest.approx(converted)


def test_unknown_analytes_and_keys_are_kept_apart():
    reading = parse(
        values={"starch": {"value": 60, "unit": "%"}, "weight": {"value": 1, "unit": "kg"}}, operator="x"
    )
    assert reading.values == {}
    assert set(reading.extra["unknown"]) == {"starch", "weight", "operator"}


def test_an_unknown_key_and_an_unknown_analyte_of_one_name_are_both_kept():
    reading = parse(values={"ash": {"value": 0.5, "unit": "%"}}, ash="A")
    assert reading.extra["unknown"] == {"ash": "A", "values.ash": {"value": 0.5, "unit": "%"}}


def test_text_that_is_not_such_a_message_is_an_error_of_the_device_that_says_what_to_do():
    line = TcpLine()
    with Running("json-nir", f"tcp:127.0.0.1:{line.port}") as running:
        wait_until(lambda: line.write(b'{"protein": 11.4}\n'))
        wait_until(lambda: running.state == "fault")
        assert running.driver.health().last_error.code is ErrorCode.NOT_UNDERSTOOD
        assert "check the address" in running.driver.health().last_error.text
        wait_until(lambda: line.write(b'{"values": {"ash": {"value": 0.5}}}\n') and running.state == "live")
        wait_until(lambda: "(ash)" in running.driver.health().last_error.text)
    line.close()


def test_without_an_id_the_identity_is_device_time_and_hash_and_without_a_time_there_is_none():
    first, again = parse(id=None), parse(id=None)
    other = parse(id=None, sample="S000124")
    assert first.identity == again.identity != other.identity
    assert first.identity.startswith("nir-1|2026-07-14T10:03:22|")
    assert parse(id=None, time=None).identity is None
    assert parse(id=42).identity == "42"


@pytest.mark.parametrize("key", ["id", "device", "sample", "product", "serial", "calibration"])
def test_an_identifier_of_the_wrong_type_refuses_the_message(key):
    for wrong in (1.5, True, ["S1"], {"a": 1}, "a\x00b", "x" * 300):
        assert key in refusal(json.dumps({**MESSAGE, key: wrong}).encode()) or "\x00" in str(wrong)


def test_a_time_that_is_none_is_told_and_an_offset_is_dropped():
    assert parse(time="yesterday").extra["rejected"]["time"]
    assert parse(time=1234).device_time is None
    assert parse(time="2026-07-14T10:03:22+02:00").device_time == datetime(2026, 7, 14, 10, 3, 22)  # noqa: DTZ001


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"values": []}',
        b'{"values": {}, "values": {}}',
        b'{"values": {"x": "\\ud800"}}',
        b'{"values": {"x": "\\u0000"}}',
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"values":' * 2000 + b"1" + b"}" * 2000,
        b'{"values": {"a": ' + b"[" * 50 + b"]" * 50 + b"}}",
        b'{"values": {}}' + b" " * 70_000,
    ],
    ids=range(13),
)
def test_what_is_not_such_a_message_is_refused_with_a_reason(data):
    assert refusal(data)
