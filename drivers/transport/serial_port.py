"""A serial port (or a pseudo-terminal), opened so that no legacy head is reset by it."""

import select
import termios
from pathlib import Path
from typing import Any

import serial

from drivers.transport.base import Chunk, ErrorCode, LineDown

_READ_SIZE = 4096


class SerialTransport:
    """Every line setting is given at open: some ports refuse a later change.

    DTR and RTS stay low because some heads restart on their pulse; the port is held exclusively so
    that a second program cannot steal bytes.
    """

    def __init__(
        self, port: str, *, baud: int = 9600, bits: int = 8, parity: str = "N", stop: int = 1
    ) -> None:
        self._port = port
        self._baud, self._bits, self._parity, self._stop = baud, bits, parity, stop
        self._serial: serial.Serial | None = None
        self._poll = select.poll()

    def open(self) -> None:
        self.close()
        line = serial.Serial()
        line.port = self._port
        line.baudrate = self._baud
        line.bytesize = self._bits
        line.parity = self._parity
        line.stopbits = self._stop
        line.timeout = 0
        line.write_timeout = 2.0
        line.exclusive = True
        line.dtr = False
        line.rts = False
        try:
            line.open()
        except (OSError, ValueError, termios.error) as error:
            raise self._error(error) from error
        self._serial = line
        self._poll = select.poll()
        self._poll.register(line.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)

    def read(self, timeout: float) -> Chunk | None:
        line = self._opened()
        try:
            if not self._poll.poll(timeout * 1000):
                return None
            data = line.read(_READ_SIZE)
        except (OSError, TypeError, termios.error) as error:
            raise self._lost_error() from error
        if not data:
            raise self._lost_error()
        return Chunk(data)

    def write(self, data: bytes) -> None:
        try:
            self._opened().write(data)
        except (OSError, termios.error) as error:
            raise self._lost_error() from error

    def confirm(self, receipt: Any) -> None:
        """A serial line has no receipts."""

    def close(self) -> None:
        line, self._serial = self._serial, None
        if line is not None:
            line.close()

    def fileno(self) -> int:
        """Return the descriptor, to wait on several lines at once; LineDown while it is closed."""
        return int(self._opened().fileno())

    def describe(self) -> str:
        return f"{self._port} {self._baud} baud {self._bits}{self._parity}{self._stop}"

    def _opened(self) -> serial.Serial:
        if self._serial is None:
            raise self._lost_error()
        return self._serial

    def _lost_error(self) -> LineDown:
        return LineDown(
            ErrorCode.PORT_LOST, f"port {self._port} was lost: check the cable and the USB adapter"
        )

    def _error(self, error: Exception) -> LineDown:
        if not Path(self._port).exists():
            text = f"port {self._port} does not exist: check that the adapter is plugged in, and its name"
            return LineDown(ErrorCode.PORT_MISSING, text)
        if "lock" in str(error).lower():
            text = f"port {self._port} is used by another program: stop it, or share the port by a relay"
            return LineDown(ErrorCode.PORT_BUSY, text)
        if isinstance(error, PermissionError) or "ermission" in str(error):
            text = f"port {self._port} may not be opened: add this user to the group dialout"
            return LineDown(ErrorCode.PORT_DENIED, text)
        return LineDown(ErrorCode.PORT_LOST, f"port {self.describe()} cannot be opened: {error}")
