import asyncio
import struct
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.checksums import crc16_modbus
from drivers.errors import FrameError, SettingError
from drivers.gateway.modbus import Modbus
from drivers.gateway.modbus_map import Bits, Register
from drivers.gateway.modbus_wire import ModbusFramer, Query
from drivers.kind import InstrumentFaultFrame, read_frame
from drivers.reading import Flag, Frame, Reading
from drivers.simulated.line import PtyLine, TcpLine
from drivers.simulated.modbus import ModbusDevice, float_registers
from drivers.transport import ErrorCode
from tests.drivers.rig import AT, Running, wait_until
from tests.drivers.test_framing import CUTS, pieces

FRAMINGS = st.sampled_from(["rtu", "tcp"])
COMPARED = {"weight_unit": "kg", "weight_scale": "1"}
FLOAT = {"profile": "float-weight", **COMPARED}
ASKED = {**FLOAT, "every_ms": "100"}


def kind(framing="rtu", **settings):
    return Modbus({**FLOAT, "framing": framing, **settings})


def read(protocol, parts):
    framer = protocol.framer()
    frames = [frame for part in parts for frame in framer.feed(part, AT)] + framer.finish(AT)
    return [read_frame(protocol, frame) for frame in frames], framer.noise


def test_the_request_and_its_checksum_are_those_of_the_standards_examples():
    assert crc16_modbus(b"\x01\x04\x02\xff\xff") == 0x80B8
    assert Query(17, 3, 107, 3).request == bytes.fromhex("1103006B00037687")
    assert Query(17, 3, 107, 3, tcp=True).request == bytes.fromhex("00010000000611 03006B0003")


@given(st.lists(st.integers(-2000, 60_000), max_size=6), FRAMINGS, CUTS)
def test_what_the_simulator_answers_is_what_is_read_however_the_bytes_are_cut(weights, framing, cuts):
    protocol = kind(framing)
    data = b"".join(protocol.query.response(float_registers(float(weight))) for weight in weights)
    readings, noise = read(protocol, pieces(data, cuts))
    assert [reading.weight_kg for reading in readings] == [float(weight) for weight in weights]
    assert all(Flag.STABLE in reading.flags for reading in readings)
    assert noise == 0


@given(st.binary(max_size=40), st.integers(0, 10), CUTS)
def test_garbage_half_answers_and_an_echo_of_the_query_are_noise(garbage, cut, cuts):
    protocol = kind()
    whole = protocol.query.response(float_registers(43_120.0))
    data = protocol.query.request + whole[:cut] + garbage + whole + b"\x00" * 20 + whole
    readings, _ = read(protocol, pieces(data, cuts))
    weights = [reading.weight_kg for reading in readings if isinstance(reading, Reading)]
    assert weights[-1:] == [43_120.0]
    assert set(weights) == {43_120.0}


@given(st.integers(0, 8 * 11 - 1), CUTS)
def test_a_flipped_bit_never_changes_a_value_over_a_serial_line(spot, cuts):
    protocol = kind()
    data = bytearray(protocol.query.response(float_registers(43_120.0)))
    data[spot // 8] ^= 1 << spot % 8
    assert read(protocol, pieces(bytes(data), cuts))[0] == []


@given(st.binary(max_size=60), FRAMINGS)
def test_any_bytes_give_a_reading_or_a_reason(data, framing):
    protocol = kind(framing)
    assert isinstance(read_frame(protocol, Frame(data, AT)), Reading | FrameError)
    for outcome in read(protocol, [data])[0]:
        assert isinstance(outcome, Reading | FrameError)


@pytest.mark.parametrize(
    ("register", "hexes", "text"),
    [
        (Register(0, ">i", low_first=False, little=False), "0000A870", "43120"),
        (Register(0, ">i", low_first=True, little=False), "A8700000", "43120"),
        (Register(0, ">i", low_first=False, little=True), "000070A8", "43120"),
        (Register(0, ">i", low_first=True, little=True), "70A80000", "43120"),
        (Register(0, ">i", low_first=False, little=False), "FFFFFFEC", "-20"),
        (Register(0, ">I", low_first=False, little=False), "FFFFFFEC", "4294967276"),
        (Register(1, ">h", low_first=False, little=False), "0000FFEC", "-20"),
        (Register(0, ">f", low_first=False, little=False), "41480000", "12.5"),
        (Register(0, ">f", low_first=False, little=False), "7FC00000", "-"),
        (Register(0, ">f", low_first=False, little=False), "7F800000", "-"),
        (Bits(0, 13, 3), "A000", "5"),
        (Bits(1, 0, 1), "00000001", "1"),
    ],
)
def test_registers_are_read_in_each_order_of_bytes_and_words(register, hexes, text):
    assert register.text(bytes.fromhex(hexes)) == text


@pytest.mark.parametrize(
    ("status", "weight", "flags"),
    [
        (0b0000_0000_0000_0010, 43_120.0, {Flag.STABLE, Flag.GROSS}),
        (0b0000_0000_0000_1110, 43_120.0, {Flag.MOTION, Flag.NET}),
        (0b0100_0000_0000_0010, None, {Flag.STABLE, Flag.GROSS, Flag.OVERLOAD}),
        (0b0110_0000_0000_0010, None, {Flag.STABLE, Flag.GROSS, Flag.UNDERLOAD}),
        (0b0000_0000_0000_0000, None, {Flag.STABLE, Flag.GROSS, Flag.ERROR}),
    ],
)
def test_status_bits_of_the_baykon_map_become_flags_and_spoil_the_weight(status, weight, flags):
    protocol = Modbus({"profile": "baykon-mx08", **COMPARED})
    answer = protocol.query.response(struct.pack(">iHii", 43_120, status, 0, 43_120))
    reading = protocol.parse(Frame(answer, AT))
    assert reading.weight_kg == weight
    assert reading.flags == flags
    assert reading.extra["as_sent"]["gross"] == "43120"


def test_a_float_that_is_no_number_is_measured_badly():
    reading = kind().parse(Frame(kind().query.response(float_registers(float("nan"))), AT))
    assert reading.weight_kg is None
    assert Flag.ERROR in reading.flags


def test_an_exception_of_the_device_is_a_fault_that_names_the_cause():
    outcome = read_frame(kind(), Frame(kind().query.refusal(2), AT))
    assert isinstance(outcome, InstrumentFaultFrame)
    assert "no such register" in str(outcome)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('function = "input"', 'function = "coil"', r"\[read\] function"),
        ("count = 3", "count = 300", r"\[read\] count"),
        ("at = 0\ntype", "at = 2\ntype", r"\[registers.weight\] at"),
        ('type = "f32"', 'type = "f64"', r"\[registers.weight\] type"),
        ("bit = 0", "bit = 16", r"\[bits.stable\] bit"),
        ("[values.weight]", '[values.weight]\nfrom = "gross"', "gross"),
        ("[read]", "[raed]", "raed|read"),
        ("word_order", "wrod_order", "wrod_order"),
    ],
)
def test_a_wrong_profile_names_file_section_and_key(tmp_path, old, new, why):
    from drivers.generic.profile import find_profile

    text = find_profile("float-weight", "modbus").read_text()
    assert old in text
    file = tmp_path / "mine.toml"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(SettingError, match=why) as error:
        Modbus({"profile": str(file)})
    assert "mine.toml" in str(error.value)


