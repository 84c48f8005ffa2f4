from drivers.constancy import Shape, ShapeChange
from drivers.decode import decode
from drivers.errors import FrameError
from drivers.kind import read_frame
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.registry import make_protocol
from drivers.simulated.toledo import message as toledo
from drivers.weights import WeightStream
from tests.drivers.rig import AT

LINE = b"ST,GS,   43120 kg\r\n"
WIDER = b"ST,GS,    43120 kg\r\n"


def readings(data: bytes, kind: str = "st-gs", **settings: str) -> list[Reading]:
    found = decode([data], kind, settings, at=AT)
    return [reading for reading in found if not isinstance(reading, FrameError)]


def stable(data: bytes, kind: str = "st-gs", **settings: str) -> list[bool]:
    return [Flag.STABLE in reading.flags for reading in readings(data, kind, **settings)]


def changes(*lines: bytes) -> list[ShapeChange]:
    protocol = make_protocol("st-gs")
    stream, found = WeightStream(protocol), []
    for line in lines:
        reading = read_frame(protocol, Frame(line, AT))
        assert isinstance(reading, Reading)
        stream.judge(reading)
        found.append(stream.take_change())
    return [change for change in found if change is not None]


def test_a_width_is_learnt_from_three_lines_alike():
    assert stable(LINE * 5) == [False, False, True, True, True]
    assert stable(LINE * 2 + WIDER + LINE * 3) == [False] * 5 + [True]


def test_a_line_of_another_width_is_shown_with_its_doubt_and_is_not_stable():
    doubted = readings(LINE * 3 + LINE.replace(b"4", b""))[-1]
    assert (doubted.weight_kg, Flag.STABLE in doubted.flags) == (3120.0, False)
    assert doubted.extra["doubt"] == "16 characters, where lines have 17"


def test_ten_lines_in_a_row_of_another_width_replace_it_and_that_is_told():
    assert stable(LINE * 3 + WIDER * 10) == [False, False, True, *[False] * 9, True]
    assert stable(LINE * 3 + WIDER * 9 + LINE + WIDER * 9)[3:] == [*[False] * 9, True, *[False] * 9]
    change = ShapeChange(Shape(17, "kg"), Shape(18, "kg"))
    assert changes(*[LINE] * 3, *[WIDER] * 10) == [change]


def test_a_unit_that_changes_waits_for_its_repetition():
    pounds = LINE.replace(b"kg", b"lb")
    assert stable(LINE * 3 + pounds * 3)[3:] == [False, True, True]
    assert stable(LINE * 3 + pounds + LINE * 2)[3:] == [False, True, True]
    sma = b"\n 1G      43120 kg \r"
    assert stable(sma * 2 + sma.replace(b"kg", b"g ") * 2, "sma") == [True, True, False, True]


def test_a_message_with_a_sum_needs_no_learning():
    assert stable(toledo(43_120), "toledo-continuous") == [True]
    assert readings(toledo(43_120), "toledo-continuous")[0].protection is Protection.SUM
    plain = toledo(43_120, checksum=False)
    assert readings(plain, "toledo-continuous")[0].protection is Protection.FIXED_WIDTH


def test_gross_and_net_lines_are_learnt_apart():
    net = b"ST,NT,    1000 kg  \r\n"
    assert stable((LINE + net) * 4) == [False] * 4 + [True] * 4


def test_lines_without_a_weight_teach_nothing_and_break_nothing():
    assert stable(LINE * 2 + b"OL\r\n" + LINE) == [False, False, False, True]


def test_fill_before_a_line_does_not_cost_it_and_does_not_change_its_width():
    for fill in (b"\x00", b"\x7f\x7f", b"\x00" * 20 + b"\x7f"):
        assert stable(LINE * 3 + fill + LINE) == [False, False, True, True]
    for kind, line in (
        ("mt-sics", b"S S      43120 kg\r\n"), ("dini-argeo", b"ST,GS,   43120,kg\r\n"),
        ("sartorius-sbi", b"+    43120 kg \r\n"), ("cardinal", b"  43120kgG  \r"),
        ("gac2100-csv01", b"17,14/07/26,14:20:14,11.9,70.7,30,28,29,BLE,S/N: 0, 2, 895,2305, 303,070815\r\n"),
        ("json-nir", b'{"id":"1","values":{"protein":{"value":11.4,"unit":"%","basis":"as_is"}}}\n'),
    ):  # fmt: skip
        plain, filled = readings(line, kind), readings(b"\x00\x00\x7f" + line, kind)
        assert [one.values for one in filled] == [one.values for one in plain]
        assert [one.sample_id for one in filled] == [one.sample_id for one in plain]
        assert plain


def test_a_line_of_the_print_key_comes_alone_and_is_left_as_it_is():
    sealed = b"PIDST,1,     43120kg,           0kg,00012-000345\r\n"
    (reading,) = readings(sealed, "dini-argeo")
    assert {Flag.PRINT, Flag.STABLE} <= reading.flags
    assert not reading.protection.proves
