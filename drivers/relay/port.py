"""The relay's side of the device: opened, lost, opened again; written to without waiting."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from drivers.backoff import Backoff
from drivers.relay.backlog import Backlog
from drivers.transport import Chunk, ErrorCode, LineDown, Transport

_TO_DEVICE = 4096


class WaitableTransport(Transport, Protocol):
    """A transport that can be waited for together with others."""

    def fileno(self) -> int: ...


class Port:
    """`is_open` tells the state; `error` what was wrong last. `monotonic` gives seconds."""

    def __init__(
        self,
        line: WaitableTransport,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        backoff: Backoff,
    ) -> None:
        self._line, self._clock, self._monotonic, self._backoff = line, clock, monotonic, backoff
        self._failures = 0
        self._retry_at = 0.0
        self.is_open = False
        self.since = clock()
        self.last_heard: datetime | None = None
        self.error: LineDown | None = None
        self.opens = self.received_bytes = self.sent_bytes = 0
        self.to_device = Backlog(_TO_DEVICE)

    def keep_open(self) -> None:
        """Open the line if it is down and the pause is over."""
        if self.is_open or self._monotonic() < self._retry_at:
            return
        try:
            self._line.open()
        except LineDown as error:
            self._down(error)
            return
        self.is_open, self.since, self._failures = True, self._clock(), 0
        self.opens += 1

    def descriptor(self) -> int | None:
        return self._line.fileno() if self.is_open else None

    def hear(self) -> bytes:
        """Return what the device said, b"" for nothing now or a line that is down."""
        if not self.is_open:
            return b""
        try:
            chunk: Chunk | None = self._line.read(0.0)
        except LineDown as error:
            self._down(error)
            return b""
        if chunk is None:
            return b""
        self.received_bytes += len(chunk.data)
        self.last_heard = self._clock()
        return chunk.data

    def tell(self, data: bytes) -> None:
        """Send to the device; while it is down, or takes nothing, the oldest bytes are dropped and
        counted."""
        if not self.is_open:
            self.to_device.dropped_bytes += len(data)
            return
        self.to_device.push(data)
        self.flush()

    def flush(self) -> None:
        while self.is_open and (piece := self.to_device.first()):
            try:
                count = os.write(self._line.fileno(), piece)
            except BlockingIOError:
                return
            except OSError as error:
                text = f"{self._line.describe()} cannot be written to ({error.strerror})"
                self._down(LineDown(ErrorCode.PORT_LOST, text))
                return
            self.to_device.mark_written(count)
            self.sent_bytes += count

    def describe(self) -> str:
        return self._line.describe()

    def close(self) -> None:
        self._line.close()
        self.is_open = False

    def _down(self, error: LineDown) -> None:
        if self.is_open or self.error is None:
            self.since = self._clock()
        self.close()
        self.error = error
        self.to_device.dropped_bytes += self.to_device.clear()
        if error.code is not ErrorCode.IDLE:
            self._failures += 1
            self._retry_at = self._monotonic() + self._backoff.pause(self._failures, 1.0)
