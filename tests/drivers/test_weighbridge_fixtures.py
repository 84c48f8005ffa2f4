"""Messages that were captured or stand in a manual, format by format, and what they mean."""

from datetime import datetime

import pytest

from drivers.checksums import crc16_modbus
from drivers.errors import FrameError, InstrumentFault, SettingError
from drivers.kind import InstrumentFaultFrame
from drivers.reading import Flag, Frame, Reading
from drivers.registry import make_protocol
from drivers.simulated.scale import Display
from drivers.simulated.systec import SimulatedSystec
from tests.drivers.heads import Head, made, outcomes
from tests.drivers.rig import AT

SYSTEC = b"<000005.06.1813:12   21   20000       0   20000kg     1   27387>\r\n"
POUND = 0.45359237

MESSAGES = [
    # kind, bytes, kg, flags
    ("mt-sics", b"S S     100.00 g\r\n", 0.1, "stable"),
    ("mt-sics", bytes.fromhex("53205320202020203130302E303020670D0A"), 0.1, "stable"),
    ("mt-sics", b"S D      -0.03 Kg\r\n", -0.03, "motion negative"),
    ("mt-sics", b"S I\r\n", None, "motion"),
    ("mt-sics", b"S +\r\n", None, "overload"),
    ("mt-sics", b"S -\r\n", None, "underload"),
    ("mt-sics", b'I4 A "0123456789"\r\n', None, "error"),
    ("mt-sics", b"     N       0.3749 g   \r\n", 0.000375, "net"),
    ("sma", b"\n 1G       5.025lb \r", 5.025 * POUND, "stable gross"),
    ("sma", b"\n 1n f----------   \r", None, "stable net error"),
    ("sma", b"\nZ1GM      0.000kg \r", 0.0, "motion gross zero"),
    ("sma", b"\nE1G  ----------kg \r", None, "stable gross error"),
    ("sma", b"\nO1G    99999.99kg \r", None, "stable gross overload"),
    ("sma", b"\n 1T       5.025kg \r", None, "stable error"),
    ("nci-scp01", b"\n00.000LB\r\n20\r\x03", 0.0, "stable zero"),
    ("nci-scp01", b"\n12.340KG\r\n00\r\x03", 12.34, "stable"),
    ("nci-scp01", b"\n10\r\x03", None, "motion"),
    ("nci-scp01", b"\n02\r\x03", None, "stable overload"),
    ("nci-scp01", b"\n01\r\x03", None, "stable underload"),
    ("nci-scp01", b"\n12.340KG\r\n0p4\r\x03", 12.34, "stable net"),
    ("nci-scp01", b"\n12.340KG\r\n40\r\x03", None, "stable error"),
    ("dini-argeo", b"ST,GS,   0.000,kg\r\n", 0.0, "stable gross zero"),
    ("dini-argeo", b"US,NT, -12,500,kg\r\n", -12.5, "motion net negative"),
    ("dini-argeo", b"12ST,GS,   43120,kg\r\n", 43120.0, "stable gross"),
    ("dini-argeo", b"1,ST,     0.000,       0.000,         0,kg\r\n", 0.0, "stable gross zero"),
    ("dini-argeo", b"1,ST,    -0.030,       0.000,         0,kg\r\n", -0.03, "stable gross negative"),
    ("dini-argeo", b"1,ST,   100.000,PT    20.000,         0,kg\r\n", 100.0, "stable net"),
    ("dini-argeo", b"OL,GS,   99999,kg\r\n", None, "gross overload"),
    ("rice-lake", b"\x02   43120KG \r\n", 43120.0, "stable gross"),
    ("rice-lake", b"\x02-     20LNM\r\n", -20 * POUND, "motion net negative"),
    ("rice-lake", b"\x02^^^^^^^^KGO\r\n", None, "gross overload"),
    ("rice-lake", b"\x02]]]]]]]]KGO\r\n", None, "gross underload"),
    ("rice-lake", b"\x02 1234.56KGGR\r\n", 1234.56, "gross"),
    ("rice-lake", b"\x02      12TG \r\n", None, "stable gross error"),
    ("rice-lake", b"\x02      12KGI\r\n", None, "gross error"),
    ("cardinal", b"  43120kgG  \r", 43120.0, "stable gross"),
    ("cardinal", b"-  1200lbNMO\r", -1200 * POUND, "motion net negative"),
    ("cardinal", b" 099999kgGOC\r", None, "gross overload"),
    ("cardinal", b"\r 043120. kgG\x03", 43120.0, "stable gross"),
    ("cardinal", b"\r 0431.20mkgG\x03", 431.2, "motion gross"),
    ("cardinal", b"\r  43120  kg g  \x03", 43120.0, "stable gross"),
    ("cardinal", b"  43120tnG  \r", None, "stable gross error"),
    ("rinstrum", b"\x02   43120G\x03", 43120.0, "stable gross"),
    ("rinstrum", b"\x02-     20M\x03", -20.0, "motion negative"),
    ("rinstrum", b"\x02   99999O\x03", None, "overload"),
    ("rinstrum", b"\x02       0GZ", "noise", ""),
    ("rinstrum", b"\x02   43120G Z-kg \x03", 43120.0, "stable gross zero"),
    ("rinstrum", b"\x02   43120NM 1   \x03", None, "motion net"),
    ("systec", SYSTEC, 20000.0, "stable gross"),
    ("systec", b"<12>\r\n", None, "overload"),
    ("systec", b"<20>\r\n", None, "underload"),
    ("systec", b"<13>\r\n", None, "motion"),
    ("systec", b"<11>\r\n", None, "error"),
    ("bilanciai", b"$043120\r", 43120.0, "stable"),
    ("bilanciai", b"$143120\r", 43120.0, "motion"),
    ("bilanciai", b"$343120\r", None, "error"),
    ("bilanciai", b"$  43120.0       0.0 kg 0200\r\n", 43120.0, "stable gross"),
    ("bilanciai", b"$  40000.0    3120.0 kg 4080\r\n", 40000.0, "motion net print"),
    ("bilanciai", b"$  40000.0       0.0 kg 0640\r\n", None, "stable gross overload"),
    ("bilanciai", b"$  40000.0       0.0 kg 0202\r\n", None, "stable gross error"),
    ("yaohua", bytes.fromhex("57473030342E3133396B6733440D0A"), 4.139, "gross"),
    ("yaohua", bytes.fromhex("022B30303030303030314203"), 0.0, "zero"),
    ("yaohua", b"         OL23\r\n", None, "overload"),
    ("yaohua", b"         LO23\r\n", None, "underload"),
    ("yaohua", b"=00.1000-", -1.0, "negative"),
    ("yaohua", b"=-0001.00", -1.0, "negative"),
    ("yaohua", b"=0003.005", 3.005, ""),
    ("yaohua", b"=0000.000", 0.0, "zero"),
    ("yaohua", b"=000.3000", None, "error"),
    ("st-gs", b"ST,GS    20.7g  \r\n", 0.0207, "stable gross"),
    ("st-gs", b"ST,GS,   245.6 g\r\n", 0.2456, "stable gross"),
    ("st-gs", b"ST,GS     59.6kg\r\n", 59.6, "stable gross"),
    ("st-gs", b"ST,GS-     0.0kg\r\n", 0.0, "stable gross zero"),
    ("st-gs", b"ST,GS,+001.234kg\r\n", 1.234, "stable gross"),
    ("st-gs", b"ST,GS,+001.234kg", 1.234, "stable gross"),
    ("st-gs", b"ST,GS,+043120,0kg\r\n", 43120.0, "stable gross"),
    ("st-gs", b"ST,TR,+001.234kg\r\n", None, "stable error"),
    ("st-gs", b"wn 0002.02kg\r\n", 2.02, "net"),
    ("st-gs", b"ww000.000lb\r\n", 0.0, "gross zero"),
    ("st-gs", b"   0.360 kg    G\r\n", 0.36, "stable gross"),
    ("st-gs", b"-  1.640 kg    N\r\n", -1.64, "stable net negative"),
    ("st-gs", b"   0.360 kg    ?G\r\n", 0.36, "motion gross"),
    ("st-gs", b"    20.0 kg    G\r\n", 20.0, "stable gross"),
    ("st-gs", b"+007.12/3 G S\r\n", 0.007123, "stable"),
    ("st-gs", b"ST,+00123.45,  g\r\n", 0.12345, "stable"),
    ("st-gs", b"OL\r\n", None, "overload"),
    ("st-gs", b"US\r\n", None, "motion"),
    ("sartorius-sbi", b"+    1.640 kg \r\n", 1.64, "stable"),
    ("sartorius-sbi", b"-    1.640    \r\n", None, "motion negative"),
    ("sartorius-sbi", b"N     +  123.5[6]g  \r\n", 0.12356, "stable net"),
    ("sartorius-sbi", b"T1    +   12.500 kg \r\n", None, "stable error"),
    ("sartorius-sbi", b"Stat       OFF      \r\n", None, "error"),
    ("sartorius-sbi", b"      H       \r\n", None, "overload"),
    ("sartorius-sbi", b"Stat     Low        \r\n", None, "underload"),
    ("sartorius-sbi", b"Stat     ERR 054    \r\n", None, "error"),
]


