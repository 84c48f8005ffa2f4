"""Drivers on real pseudo-terminals, real sockets and real files."""

import socket

import pytest

from drivers.reading import Analyte
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.line import PtyLine, TcpLine
from drivers.simulated.nir import SimulatedNir
from drivers.simulated.toledo import ToledoBridge, ToledoFault, ToledoSender, message
from drivers.transport import ErrorCode, LineDown, SerialTransport, TcpTransport
from tests.drivers.rig import AT, Running, now, wait_until


@pytest.fixture
def pty(tmp_path):
    line = PtyLine(tmp_path / "tty")
    yield line
    line.close()


@pytest.fixture
def converter():
    line = TcpLine()
    yield line
    line.close()


@pytest.fixture
def bridge(pty):
    """A bridge on the pseudo-terminal whose clock runs 20 times real time."""
    scale = ToledoBridge()
    sender = ToledoSender(scale, pty, clock=now, speed=20.0, seed=3)
    yield scale, sender
    sender.stop()


def test_a_truck_on_the_bridge_is_read_through_the_serial_port(pty, bridge):
    scale, sender = bridge
    with Running("toledo-continuous", f"serial:{pty.path}") as running:
        sender.start()
        scale.drive_on(43_130)
        wait_until(lambda: 43120.0 in running.weights() or 43140.0 in running.weights())
        scale.drive_off()
        wait_until(lambda: running.weights()[-1] == 0.0)
        assert running.state == "live"
    assert [e.values["weight"] for e in sender.log.countable()] == [43120.0]


def test_every_fault_of_a_serial_line_is_survived_and_makes_no_wrong_weight(pty, bridge):
    scale, sender = bridge
    with Running("toledo-continuous", f"serial:{pty.path}", silent_after_s=0.15) as running:
        sender.start()
        scale.drive_on(43_120)
        wait_until(lambda: running.weights()[-1:] == [43120.0])
        settled = len(running.got)
        for fault in (ToledoFault.HALF, ToledoFault.GLUED, ToledoFault.NOISE, ToledoFault.WRONG_CHECKSUM):
            for _ in range(3):
                sender.inject(fault)
        sender.inject(ToledoFault.SILENCE, seconds=10.0)
        wait_until(lambda: running.state == "silent")
        wait_until(lambda: running.state == "live")
        sender.inject(ToledoFault.DISCONNECT)
        wait_until(lambda: running.state == "down")
        assert running.driver.health().last_error.code in (ErrorCode.PORT_LOST, ErrorCode.PORT_MISSING)
        pty.plug()
        wait_until(lambda: running.state == "live")
        weights = {d.reading.weight_kg for d in running.got[settled:] if d.reading}
    assert weights == {43120.0}
    assert "wrong checksum" in running.errors()
    assert running.driver.health().noise_bytes > 0


def test_a_port_that_is_missing_or_taken_says_what_to_do(pty, tmp_path):
    with pytest.raises(LineDown, match="does not exist: check that the adapter is plugged in") as missing:
        SerialTransport(str(tmp_path / "none")).open()
    assert missing.value.code is ErrorCode.PORT_MISSING
    first, second = SerialTransport(str(pty.path)), SerialTransport(str(pty.path))
    first.open()
    try:
        with pytest.raises(LineDown, match="used by another program") as taken:
            second.open()
        assert taken.value.code is ErrorCode.PORT_BUSY
    finally:
        first.close()
    second.open()
    second.close()


def test_a_serial_port_writes_and_reads_bytes_as_they_are(pty):
    line = SerialTransport(str(pty.path))
    line.open()
    try:
        every = bytes(range(256))
        pty.write(every)
        got = b""
        while len(got) < 256 and (chunk := line.read(1.0)):
            got += chunk.data
        assert got == every
        assert line.read(0.01) is None
        line.write(b"P\r\n")
    finally:
        line.close()
    line.close()


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\n\r", b"\r\n"])
def test_gac_records_behind_a_converter_are_each_read_once(converter, end):
    with Running("gac2100-csv01", f"tcp:127.0.0.1:{converter.port}") as running:
        wait_until(lambda: converter.is_connected)
        gac = SimulatedGac2100(converter, terminator=end)
        for n in range(5):
            gac.print_record(f"S{n}", 12.0 + n, 76.5, 24.0, "BLE TENDRE", AT)
            gac.print_control_record(AT)
        wait_until(lambda: len(running.got) == 10)
    read = [d.reading for d in running.got if d.reading]
    assert [r.sample_id for r in read] == [e.sample_id for e in gac.log.countable()]
    assert [r.values[Analyte.MOISTURE].value for r in read] == [12.0, 13.0, 14.0, 15.0, 16.0]
    assert all(d.frame.data.endswith(end) for d in running.got[:-1])


