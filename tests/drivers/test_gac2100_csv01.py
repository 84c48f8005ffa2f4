from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.analyzer.gac2100_csv01 import Gac2100Csv01
from drivers.errors import FrameError, SettingError
from drivers.kind import read_frame
from drivers.magnitude import missing_settings
from drivers.reading import Analyte, Basis, Flag, Frame, Reading, Unit
from drivers.simulated.gac2100 import control_record, record
from tests.drivers.rig import AT
from tests.drivers.test_framing import CUTS, ENDS, pieces

KNOWN = b" ,29/03/22,14:20:14,11.9,70.7,30.3,28.9,29.7,SOJA ARG,S/N: 0000-00000, 2, 895,2305, 303,070815\r\n"
KNOWN_2 = (
    b'"", 10/03/22, 01:57:57, 11.7, 70.6, 21.5, 24.2, 22.6, SOJA ARG, S/N: 0000-00000,'
    b" 2, 785, 2301, 215, 070815\r\n"
)
TENTHS = st.integers(0, 600).map(lambda n: n / 10)
IDS = st.text("ABCXYZ0123456789", max_size=16)


UNITS = {"test_weight_unit": "kg/hl", "temperature_unit": "C"}


def parse(data, **settings):
    return Gac2100Csv01({**UNITS, **settings}).parse(Frame(data, AT))


def test_units_that_no_record_names_are_asked_for_and_the_moisture_is_there_without():
    reading = read_frame(Gac2100Csv01(), Frame(KNOWN, AT))
    assert numbers(reading) == {Analyte.MOISTURE: 11.9, Analyte.TEST_WEIGHT: None, Analyte.TEMPERATURE: None}
    assert missing_settings(reading).keys() == UNITS.keys()
    assert reading.extra["as_sent"]["test_weight"] == "70.7"


def numbers(reading):
    return {analyte: value.value for analyte, value in reading.values.items()}


def refusal(data, **settings):
    with pytest.raises(FrameError) as error:
        parse(data, **settings)
    return error.value.reason


def test_the_known_record_is_read_field_by_field():
    reading = parse(KNOWN)
    assert numbers(reading) == {
        Analyte.MOISTURE: 11.9,
        Analyte.TEST_WEIGHT: 70.7,
        Analyte.TEMPERATURE: 30.3,
    }
    assert reading.values[Analyte.MOISTURE].basis is Basis.AS_IS
    assert reading.values[Analyte.TEST_WEIGHT].unit is Unit.KILOGRAM_PER_HECTOLITRE
    assert reading.device_time == datetime(2022, 3, 29, 14, 20, 14)  # noqa: DTZ001
    assert (reading.sample_id, reading.product, reading.serial) == (None, "SOJA ARG", "0000-00000")
    assert reading.extra["calibration"] == "070815"
    assert [reading.extra[key] for key in ("field_6", "field_7", "d1", "d2", "d3", "d4")] == [
        28.9, 29.7, 2.0, 895.0, 2305.0, 303.0,
    ]  # fmt: skip
    assert reading.flags == frozenset()


def test_the_second_known_record_has_a_quoted_empty_id_and_blanks():
    reading = parse(KNOWN_2)
    assert numbers(reading)[Analyte.MOISTURE] == 11.7
    assert (reading.sample_id, reading.extra["calibration"]) == (None, "070815")


@given(
    records=st.lists(st.tuples(IDS, TENTHS, TENTHS, st.integers(-50, 500).map(lambda n: n / 10)), max_size=4),
    end=ENDS,
    cuts=CUTS,
)
def test_what_the_simulator_prints_is_what_is_read(records, end, cuts):
    kind = Gac2100Csv01(UNITS)
    framer = kind.framer()
    data = b"".join(
        record(name, moisture, 40 + weight, warm, "BLE TENDRE", AT) + end
        for name, moisture, weight, warm in records
    )
    frames = [frame for part in pieces(data, cuts) for frame in framer.feed(part, AT)]
    readings = [kind.parse(frame) for frame in frames + framer.finish(AT)]
    assert [reading.sample_id or "" for reading in readings] == [name for name, *_ in records]
    assert [list(numbers(reading).values()) for reading in readings] == [
        [moisture, pytest.approx(40 + weight, abs=0.051), warm] for _, moisture, weight, warm in records
    ]


