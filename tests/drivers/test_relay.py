"""The relay on real pseudo-terminals and sockets: a device, a legacy program, a station."""

import json
import os
import select
import socket
import termios
import threading
from pathlib import Path

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

from drivers.backoff import Backoff
from drivers.errors import SettingError, TransportError
from drivers.relay.backlog import Backlog
from drivers.relay.config import Pty, RelayConfig, Tcp, load_config, read_config
from drivers.relay.setup import make_relay
from drivers.relay.status import StatusReport
from drivers.simulated.line import PtyLine, TcpLine
from drivers.simulated.toledo import message
from tests.drivers.rig import Running, now, wait_until

TELEGRAM = message(43120)
BASE = {"port": "serial:/dev/ttyS0", "legacy": "pty:/run/x", "station": "tcp:127.0.0.1:0"}


class Rig:
    """A relay in a thread, between a simulated device and whoever connects."""

    def __init__(self, device, port, folder, **over):
        self.device = device
        self.link = folder / "legacy"
        settings = {"legacy": Pty(self.link), "station": Tcp("127.0.0.1", 0), "buffer_bytes": 4096, **over}
        self.relay = make_relay(RelayConfig(port, **settings), clock=now, backoff=Backoff(0.02, 0.05))
        self.status = self.relay.status()
        self.stop = threading.Event()
        self._thread = threading.Thread(target=self.relay.run, args=(self.stop, self._note))

    def _note(self, status):
        self.status = status

    def __enter__(self):
        self._thread.start()
        wait_until(lambda: self.status["port"]["state"] == "open")
        return self

    def __exit__(self, *_):
        self.stop.set()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def clients(self, legacy, station):
        wait_until(
            lambda: (self.status["legacy"]["clients"], self.status["station"]["clients"]) == (legacy, station)
        )

    def connect(self, end="station"):
        line = socket.create_connection(("127.0.0.1", int(self.status[end]["address"].rpartition(":")[2])))
        line.settimeout(5)
        return line

    def open_legacy(self):
        return serial.Serial(str(self.link), 4800, timeout=5)


@pytest.fixture
def device(tmp_path):
    line = PtyLine(tmp_path / "device")
    yield line
    line.close()


@pytest.fixture
def rig(device, tmp_path):
    with Rig(device, f"serial:{device.path}", tmp_path) as made:
        yield made


def exactly(line, size):
    got = b""
    while len(got) < size:
        piece = line.recv(size - len(got))
        assert piece
        got += piece
    return got


def heard(device, size):
    got = b""

    def enough():
        nonlocal got
        got += device.take()
        return len(got) >= size

    wait_until(enough)
    return got


def quiet(line):
    return select.select([line], [], [], 0.2)[0] == []


def test_both_programs_get_every_byte_of_the_device(rig):
    every = bytes(range(256)) * 8
    with rig.open_legacy() as legacy, rig.connect() as station:
        rig.clients(1, 1)
        rig.device.write(every)
        assert exactly(station, len(every)) == every
        assert legacy.read(len(every)) == every


def test_the_legacy_program_asks_the_device_and_the_station_is_not_heard(rig):
    with rig.open_legacy() as legacy, rig.connect() as station:
        rig.clients(1, 1)
        station.sendall(b"ZERO!")
        legacy.write(b"SI\r\n" + bytes(range(256)))
        assert heard(rig.device, 260) == b"SI\r\n" + bytes(range(256))
        wait_until(lambda: rig.status["station"]["ignored_bytes"] == 5)
        assert rig.device.take() == b""
        assert quiet(station)


def test_the_station_may_write_where_the_site_says_so(device, tmp_path):
    with (
        Rig(device, f"serial:{device.path}", tmp_path, station_may_write=True) as rig,
        Running("mt-sics", f"tcp:{rig.status['station']['address'][4:]}") as running,
    ):
        assert heard(device, 4).startswith(b"SI\r\n")
        device.write(b"S S      43120 kg\r\n")
        wait_until(lambda: 43120.0 in running.weights())


def test_a_station_that_restarts_disturbs_neither_the_legacy_program_nor_the_port(rig):
    with rig.open_legacy() as legacy:
        rig.clients(1, 0)
        for n in range(3):
            with Running("toledo-continuous", f"tcp:{rig.status['station']['address'][4:]}") as running:
                rig.clients(1, 1)
                rig.device.write(message(1000 * n))
                wait_until(lambda running=running, n=n: running.weights() == [1000.0 * n])
            rig.clients(1, 0)
            rig.device.write(TELEGRAM)
        assert legacy.read(6 * len(TELEGRAM)).count(TELEGRAM) == 3
    assert rig.status["port"]["opens"] == 1


def test_a_legacy_program_that_restarts_finds_its_port_under_the_same_name_without_old_weights(rig):
    with rig.connect() as station:
        for n in range(3):
            with rig.open_legacy() as legacy:
                rig.clients(1, 1)
                rig.device.write(message(1000 * n))
                assert legacy.read(len(TELEGRAM)) == message(1000 * n)
                rig.device.write(b"not read")
                exactly(station, len(TELEGRAM) + 8)
            rig.clients(0, 1)
            rig.device.write(TELEGRAM)
            exactly(station, len(TELEGRAM))
    assert rig.status["port"]["opens"] == 1