def test_a_converter_that_closes_and_reboots_is_found_again_and_loses_no_later_record(converter):
    gac = SimulatedGac2100(converter)
    with Running("gac2100-csv01", f"tcp:127.0.0.1:{converter.port}") as running:
        wait_until(lambda: converter.is_connected)
        for n in range(3):
            gac.print_record(f"S{n}", 12.0, 76.5, 24.0, "BLE", AT)
            wait_until(lambda n=n: len(running.got) == n + 1)
            converter.disconnect()
            wait_until(lambda: converter.is_connected)
        converter.go_down()
        wait_until(lambda: running.state == "down")
        wait_until(lambda: running.driver.health().last_error.code is ErrorCode.REFUSED)
        converter.listen()
        wait_until(lambda: converter.is_connected)
        gac.print_record("S3", 12.0, 76.5, 24.0, "BLE", AT)
        wait_until(lambda: len(running.got) == 4)
        assert running.state == "live"
    assert [d.reading.sample_id for d in running.got] == ["S0", "S1", "S2", "S3"]


def test_a_record_cut_by_a_pulled_cable_is_a_bad_message_and_its_reprint_is_read(converter):
    gac = SimulatedGac2100(converter)
    with Running("gac2100-csv01", f"tcp:127.0.0.1:{converter.port}") as running:
        wait_until(lambda: converter.is_connected)
        gac.print_record("S1", 12.0, 76.5, 24.0, "BLE", AT, cut=40)
        converter.disconnect()
        wait_until(lambda: converter.is_connected)
        gac.reprint()
        wait_until(lambda: len(running.got) == 2)
    assert [d.reading is not None for d in running.got] == [False, True]
    assert len(gac.log.countable()) == 1


def test_what_was_printed_while_nobody_was_connected_comes_from_the_converters_buffer(converter):
    gac = SimulatedGac2100(converter)
    gac.print_record("S1", 12.0, 76.5, 24.0, "BLE", AT)
    with Running("gac2100-csv01", f"tcp:127.0.0.1:{converter.port}") as running:
        wait_until(lambda: len(running.got) == 1)
    assert running.got[0].reading.sample_id == "S1"


def test_a_converter_that_serves_another_program_is_tried_again_until_it_is_free(converter):
    with socket.create_connection(("127.0.0.1", converter.port)) as other:
        wait_until(lambda: converter.is_connected)
        with Running("gac2100-csv01", f"tcp:127.0.0.1:{converter.port}") as running:
            wait_until(lambda: running.driver.health().last_error is not None)
            assert running.driver.health().last_error.code is ErrorCode.CLOSED
            assert "another program" in running.driver.health().last_error.text
            other.close()
            wait_until(lambda: running.state == "live")


def test_an_idle_connection_is_made_anew_without_being_called_down(converter):
    seconds = [0.0]
    line = TcpTransport("127.0.0.1", converter.port, idle_s=60.0, monotonic=lambda: seconds[0])
    line.open()
    try:
        assert line.read(0.01) is None
        seconds[0] = 61.0
        with pytest.raises(LineDown) as idle:
            line.read(0.01)
        assert idle.value.code is ErrorCode.IDLE
    finally:
        line.close()


def test_nir_lines_over_tcp_are_read(converter):
    with Running("json-nir", f"tcp:127.0.0.1:{converter.port}") as running:
        wait_until(lambda: converter.is_connected)
        nir = SimulatedNir(converter, end=b"\n")
        nir.send_result("S1", "soft_wheat", {Analyte.PROTEIN: 11.4, Analyte.MOISTURE: 13.0}, AT)
        nir.send_again()
        wait_until(lambda: len(running.got) == 2)
    assert {d.reading.identity for d in running.got} == {"sim-000001"}


def test_a_recording_is_replayed_from_its_file(tmp_path):
    file = tmp_path / "morning.bin"
    file.write_bytes(b"\x00\x01" + message(20) * 1000 + message(40)[:9])
    with Running("toledo-continuous", f"replay:{file}") as running:
        wait_until(lambda: len(running.weights()) == 1000)
    assert set(running.weights()) == {20.0}
    assert running.driver.health().noise_bytes == 2 + 9
