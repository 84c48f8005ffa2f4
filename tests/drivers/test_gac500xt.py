import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.analyzer.gac500xt import LIMIT, Gac500Xt
from drivers.errors import FrameError
from drivers.kind import read_frame
from drivers.reading import Analyte, Flag, Frame, Reading
from drivers.simulated.gac500xt import SimulatedGac500Xt as Simulated
from drivers.simulated.gac500xt import ticket
from tests.drivers.rig import AT
from tests.drivers.test_framing import CUTS, pieces

KNOWN = (
    b"\r\nDICKEY-john Corp.\r\n    GAC 500XT\r\n\r\nS/N: 50960\r\n\r\nWheat SRW\r\n070327N\r\n\r\n"
    b"Moist.:\r\n    12.5 %\r\n\r\nTW:\r\n    60.5 lb/Bu\r\n\r\n"
    b"Temp.:\r\n    101.3 F\r\n=================\r\n\r\n"
)
GARBAGE = st.binary(max_size=40).filter(lambda b: b"=" not in b)


class Kept:
    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data
        return True


def read(parts):
    kind = Gac500Xt()
    framer = kind.framer()
    frames = [frame for part in parts for frame in framer.feed(part, AT)] + framer.finish(AT)
    return [read_frame(kind, frame) for frame in frames], framer.noise


def numbers(reading):
    return [value.value for value in reading.values.values()]


def test_the_known_ticket_is_read_and_converted_line_by_line():
    (reading,), noise = read([KNOWN])
    assert reading.values[Analyte.MOISTURE].value == 12.5
    assert reading.values[Analyte.TEST_WEIGHT].value == pytest.approx(60.5 * 1.2872)
    assert reading.values[Analyte.TEMPERATURE].value == pytest.approx(38.5)
    assert (reading.product, reading.serial) == ("Wheat SRW", "50960")
    assert reading.extra["calibration"] == "070327N"
    assert reading.extra["as_sent"]["test_weight"] == "60.5 lb/Bu"
    assert (reading.sample_id, reading.device_time, reading.flags) == (None, None, frozenset())
    assert noise == 0


TENTHS = st.integers(0, 600).map(lambda n: n / 10)


@given(st.lists(st.tuples(TENTHS, TENTHS), max_size=4), CUTS)
def test_what_the_simulator_prints_is_what_is_read_however_the_bytes_are_cut(samples, cuts):
    line = Kept()
    printer = Simulated(line)
    for moisture, fahrenheit in samples:
        printer.print_ticket(moisture, 60.0, 30 + fahrenheit, "BLE", AT)
    readings, noise = read(pieces(line.data, cuts))
    assert noise == 0
    assert [numbers(reading)[0] for reading in readings] == [moisture for moisture, _ in samples]
    assert [numbers(reading)[1] for reading in readings] == [pytest.approx(77.232)] * len(samples)


@given(GARBAGE, GARBAGE, st.integers(0, len(KNOWN) - 30), CUTS)
def test_garbage_and_half_tickets_around_a_ticket_do_not_touch_it(before, after, cut, cuts):
    half = KNOWN[:cut]
    outcomes, _ = read(pieces(before + half + KNOWN + after + KNOWN, cuts))
    assert [numbers(r)[0] for r in outcomes if isinstance(r, Reading)][-1:] == [12.5]
    assert all(numbers(r)[0] == 12.5 for r in outcomes if isinstance(r, Reading))


@given(st.integers(0, len(KNOWN) - 1), st.integers(1, 120))
def test_a_ticket_with_lines_missing_gives_no_value_of_another_line(spot, size):
    outcomes, _ = read([KNOWN[:spot] + KNOWN[spot + size :]])
    for outcome in outcomes:
        if isinstance(outcome, Reading):
            assert outcome.extra["as_sent"].keys() == {"moisture", "test_weight", "temperature"}


@given(st.binary(max_size=300))
def test_any_bytes_give_a_reading_or_a_reason(data):
    assert isinstance(read_frame(Gac500Xt(), Frame(data, AT)), Reading | FrameError)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Moist.:", b"Moisx.:"),
        (b"TW:\r\n    60.5 lb/Bu\r\n", b""),
        (b"TW:", b"Moist.:"),
        (b"12.5 %", b"12.5 F"),
        (b"12.5 %", b"12.5.1 %"),
        (b"12.5 %", b""),
        (b"GAC 500XT", b"GAC 2100"),
        (b"S/N: 50960", b""),
        (b"070327N", b"070327N\r\nmore\r\nlines"),
        (b"Wheat SRW", b"Wheat\x01"),
    ],
)
def test_a_ticket_that_is_not_as_expected_is_refused(old, new):
    (outcome,), _ = read([KNOWN.replace(old, new)])
    assert isinstance(outcome, FrameError)


@pytest.mark.parametrize("sent", [b"----", b"OVERFL", b"99.9"])
def test_no_number_or_an_impossible_one_is_measured_badly_and_never_zero(sent):
    (reading,), _ = read([KNOWN.replace(b"12.5", sent)])
    assert reading.values[Analyte.MOISTURE].value is None
    assert reading.flags == {Flag.ERROR}


def test_labels_and_values_on_one_line_and_metric_units_and_a_decimal_comma_are_read():
    text = KNOWN.replace(b"Moist.:\r\n    12.5", b"Moist.: 12,5").replace(b"60.5 lb/Bu", b"77.9 kg/hl")
    (reading,), _ = read([text.replace(b"101.3 F", b"38.5 C")])
    assert numbers(reading) == [12.5, 77.9, 38.5]


def test_dashes_of_the_simulator_are_none():
    (reading,), _ = read([ticket(None, 60.5, 80.0, "BLE")])
    assert reading.values[Analyte.MOISTURE].value is None


def test_a_ticket_without_end_is_held_in_bounded_memory():
    framer = Gac500Xt().framer()
    for _ in range(200):
        assert framer.feed(b"DICKEY-john" + b"x" * 90, AT) == []
        assert len(framer._buffer) <= LIMIT
    assert len(framer.feed(KNOWN, AT)) == 1