def test_a_program_that_opens_the_pseudo_terminal_as_it_is_gets_raw_bytes_and_echoes_none(rig):
    for _ in range(2):
        fd = os.open(rig.link, os.O_RDWR | os.O_NOCTTY)
        try:
            assert not termios.tcgetattr(fd)[3] & (termios.ECHO | termios.ICANON)
            rig.clients(1, 0)
            rig.device.write(b"\x02a\r\x03")
            assert select.select([fd], [], [], 5)[0]
            assert os.read(fd, 100) == b"\x02a\r\x03"
        finally:
            os.close(fd)
        rig.clients(0, 0)
    assert rig.device.take() == b""


def test_the_last_words_of_a_program_that_closes_at_once_still_reach_the_device(rig):
    fd = os.open(rig.link, os.O_RDWR | os.O_NOCTTY)
    os.write(fd, b"P\r\n")
    os.close(fd)
    assert heard(rig.device, 3) == b"P\r\n"


@pytest.mark.parametrize("slow", ["legacy", "station"])
def test_a_program_that_does_not_read_loses_its_own_oldest_bytes_and_blocks_nobody(rig, slow):
    with rig.open_legacy() as legacy, rig.connect() as station:
        rig.clients(1, 1)
        for n in range(20_000):
            piece = b"%08d" % n * 64
            wait_until(lambda piece=piece: rig.device.write(piece))
            got = exactly(station, len(piece)) if slow == "legacy" else legacy.read(len(piece))
            assert got == piece
            if rig.status[slow]["dropped_bytes"] > 4096:
                break
        assert rig.status[slow]["dropped_bytes"] > 4096
        assert rig.status[slow]["waiting_bytes"] <= 4096
        assert rig.status["legacy" if slow == "station" else "station"]["dropped_bytes"] == 0


def test_the_port_is_opened_again_and_both_programs_stay_connected(rig):
    with rig.open_legacy() as legacy, rig.connect() as station:
        rig.clients(1, 1)
        rig.device.disconnect()
        wait_until(lambda: rig.status["port"]["state"] == "down")
        legacy.write(b"lost")
        wait_until(lambda: rig.status["port"]["dropped_to_device"] == 4)
        assert rig.status["port"]["error"]["code"] in ("port_lost", "port_missing")
        rig.device.plug()
        wait_until(lambda: rig.status["port"]["state"] == "open")
        rig.device.write(TELEGRAM)
        assert exactly(station, len(TELEGRAM)) == legacy.read(len(TELEGRAM)) == TELEGRAM
        assert (rig.status["port"]["opens"], rig.status["port"]["error"]) == (2, None)


def test_a_converter_and_a_legacy_program_on_tcp_are_served_alike(tmp_path):
    converter = TcpLine()
    try:
        with (
            Rig(converter, f"tcp:127.0.0.1:{converter.port}", tmp_path, legacy=Tcp("127.0.0.1", 0)) as rig,
            rig.connect("legacy") as legacy,
            rig.connect() as station,
        ):
            rig.clients(1, 1)
            wait_until(lambda: converter.is_connected)
            converter.write(TELEGRAM)
            assert exactly(legacy, len(TELEGRAM)) == exactly(station, len(TELEGRAM)) == TELEGRAM
            legacy.sendall(b"SI\r\n")
            assert heard(converter, 4) == b"SI\r\n"
            converter.go_down()
            wait_until(lambda: rig.status["port"]["state"] == "down")
            converter.listen()
            wait_until(lambda: converter.is_connected)
            converter.write(TELEGRAM)
            assert exactly(legacy, len(TELEGRAM)) == TELEGRAM
    finally:
        converter.close()


def test_a_ninth_program_is_refused_and_the_others_stay(rig):
    lines = [rig.connect() for _ in range(8)]
    rig.clients(0, 8)
    with rig.connect() as ninth:
        assert ninth.recv(1) == b""
    rig.clients(0, 8)
    for line in lines:
        line.close()
    rig.clients(0, 0)


def test_the_link_of_a_killed_run_is_replaced_but_a_file_is_not(device, tmp_path):
    link = tmp_path / "legacy"
    link.symlink_to("/dev/pts/no-such")
    with Rig(device, f"serial:{device.path}", tmp_path):
        assert link.readlink() != Path("/dev/pts/no-such")
    assert not link.is_symlink()
    link.write_text("mine")
    with pytest.raises(TransportError, match="is no link"):
        Rig(device, f"serial:{device.path}", tmp_path)
    assert link.read_text() == "mine"


