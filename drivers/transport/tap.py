"""Listening to a line that belongs to another program: a Y-cable on the receive wire, or a mirror.

Nothing is ever sent: the port is opened for reading only, echo is off, DTR and RTS are lowered, what the
driver wants to say is dropped. Two programs on one port would take bytes from each other, so the tap's own
port (the second adapter, or the mirror) is held exclusively; share one port by a relay instead.

The kernel opens a port with the settings of its last use: between that and ours, less than a millisecond,
a port with echo on could answer. Leave the transmit wire of a Y-cable unconnected.
"""

import contextlib
import fcntl
import os
import select
import struct
import termios
from pathlib import Path
from typing import Any

from drivers.transport.base import Chunk, ErrorCode, LineDown
from drivers.transport.tcp import TcpTransport

_READ_SIZE = 4096
_BITS = {5: termios.CS5, 6: termios.CS6, 7: termios.CS7, 8: termios.CS8}
_PARITY = {"N": 0, "E": termios.PARENB, "O": termios.PARENB | termios.PARODD}


class TapTransport:
    """A serial port or pseudo-terminal that is only read."""

    def __init__(
        self, port: str, *, baud: int = 9600, bits: int = 8, parity: str = "N", stop: int = 1
    ) -> None:
        self._port = port
        self._baud, self._bits, self._parity, self._stop = baud, bits, parity, stop
        self._fd: int | None = None
        self._poll = select.poll()

    def open(self) -> None:
        self.close()
        try:
            fd = os.open(self._port, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise self._error(error) from error
        try:
            self._prepare(fd)
        except (OSError, termios.error) as error:
            os.close(fd)
            raise self._error(error) from error
        self._fd = fd
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN | select.POLLHUP | select.POLLERR)

    def read(self, timeout: float) -> Chunk | None:
        if self._fd is None:
            raise self._lost_error()
        try:
            if not self._poll.poll(timeout * 1000):
                return None
            data = os.read(self._fd, _READ_SIZE)
        except BlockingIOError:
            return None
        except OSError as error:
            raise self._lost_error() from error
        if not data:
            raise self._lost_error()
        return Chunk(data)

    def write(self, data: bytes) -> None:
        """A tap never speaks."""

    def confirm(self, receipt: Any) -> None:
        """A serial line has no receipts."""

    def close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def describe(self) -> str:
        return f"tap of {self._port} {self._baud} baud {self._bits}{self._parity}{self._stop}"

    def _prepare(self, fd: int) -> None:
        """Make the line raw, silent and ours alone."""
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        attributes = termios.tcgetattr(fd)
        speed = getattr(termios, f"B{self._baud}")
        control = termios.CREAD | termios.CLOCAL | _BITS[self._bits] | _PARITY[self._parity]
        control |= termios.CSTOPB if self._stop == 2 else 0
        attributes[:6] = [0, 0, control, 0, speed, speed]
        attributes[6][termios.VMIN], attributes[6][termios.VTIME] = 1, 0
        termios.tcsetattr(fd, termios.TCSANOW, attributes)
        with contextlib.suppress(OSError):  # a pseudo-terminal has no such lines
            fcntl.ioctl(fd, termios.TIOCMBIC, struct.pack("I", termios.TIOCM_DTR | termios.TIOCM_RTS))

    def _lost_error(self) -> LineDown:
        text = f"port {self._port} was lost: check the cable and the USB adapter"
        return LineDown(ErrorCode.PORT_LOST, text)

    def _error(self, error: Exception) -> LineDown:
        if not Path(self._port).exists():
            text = f"port {self._port} does not exist: check that the adapter is plugged in, and its name"
            return LineDown(ErrorCode.PORT_MISSING, text)
        if isinstance(error, BlockingIOError):
            text = f"port {self._port} is used by another program: tap a second port, or share it by a relay"
            return LineDown(ErrorCode.PORT_BUSY, text)
        if isinstance(error, PermissionError):
            text = f"port {self._port} may not be opened: add this user to the group dialout"
            return LineDown(ErrorCode.PORT_DENIED, text)
        return LineDown(ErrorCode.PORT_LOST, f"{self.describe()} cannot be opened: {error}")


class TcpTapTransport(TcpTransport):
    """A converter or mirror that serves several programs: we hear all of it and say nothing."""

    def write(self, data: bytes) -> None:
        """A tap never speaks."""

    def describe(self) -> str:
        return f"tap of {super().describe()}"
