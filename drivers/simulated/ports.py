"""`silo simulate --port` says where the simulated instrument is plugged in.

/tmp/bridge                              a pseudo-terminal, found under this name
tcp:4001                                 a serial converter on loopback (tcp:0 takes a free port)
mqtt://127.0.0.1:1883/silo/nir-1/result  messages of this topic; with tasmota a board of this name
serial:/dev/ttyUSB1?baud=9600            a real port, whose cable ends at the station's port
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from drivers.errors import SettingError
from drivers.redaction import redacted
from drivers.registry import make_transport
from drivers.simulated.line import MqttLine, TcpLine, TwoWayLine
from drivers.simulated.tasmota import TasmotaLine
from drivers.simulated.watched_pty import WatchedPtyLine
from drivers.transport import LineDown, SerialTransport


class DeafMqttLine(MqttLine):
    """A topic tells the instrument nothing."""

    def take(self) -> bytes:
        return b""


class SerialLine:
    """A real port. Nobody can tell whether the other end is read; a lost port carries nothing."""

    def __init__(self, line: SerialTransport) -> None:
        self._line = line
        line.open()

    def write(self, data: bytes) -> bool:
        try:
            self._line.write(data)
        except LineDown:
            self._try_again()
            return False
        return True

    def take(self) -> bytes:
        try:
            chunk = self._line.read(0.0)
        except LineDown:
            self._try_again()
            return b""
        return chunk.data if chunk else b""

    def disconnect(self) -> None:
        self._line.close()

    def close(self) -> None:
        self._line.close()

    def _try_again(self) -> None:
        try:
            self._line.open()
        except LineDown:
            self._line.close()


def open_line(port: str, kind: str, *, as_hex: bool = False) -> tuple[TwoWayLine, str]:
    """Return the line, and the address a station reads it by. SettingError or LineDown (broker, port)."""
    parts = urlsplit(port, allow_fragments=False)
    if parts.scheme == "tcp":
        if not parts.path.isdecimal() or int(parts.path) > 65_535:
            raise SettingError(f"--port {port}: write it as tcp:4001")
        tcp = TcpLine(int(parts.path))
        return tcp, f"tcp:127.0.0.1:{tcp.port}"
    if parts.scheme == "mqtt":
        return _mqtt(port, kind, as_hex=as_hex)
    if parts.scheme == "serial":
        line = make_transport(port)
        assert isinstance(line, SerialTransport)
        return SerialLine(line), port
    path = Path(port)
    if path.exists() and not path.is_symlink():
        raise SettingError(f"--port {port}: is there already; a real port is written as serial:{port}")
    return WatchedPtyLine(path), f"serial:{path.absolute()}"


def broker_of(port: str) -> tuple[str, int, str]:
    """Return host, port and topic of an mqtt:// address. SettingError."""
    parts = urlsplit(port, allow_fragments=False)
    topic = unquote(parts.path).removeprefix("/")
    if parts.scheme != "mqtt" or not parts.hostname or not topic:
        raise SettingError(f"--port {redacted(port)}: write it as mqtt://127.0.0.1:1883/topic")
    return parts.hostname, parts.port or 1883, topic


def _mqtt(port: str, kind: str, *, as_hex: bool) -> tuple[TwoWayLine, str]:
    host, number, topic = broker_of(port)
    if kind == "tasmota":
        board = TasmotaLine(host, number, topic, as_hex=as_hex)
        return board, f"mqtt://{host}:{number}/tele/{topic}/+"
    line = DeafMqttLine(host, number, topic, client_id=f"simulated-{kind}")
    return line, f"mqtt://{host}:{number}/{topic}"