def test_a_taken_listening_port_is_told_and_leaves_nothing_behind(device, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = Tcp("127.0.0.1", other.getsockname()[1])
        with pytest.raises(TransportError, match="another program uses it"):
            Rig(device, f"serial:{device.path}", tmp_path, station=taken)
    assert not (tmp_path / "legacy").is_symlink()


def test_the_status_is_said_at_changes_and_written_whole(tmp_path):
    said, seconds = [], [0.0]
    report = StatusReport(tmp_path / "run" / "status.json", said.append, lambda: seconds[0])

    def status(clients, count):
        return {
            "port": {"state": "open", "error": None, "bytes_from_device": count},
            "legacy": {"clients": clients, "dropped_bytes": 0},
            "station": {"clients": 0, "dropped_bytes": 0},
        }

    for clients, count, at in ((0, 1, 0.0), (0, 2, 0.5), (1, 3, 0.6), (1, 4, 2.0)):
        seconds[0] = at
        report(status(clients, count))
    assert [s["legacy"]["clients"] for s in said] == [0, 1]
    written = json.loads((tmp_path / "run" / "status.json").read_text())
    assert written["port"]["bytes_from_device"] == 4


def test_dropped_bytes_are_said_at_the_first_and_whenever_there_are_twice_as_many():
    said = []
    report = StatusReport(None, said.append, lambda: 0.0)
    for dropped in range(10):
        port = {"state": "open", "error": None}
        station = {"clients": 1, "dropped_bytes": dropped}
        report({"port": port, "legacy": {"clients": 0, "dropped_bytes": 0}, "station": station})
    assert [status["station"]["dropped_bytes"] for status in said] == [0, 1, 2, 4, 8]


def test_a_status_file_that_cannot_be_written_is_told_once(tmp_path):
    (tmp_path / "file").write_text("")
    said = []
    report = StatusReport(tmp_path / "file" / "status.json", said.append, lambda: 0.0)
    for count in range(3):
        for clients in range(2):
            station = {"clients": clients, "dropped_bytes": 0}
            status = {"port": {"state": "open", "error": None}, "station": station}
            report({**status, "legacy": {"clients": count, "dropped_bytes": 0}})
    assert [s["error"] for s in said if "error" in s] == ["File exists"]


@given(st.lists(st.one_of(st.binary(max_size=20), st.integers(0, 20)), max_size=40), st.integers(1, 30))
def test_a_backlog_keeps_the_newest_bytes_and_counts_the_others(acts, limit):
    backlog, model, dropped = Backlog(limit), b"", 0
    for act in acts:
        if isinstance(act, bytes):
            backlog.push(act)
            model += act
            dropped += max(0, len(model) - limit)
            model = model[-limit:]
        elif piece := backlog.first():
            assert model.startswith(piece)
            taken = min(act, len(piece))
            backlog.mark_written(taken)
            model = model[taken:]
    assert (len(backlog), backlog.dropped_bytes) == (len(model), dropped)


def test_a_relays_file_is_read(tmp_path):
    file = tmp_path / "relay.toml"
    file.write_text(
        'port = "serial:/dev/ttyUSB0?baud=4800"\nlegacy = "pty:/run/silo/bridge"\n'
        'station = "tcp:127.0.0.1:4101"\nstation_may_write = true\nbuffer_kb = 8\nstatus = "/run/s.json"\n'
    )
    config = load_config(file)
    assert config.legacy == Pty(Path("/run/silo/bridge"))
    assert config.station == Tcp("127.0.0.1", 4101)
    assert (config.station_may_write, config.buffer_bytes, config.status) == (True, 8192, Path("/run/s.json"))
    assert read_config(BASE).station_may_write is False


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({"ports": "x"}, "ports is not a known setting"),
        ({"station": None}, "station is missing"),
        ({"station": "pty:/run/x"}, "station: write it as tcp:"),
        ({"station": "tcp:0.0.0.0:4101"}, "not loopback"),
        ({"legacy": "tcp:192.168.1.2:4001"}, "not loopback"),
        ({"legacy": "pty:relative"}, "or pty:/path"),
        ({"legacy": 7}, "must be a text"),
        ({"station_may_write": "yes"}, "true or false"),
        ({"buffer_kb": 0}, "1 to 16384"),
        ({"buffer_kb": True}, "1 to 16384"),
    ],
)
def test_a_wrong_relay_file_names_the_key(over, why):
    wrong = {key: value for key, value in (BASE | over).items() if value is not None}
    with pytest.raises(SettingError, match=why):
        read_config(wrong)


def test_a_relay_needs_a_line_of_its_own(tmp_path):
    for port in ("mqtt://127.0.0.1/silo/nir", "tap:/dev/ttyUSB0", "serial:"):
        with pytest.raises(SettingError):
            make_relay(RelayConfig(port, Pty(tmp_path / "x"), Tcp("127.0.0.1", 0)), clock=now)
    assert not (tmp_path / "x").is_symlink()


def test_the_example_file_is_a_relays_file():
    config = load_config(Path(__file__).parents[2] / "examples" / "relay.toml")
    assert config.legacy == Pty(Path("/run/silo/bridge"))
    assert not config.station_may_write