def read(kind, data, **chosen):
    results, _ = outcomes(Head("x", kind, None, made(kind, chosen)), [data])
    return results


def first(kind, data, **chosen):
    (reading,) = read(kind, data, **chosen)
    return reading


@pytest.mark.parametrize(("kind", "data", "kg", "flags"), MESSAGES)
def test_a_known_message_means_what_its_manual_says(kind, data, kg, flags):
    if kg == "noise":
        assert read(kind, data) == []
        return
    reading = first(kind, data)
    assert reading.weight_kg == (None if kg is None else pytest.approx(kg, abs=1e-6))
    assert {flag.value for flag in reading.flags} == set(flags.split())
    assert reading.frame.data == data
    assert (kg is None) == ("problem" in reading.extra)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("mt-sics", b"ES\r\n"),
        ("sma", b"\n?\r"),
        ("nci-scp01", b"\n?\r\x03"),
        ("dini-argeo", b"ERR04\r\n"),
        ("systec", b"<32>\r\n"),
    ],
)
def test_a_command_that_the_head_refuses_is_told_to_the_operator(kind, data):
    assert isinstance(first(kind, data), InstrumentFaultFrame)
    with pytest.raises(InstrumentFault, match="command"):
        make_protocol(kind).parse(Frame(data, AT))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("mt-sics", b"T S     12.00 g\r\n"),
        ("mt-sics", b"00.00 g\r\n"),
        ("sma", b"\nSMA:2/1.0\r"),
        ("dini-argeo", b"0,kg\r\n"),
        ("dini-argeo", b"1,ST,  1,ST,    -0.030,       0.000,         0,kg\r\n"),
        ("dini-argeo", b"OK\r\n"),
        ("rice-lake", b"\x02   4312\rKG"),
        ("cardinal", b"43120kgG  \r"),
        ("systec", SYSTEC.replace(b"20000kg", b"20020kg")),
        ("systec", SYSTEC.replace(b"27387", b"27388")),
        ("bilanciai", b"$04312\r"),
        ("yaohua", bytes.fromhex("022B30303030303030314303")),
        ("yaohua", b"=0.0.0000"),
        ("st-gs", b"S    20.7g  \r\n"),
        ("st-gs", b"ST,GS,12 34.5kg\r\n"),
        ("sartorius-sbi", b"    1.640 kg \r\n"),
    ],
)
def test_a_broken_message_or_one_without_weight_is_refused_with_a_reason(kind, data):
    outcome = first(kind, data)
    assert isinstance(outcome, FrameError)
    assert outcome.reason