def test_without_a_profile_the_shipped_ones_are_named():
    with pytest.raises(SettingError, match="baykon-mx08, float-weight, laumas-tlb"):
        Modbus({})
    with pytest.raises(SettingError, match="0 to 255"):
        kind(unit="300")


@pytest.fixture
def pty(tmp_path):
    line = PtyLine(tmp_path / "tty")
    yield line
    line.close()


def test_a_device_on_a_serial_line_is_asked_and_read_and_survives_a_spoilt_answer(pty):
    device = ModbusDevice(pty, kind().query, float_registers(43_120.0))
    device.start()
    try:
        with Running("modbus", f"serial:{pty.path}", settings=ASKED) as running:
            wait_until(lambda: running.weights()[-1:] == [43_120.0])
            device.spoil = True
            wait_until(lambda: running.driver.health().noise_bytes > 0)
            device.registers = float_registers(14_860.0, stable=False)
            wait_until(lambda: running.weights()[-1:] == [14_860.0])
            device.refuse = 6
            wait_until(lambda: running.driver.health().state == "fault")
            assert running.driver.health().last_error.code is ErrorCode.INSTRUMENT_FAULT
            device.refuse = None
            wait_until(lambda: running.driver.health().state == "live")
            assert set(running.weights()) == {43_120.0, 14_860.0}
    finally:
        device.stop()


def test_a_device_that_does_not_answer_is_silent_and_comes_back():
    converter = TcpLine()
    device = ModbusDevice(converter, kind("tcp").query, float_registers(20.0))
    try:
        with Running(
            "modbus",
            f"tcp:127.0.0.1:{converter.port}",
            settings={**ASKED, "framing": "tcp"},
            silent_after_s=0.5,
        ) as running:
            wait_until(lambda: running.driver.health().state in ("starting", "silent"))
            wait_until(lambda: running.driver.health().state == "silent")
            device.start()
            wait_until(lambda: running.driver.health().state == "live")
            assert running.weights()[-1] == 20.0
    finally:
        device.stop()
        converter.close()


@pytest.mark.parametrize("framing", ["rtu", "tcp"])
def test_another_implementation_of_modbus_is_read(framing):
    import pymodbus
    from pymodbus.framer import FramerType
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    assert pymodbus.__version__
    words = struct.unpack(">3H", float_registers(43_120.0))
    started, ended = threading.Event(), threading.Event()
    port = []

    async def serve():
        device = SimDevice(1, simdata=[SimData(0, values=list(words), datatype=DataType.REGISTERS)])
        framer = FramerType.RTU if framing == "rtu" else FramerType.SOCKET
        server = ModbusTcpServer(device, framer=framer, address=("127.0.0.1", 0))
        await server.listen()
        port.append(server.transport.sockets[0].getsockname()[1])
        started.set()
        while not ended.is_set():
            await asyncio.sleep(0.02)
        await server.shutdown()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert started.wait(10)
        with Running("modbus", f"tcp:127.0.0.1:{port[0]}", settings={**ASKED, "framing": framing}) as running:
            wait_until(lambda: running.weights()[-1:] == [43_120.0])
    finally:
        ended.set()
        thread.join(10)


def test_an_answer_that_never_ends_is_held_in_bounded_memory():
    framer = ModbusFramer(kind().query)
    for _ in range(500):
        framer.feed(b"\x01\x04" * 50, AT)
        assert len(framer._buffer) < 300
