"""The relay's side of the device: opened, lost, opened again; written to without waiting."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from drivers.backoff import Backoff
from drivers.relay.backlog import Backlog
from drivers.transport import Chunk, ErrorCode, LineDown, Transport

_TO_DEVICE = 4096


class Line(Transport, Protocol):
    """A transport that can be waited for together with others."""

    def fileno(self) -> int: ...


class Port:
    """`opened` tells the state; `error` what was wrong last. `monotonic` gives seconds."""

    def __init__(
        self,
        line: Line,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        backoff: Backoff,
    ) -> None:
        self._line, self._clock, self._monotonic, self._backoff = line, clock, monotonic, backoff
        self._failures = 0
        self._retry_at = 0.0
        self.opened = False
        self.since = clock()
        self.last_heard: datetime | None = None
        self.error: LineDown | None = None
        self.opens = self.received = self.sent = 0
        self.to_device = Backlog(_TO_DEVICE)

    def keep_open(self) -> None:
        """Open the line if it is down and the pause is over."""
        if self.opened or self._monotonic() < self._retry_at:
            return
        try:
            self._line.open()
        except LineDown as error:
            self._down(error)
            return
        self.opened, self.since, self._failures = True, self._clock(), 0
        self.opens += 1

    def descriptor(self) -> int | None:
        return self._line.fileno() if self.opened else None

    def hear(self) -> bytes:
        """What the device said, b"" for nothing now or a line that is down."""
        if not self.opened:
            return b""
        try:
            chunk: Chunk | None = self._line.read(0.0)
        except LineDown as error:
            self._down(error)
            return b""
        if chunk is None:
            return b""
        self.received += len(chunk.data)
        self.last_heard = self._clock()
        return chunk.data

    def tell(self, data: bytes) -> None:
        """To the device; while it is down, or takes nothing, the oldest bytes are dropped and counted."""
        if not self.opened:
            self.to_device.dropped += len(data)
            return
        self.to_device.push(data)
        self.flush()

    def flush(self) -> None:
        while self.opened and (piece := self.to_device.first()):
            try:
                count = os.write(self._line.fileno(), piece)
            except BlockingIOError:
                return
            except OSError as error:
                text = f"{self._line.describe()} cannot be written to ({error.strerror})"
                self._down(LineDown(ErrorCode.PORT_LOST, text))
                return
            self.to_device.written(count)
            self.sent += count

    def describe(self) -> str:
        return self._line.describe()

    def close(self) -> None:
        self._line.close()
        self.opened = False

    def _down(self, error: LineDown) -> None:
        if self.opened or self.error is None:
            self.since = self._clock()
        self.close()
        self.error = error
        self.to_device.dropped += self.to_device.clear()
        if error.code is not ErrorCode.IDLE:
            self._failures += 1
            self._retry_at = self._monotonic() + self._backoff.pause(self._failures, 1.0)