def test_a_broken_dini_stream_gives_the_whole_messages_only():
    broken = b"0,kg\r\n1,ST,    -0.030,       0.000,         0,kg\r\n1,ST,    -0.030,"
    results = read("dini-argeo", broken)
    assert [r.weight_kg for r in results if isinstance(r, Reading)] == [-0.03]


def test_a_sealed_weighing_of_a_dini_head_keeps_its_number_and_freezes_the_weight():
    data = b"PIDST,1,    1500,0kg,PT       2,8kg,00000-000158\r\n"
    reading = first("dini-argeo", data)
    assert reading.weight_kg == 1500.0
    assert reading.flags == {Flag.STABLE, Flag.GROSS, Flag.PRINT}
    assert reading.extra["sealed_number"] == "00000-000158"
    assert reading.extra["tare_kg"] == 2.8
    refused = first("dini-argeo", data.replace(b"00000-000158", b"NO").replace(b"PIDST", b"PIDUS"))
    assert "sealed_number" not in refused.extra
    assert Flag.PRINT not in refused.flags


def test_a_systec_record_keeps_ident_number_date_tare_and_net():
    reading = first("systec", SYSTEC)
    assert reading.extra["sealed_number"] == "2"
    assert reading.extra["net_kg"] == 20000.0
    assert reading.extra["tare_kg"] == 0.0
    assert reading.extra["scale"] == reading.extra["terminal"] == "1"
    assert reading.device_time == datetime(2018, 6, 5, 13, 12)  # noqa: DTZ001
    assert first("systec", SYSTEC, date_order="mdy").device_time == datetime(2018, 5, 6, 13, 12)  # noqa: DTZ001
    no_date = SYSTEC.replace(b"05.06.18", b"31.06.18")
    assert first("systec", no_date, crc="off").device_time is None
    assert crc16_modbus(SYSTEC[1:55]) == 27387