@given(st.binary(max_size=200))
def test_any_bytes_give_a_reading_or_a_reason(data):
    assert isinstance(read_frame(Gac2100Csv01(), Frame(data, AT)), Reading | FrameError)


@given(st.integers(0, len(KNOWN) - 3), st.integers(1, 40))
def test_a_record_with_a_piece_missing_is_refused_or_keeps_its_field_count(spot, size):
    outcome = read_frame(Gac2100Csv01(), Frame(KNOWN[:spot] + KNOWN[spot + size :], AT))
    if isinstance(outcome, Reading):
        assert KNOWN[spot : spot + size].count(b",") == 0


def test_a_record_with_another_number_of_fields_is_refused():
    assert refusal(control_record(AT)) == "6 fields instead of 15"
    assert refusal(KNOWN.replace(b",070815", b"")) == "14 fields instead of 15"
    assert refusal(KNOWN.replace(b"\r\n", b",1\r\n")) == "16 fields instead of 15"
    assert refusal(KNOWN[:40] + KNOWN)
    assert refusal(b"")


@pytest.mark.parametrize("sent", [b"    ", b"----", b"****", b"OVERFL", b"^^^^^^^", b"99.9"])
def test_a_blank_dashes_or_an_impossible_value_is_measured_badly_and_never_zero(sent):
    reading = parse(KNOWN.replace(b",11.9,", b"," + sent + b","))
    assert numbers(reading)[Analyte.MOISTURE] is None
    assert numbers(reading)[Analyte.TEST_WEIGHT] == 70.7
    assert reading.flags == {Flag.ERROR}
    assert reading.extra["as_sent"]["moisture"] == sent.decode().strip()


@pytest.mark.parametrize("sent", [b"nan", b"inf", b"1e5", b"0x10", b"1_0", b"11.9.1", b"1{.9", "١١".encode()])
def test_what_is_neither_a_number_nor_a_mark_of_absence_refuses_the_record(sent):
    assert "field 3" in refusal(KNOWN.replace(b"11.9", sent)) or "control" in refusal(
        KNOWN.replace(b"11.9", sent)
    )


def test_a_decimal_comma_is_read_only_where_the_record_still_has_15_fields():
    assert "16 fields" in refusal(KNOWN.replace(b"11.9", b"11,9"))
    semicolons = KNOWN.replace(b",", b";").replace(b".", b",")
    assert numbers(parse(semicolons, separator="semicolon"))[Analyte.MOISTURE] == 11.9
    assert numbers(parse(KNOWN.replace(b"11.9", b'"11,9"')))[Analyte.MOISTURE] == 11.9


def test_american_units_and_dates_are_converted_where_they_are_set():
    sent = KNOWN.replace(b"29/03/22", b"03/29/22").replace(b"70.7", b"60.5").replace(b"30.3", b"86.0")
    reading = parse(sent, date_order="mdy", test_weight_unit="lb/bu", temperature_unit="F")
    assert numbers(reading)[Analyte.TEST_WEIGHT] == pytest.approx(60.5 * 1.2872)
    assert numbers(reading)[Analyte.TEMPERATURE] == 30.0
    assert reading.device_time == datetime(2022, 3, 29, 14, 20, 14)  # noqa: DTZ001
    assert reading.extra["as_sent"]["test_weight"] == "60.5"


def test_a_date_that_is_none_keeps_the_values_and_says_which_setting_to_look_at():
    reading = parse(KNOWN, date_order="mdy")
    assert reading.device_time is None
    assert "mdy" in reading.extra["device_time_problem"]
    assert numbers(reading)[Analyte.MOISTURE] == 11.9


def test_bytes_beyond_ascii_are_kept_and_control_bytes_refuse_the_record():
    assert parse(KNOWN.replace(b"SOJA ARG", "BLÉ".encode("latin-1"))).product == "BLÉ"
    assert "control" in refusal(KNOWN.replace(b"SOJA", b"SO\x00A"))
    assert "quotes" in refusal(KNOWN.replace(b"SOJA", b'"SO"JA'))


def test_an_unknown_setting_names_the_key_and_what_is_allowed():
    with pytest.raises(SettingError, match=r"date_order = 'ymd'.*dmy, mdy"):
        Gac2100Csv01({"date_order": "ymd"})
