"""A serial-to-Ethernet converter (or any TCP server that sends what a device says)."""

import select
import socket
import time
from collections.abc import Callable
from typing import Any

from drivers.transport.base import Chunk, ErrorCode, LineDown

_READ_SIZE = 4096
_KEEPALIVE = (
    (socket.TCP_KEEPIDLE, 10),
    (socket.TCP_KEEPINTVL, 5),
    (socket.TCP_KEEPCNT, 3),
)


class TcpTransport:
    """A client that notices a dead converter.

    Keepalive finds a cut cable in about 25 s. `idle_s` seconds without a byte raise LineDown(IDLE), so
    that the connection is made anew: some converters keep a connection open that they forgot.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        idle_s: float = 600.0,
        connect_s: float = 5.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host, self._port = host, port
        self._idle_s, self._connect_s = idle_s, connect_s
        self._monotonic = monotonic
        self._socket: socket.socket | None = None
        self._heard_s = 0.0

    def open(self) -> None:
        self.close()
        try:
            line = socket.create_connection((self._host, self._port), timeout=self._connect_s)
        except ConnectionRefusedError as error:
            text = f"{self.describe()} refuses: check the converter's port, and that no other program uses it"
            raise LineDown(ErrorCode.REFUSED, text) from error
        except OSError as error:
            text = f"{self.describe()} does not answer ({error}): check power, network cable and address"
            raise LineDown(ErrorCode.UNREACHABLE, text) from error
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option, value in _KEEPALIVE:
            line.setsockopt(socket.IPPROTO_TCP, option, value)
        self._socket = line
        self._heard_s = self._monotonic()

    def read(self, timeout: float) -> Chunk | None:
        line = self._opened()
        try:
            if not _readable(line, timeout):
                self._watch()
                return None
            data = line.recv(_READ_SIZE)
        except OSError as error:
            raise self._closed_error() from error
        if not data:
            raise self._closed_error()
        self._heard_s = self._monotonic()
        return Chunk(data)

    def write(self, data: bytes) -> None:
        try:
            self._opened().sendall(data)
        except OSError as error:
            raise self._closed_error() from error

    def confirm(self, receipt: Any) -> None:
        """A stream has no receipts."""

    def close(self) -> None:
        line, self._socket = self._socket, None
        if line is not None:
            line.close()

    def fileno(self) -> int:
        """Return the descriptor, to wait on several lines at once; LineDown while it is closed."""
        return self._opened().fileno()

    def describe(self) -> str:
        return f"tcp:{self._host}:{self._port}"

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise self._closed_error()
        return self._socket

    def _closed_error(self) -> LineDown:
        text = f"{self.describe()} closed the connection: another program may use it, or it restarted"
        return LineDown(ErrorCode.CLOSED, text)

    def _watch(self) -> None:
        if self._monotonic() - self._heard_s >= self._idle_s:
            raise LineDown(ErrorCode.IDLE, f"{self.describe()} said nothing for {self._idle_s:.0f} s")


def _readable(line: socket.socket, timeout: float) -> bool:
    poll = select.poll()
    poll.register(line, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(timeout * 1000))
