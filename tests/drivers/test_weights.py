"""A head that always says net, and the heads' dialects."""

import pytest

from drivers.decode import decode
from drivers.errors import FrameError
from drivers.reading import Flag, Reading
from drivers.registry import KINDS, make_protocol
from drivers.simulated.line import TcpLine
from drivers.simulated.toledo import message
from drivers.transport import ErrorCode
from drivers.weights import WeightStream
from tests.drivers.rig import AT, Running, wait_until

NET = b"ST,NT,   43120 kg\r\n"


def readings(data, kind="st-gs", **settings):
    return [one for one in decode([data], kind, settings, at=AT) if isinstance(one, Reading)]


def test_every_kind_of_weighbridge_that_tells_net_has_the_setting():
    kinds = {kind for kind, cls in KINDS.items() if cls.__module__.startswith("drivers.weighbridge.")}
    assert {kind for kind in kinds if "net" in KINDS[kind].settings} == kinds - {"systec"}


def test_a_head_that_always_says_net_is_weighed_by_a_setting():
    assert Flag.NET in readings(NET * 3)[-1].flags
    last = readings(NET * 3, net="gross")[-1]
    assert last.flags == {Flag.GROSS, Flag.STABLE}
    assert Flag.ZERO in readings(NET.replace(b"43120", b"    0") * 3, net="gross")[-1].flags


def test_a_message_that_tells_its_tare_stays_net():
    taken_off = b"1,ST,     43120,  %10d,         0,kg\r\n"
    with_tare, without = (readings(taken_off % kg * 3, "dini-argeo", net="gross")[-1] for kg in (1200, 0))
    assert (Flag.NET in with_tare.flags, Flag.GROSS in without.flags) == (True, True)


@pytest.mark.parametrize(("first", "noted"), [(NET, True), (NET.replace(b"NT", b"GS"), False)])
def test_the_devices_health_says_why_a_head_that_always_says_net_is_not_weighed(first, noted):
    line = TcpLine()
    with Running("st-gs", f"tcp:127.0.0.1:{line.port}") as running:
        wait_until(lambda: line.is_connected)
        line.write(first + NET * 24)
        wait_until(lambda: len(running.got) >= 25)
        notice = running.driver.health().notice
        assert (notice.code if notice else None) == (ErrorCode.ALWAYS_NET if noted else None)
    line.close()


@pytest.mark.parametrize(
    ("kind", "line", "kg", "flags"),
    [
        ("st-gs", b"ST,GS,\xc5\x8a,  43.120\x00 t\r\n", 43_120.0, {Flag.STABLE, Flag.GROSS}),
        ("st-gs", b"ST,GS,\x01\xc5,   43120 kg\r\n", 43_120.0, {Flag.STABLE, Flag.GROSS}),
        ("st-gs", b"US,NT,\xc5\x00,-  1.280\x00\x00t\r\n", -1_280.0, {Flag.MOTION, Flag.NET, Flag.NEGATIVE}),
        ("st-gs", b"OL,GS,+            \r\n", None, {Flag.OVERLOAD, Flag.GROSS}),
        ("cardinal", b"   8980 LB G    \r", 4073.259483, {Flag.STABLE, Flag.GROSS}),
        ("cardinal", b"\n  43120 KG N MO \r", 43_120.0, {Flag.MOTION, Flag.NET}),
    ],
)
def test_dialects_of_heads_that_exist_are_read(kind, line, kg, flags):
    last = readings(line * 3, kind)[-1]
    assert (last.weight_kg, last.flags) == (kg, flags)


@pytest.mark.parametrize("line", [b"ST,GS,      76,", b"S S        76, kg", b"ST,GS,      76,kg"])
def test_a_number_that_ends_with_a_comma_is_no_number(line):
    kind = "mt-sics" if line.startswith(b"S ") else "st-gs"
    found = list(decode([line + b"\r\n"], kind, {}, at=AT))
    values = [one.weight_kg for one in found if not isinstance(one, FrameError)]
    assert values in ([], [76.0] if line.endswith(b",kg") else [])


CODE_1 = bytes.fromhex("023130202031363936302020202030300D")
EMPTY = bytes.fromhex("023130202030303030302020202030300D")


def test_the_devices_health_says_which_setting_is_missing_and_what_each_choice_would_show():
    line = TcpLine()
    with Running("toledo-continuous", f"tcp:127.0.0.1:{line.port}") as running:
        wait_until(lambda: line.is_connected)
        line.write(CODE_1 * 4 + EMPTY * 4)
        wait_until(lambda: len(running.got) >= 7)
        notice = running.driver.health().notice
        assert notice.code is ErrorCode.SETTING_MISSING
        assert notice.text == "fixed_zero = in_digits: 16960 kg, fixed_zero = appended: 169600 kg"
        assert all(not one.reading.weight_kg for one in running.got if one.reading)
    line.close()


def test_one_damaged_line_asks_for_no_setting():
    stream = WeightStream(make_protocol("st-gs"))
    for one in [b"ST,GS,   43120kg\r\n", b"ST,GS,   43120\r\n", b"ST,GS,   43120kg\r\n"]:
        (reading,) = decode([one], "st-gs", {}, at=AT, alone=True)
        stream.judge(reading)
    assert stream.notice == (None, "")


def test_a_head_that_says_powered_up_for_ever_is_told():
    stream = WeightStream(make_protocol("toledo-continuous"))
    (reading,) = decode([message(43_120, power_up=True)], "toledo-continuous", {}, at=AT, alone=True)
    codes = [(stream.judge(reading), stream.notice[0])[1] for _ in range(60)]
    assert (codes[0], codes[-1]) == (None, ErrorCode.ALWAYS_POWERED_UP)