def test_a_systec_crc_is_looked_at_unless_it_is_switched_off():
    wrong = SYSTEC.replace(b"27387", b"27388")
    assert first("systec", wrong).reason == "wrong checksum"
    assert first("systec", wrong, crc="off").weight_kg == 20000.0


def test_a_simulated_systec_head_counts_only_what_it_registers():
    head = SimulatedSystec(lambda: AT)
    standing, moving = Display(weight=43120), Display(weight=43120, motion=True)
    answers = [head.answer(b"<RN>", standing), head.answer(b"<RM>", standing), head.answer(b"<RN>", standing)]
    assert [first("systec", data).extra.get("sealed_number") for data in answers] == ["1", None, "2"]
    assert first("systec", head.answer(b"<RN>", moving)).flags == {Flag.MOTION}


def test_a_weight_without_unit_has_no_value_unless_the_installer_says_the_unit():
    assert first("rice-lake", b"\x02   43120 G \r\n").weight_kg is None
    assert first("rice-lake", b"\x02   43120 G \r\n", blank_unit="lb").weight_kg == pytest.approx(
        43120 * POUND
    )
    assert first("st-gs", b"ST,GS,+0043120\r\n").weight_kg is None
    assert first("st-gs", b"ST,GS,+0043120\r\n", blank_unit="kg").weight_kg == 43120.0
    assert first("sartorius-sbi", b"+    1.640    \r\n", blank_unit="kg").weight_kg == 1.64
    assert first("rinstrum", b"\x02   43.12G\x03", unit="t").weight_kg == 43120.0


def test_reversed_digits_are_read_where_they_are_set():
    assert first("yaohua", b"=000.3000", digits="reversed").weight_kg == 3.0
    assert first("yaohua", b"=000.3000", digits="forward").weight_kg == 0.3
    assert first("yaohua", b"=02134000", digits="reversed").weight_kg == 43120.0


def test_the_traffic_light_of_a_rinstrum_bridge_is_no_sign():
    for byte, light in ((b"0", "red"), (b"`", "green"), (b"p", "both")):
        reading = first("rinstrum", b"\x02" + byte + b"  43120G\x03")
        assert (reading.weight_kg, reading.extra["light"]) == (43120.0, light)


def test_a_power_up_banner_keeps_the_serial_number():
    assert first("mt-sics", b'I4 A "0123456789"\r\n').serial == "0123456789"


def test_a_weight_that_cannot_be_true_is_measured_badly():
    for kind, data in (("mt-sics", b"S S     999999 t\r\n"), ("st-gs", b"ST,GS,-  9999.9kg\r\n")):
        reading = first(kind, data)
        assert reading.weight_kg is None
        assert Flag.ERROR in reading.flags
        assert reading.extra["problem"] == "implausible weight"


@pytest.mark.parametrize(
    ("kind", "chosen", "poll"),
    [
        ("mt-sics", {}, b"SI\r\n"),
        ("mt-sics", {"poll": "SIR"}, b"SIR\r\n"),
        ("sma", {}, b"\nW\r"),
        ("nci-scp01", {}, b"W\r"),
        ("dini-argeo", {}, None),
        ("dini-argeo", {"poll": "REXT"}, b"REXT\r\n"),
        ("cardinal", {"poll": "ENQ"}, b"\x05"),
        ("systec", {}, b"<RM>"),
        ("sartorius-sbi", {}, b"\x1bP\r\n"),
        ("sartorius-sbi", {"poll": "none"}, None),
    ],
)
def test_the_command_that_is_sent_is_as_set(kind, chosen, poll):
    assert make_protocol(kind, chosen).poll == poll


def test_a_setting_that_is_not_possible_names_what_is():
    with pytest.raises(SettingError, match=r"poll = 'PID'.*none, READ, REXT"):
        make_protocol("dini-argeo", {"poll": "PID"})
