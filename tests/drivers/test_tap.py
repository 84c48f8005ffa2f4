"""A tap hears everything and says nothing."""

import os
import select
import socket

import pytest

from drivers.reading import Flag
from drivers.registry import make_transport
from drivers.simulated.line import PtyLine, TcpLine
from drivers.simulated.toledo import message
from drivers.transport import ErrorCode, LineDown
from tests.drivers.rig import Running, wait_until


@pytest.fixture
def mirror(tmp_path):
    line = PtyLine(tmp_path / "mirror")
    yield line
    line.close()


def test_a_tap_on_a_pseudo_terminal_reads_every_byte_and_sends_none(mirror):
    tap = make_transport(f"tap:{mirror.path}?baud=4800&bits=7&parity=E")
    tap.open()
    try:
        every = bytes(range(256)) * 4
        mirror.write(every)
        got = b""
        while len(got) < len(every) and (chunk := tap.read(1.0)):
            got += chunk.data
        assert got == every
        tap.write(b"SI\r\n")
        assert tap.read(0.01) is None
        assert mirror.take() == b""
    finally:
        tap.close()
    assert "tap of" in tap.describe()
    assert "4800 baud 7E1" in tap.describe()


def test_a_tap_opens_its_port_for_reading_only_without_echo(mirror, monkeypatch):
    opened = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, flags: opened.append(flags) or real(path, flags))
    tap = make_transport(f"tap:{mirror.path}")
    tap.open()
    tap.close()
    assert [flags & os.O_ACCMODE for flags in opened] == [os.O_RDONLY]


def test_a_kind_that_polls_is_not_asked_through_a_tap(mirror):
    with Running("mt-sics", f"tap:{mirror.path}") as running:
        wait_until(lambda: running.driver.health().state != "down")
        mirror.write(b"S S      43120 kg\r\n")
        wait_until(lambda: running.weights() == [43120.0])
        mirror.write(b"S S      43140 kg\r\n")
        wait_until(lambda: running.weights() == [43120.0, 43140.0])
    assert mirror.take() == b""


def test_a_lost_mirror_is_found_again_and_a_taken_port_is_told(mirror, tmp_path):
    with Running("toledo-continuous", f"tap:{mirror.path}") as running:
        wait_until(lambda: running.state == "starting")
        mirror.write(message(43120))
        wait_until(lambda: running.weights() == [43120.0])
        second = make_transport(f"tap:{mirror.path}")
        with pytest.raises(LineDown) as busy:
            second.open()
        assert busy.value.code is ErrorCode.PORT_BUSY
        mirror.disconnect()
        wait_until(lambda: running.state == "down")
        mirror.plug()
        wait_until(lambda: mirror.write(message(43140)) and 43140.0 in running.weights())
    assert Flag.STABLE in running.got[0].reading.flags
    with pytest.raises(LineDown) as missing:
        make_transport(f"tap:{tmp_path / 'none'}").open()
    assert missing.value.code is ErrorCode.PORT_MISSING


def test_a_tap_of_a_converter_that_serves_several_never_sends():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Running("mt-sics", f"tap://127.0.0.1:{server.getsockname()[1]}") as running,
    ):
        client, _ = server.accept()
        with client:
            client.sendall(b"S S      43120 kg\r\n")
            wait_until(lambda: running.weights() == [43120.0])
            poll = select.poll()
            poll.register(client, select.POLLIN)
            assert poll.poll(300) == []


def test_the_converter_of_the_simulators_is_tapped_too():
    line = TcpLine()
    try:
        with Running("toledo-continuous", f"tap://127.0.0.1:{line.port}") as running:
            wait_until(lambda: line.is_connected)
            line.write(message(20))
            wait_until(lambda: running.weights() == [20.0])
        assert line.take() == b""
    finally:
        line.close()
