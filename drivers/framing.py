"""Framers cut bytes into frames and know no port, no clock and no meaning.

A framer is fed whatever the line delivered, in pieces of any size, and returns the frames that are
now complete. The frames depend on the bytes alone, never on how they were cut into pieces, with one
exception: a message that may or may not have one more byte (a second terminator, a checksum) is held
back until that byte comes or the line is idle. What belongs to no frame is noise: counted, kept for
a while as runs of bytes, never raised. Memory is bounded by `limit` plus what was fed at once.
"""

import re
from datetime import datetime
from typing import Protocol

from drivers.reading import Frame

STX, ETX = 0x02, 0x03
_LINE_END = re.compile(rb"\r\n|\n\r|\r|\n")
_RUN_LIMIT = 256
_RUNS_LIMIT = 64


class Framer(Protocol):
    """`hold_s` is how long the line must be quiet (seconds) before `idle` should be called."""

    hold_s: float

    @property
    def noise(self) -> int:
        """Return how many bytes belonged to no frame."""

    @property
    def is_waiting(self) -> bool:
        """Return True while a frame is held back for one more byte that may come."""

    def feed(self, data: bytes, at: datetime) -> list[Frame]: ...

    def idle(self, at: datetime) -> list[Frame]:
        """Return what was held back for one more byte: the line has been quiet."""

    def finish(self, at: datetime) -> list[Frame]:
        """Return what is left at the end of a file, also a last message without its terminator."""

    def drop(self) -> bytes:
        """Give up and return the half message at hand; it is counted as noise."""

    def take_dropped(self) -> list[bytes]:
        """Return runs of noise since the last call, for a person to look at (bounded)."""


class NoiseKeeper:
    """The part that all framers share: the half message at hand, counted noise, and no message held back
    for a byte that may come (who does overrides `idle` and `is_waiting`)."""

    hold_s = 0.1

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._noise = 0
        self._run = bytearray()
        self._runs: list[bytes] = []

    @property
    def noise(self) -> int:
        return self._noise

    @property
    def is_waiting(self) -> bool:
        return False

    def idle(self, at: datetime) -> list[Frame]:
        return []

    def finish(self, at: datetime) -> list[Frame]:
        frames = self.idle(at)
        self.drop()
        return frames

    def drop(self) -> bytes:
        half = bytes(self._buffer)
        self._buffer.clear()
        self._reject(half)
        self._close_run()
        return half

    def take_dropped(self) -> list[bytes]:
        runs, self._runs = self._runs, []
        return runs

    def _discard(self, size: int) -> None:
        """Count the first `size` bytes of the buffer as noise."""
        if size > 0:
            self._reject(bytes(self._buffer[:size]))
            del self._buffer[:size]

    def _reject(self, data: bytes) -> None:
        self._noise += len(data)
        rest = memoryview(data)
        while rest and len(self._runs) < _RUNS_LIMIT:
            room = _RUN_LIMIT - len(self._run)
            self._run += rest[:room]
            rest = rest[room:]
            if len(self._run) == _RUN_LIMIT:
                self._close_run()

    def _close_run(self) -> None:
        if self._run and len(self._runs) < _RUNS_LIMIT:
            self._runs.append(bytes(self._run))
        self._run.clear()


class LineFramer(NoiseKeeper):
    """Lines ended by LF, CR, LF CR or CR LF, mixed as they like; an empty line is no frame.

    A line of more than `limit` bytes is noise up to its end.
    """

    hold_s = 0.02

    def __init__(self, limit: int = 4096) -> None:
        super().__init__()
        self._limit = limit
        self._searched = 0
        self._skipping = False
        self._heard_at: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        return self._buffer.endswith((b"\r", b"\n"))

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        old, heard_at = len(self._buffer), self._heard_at or at
        self._buffer += data
        self._heard_at = at
        frames: list[Frame] = []
        start = 0
        while end := _LINE_END.search(self._buffer, max(start, self._searched)):
            self._searched = end.start()
            if end.end() == len(self._buffer) and len(end.group()) == 1:
                break  # the second byte of the terminator may follow
            frames += self._line(start, end.start(), end.end(), heard_at if end.end() <= old else at)
            start = self._searched = end.end()
        else:
            self._searched = len(self._buffer)
        del self._buffer[:start]
        self._searched -= start
        if self._searched > self._limit:
            self._overflow()
        return frames

    def drop(self) -> bytes:
        self._searched, self._skipping = 0, False
        return super().drop()

    def idle(self, at: datetime) -> list[Frame]:
        if not self.is_waiting:
            return []
        frames = self._line(0, len(self._buffer) - 1, len(self._buffer), self._heard_at or at)
        self._buffer.clear()
        self._searched = 0
        return frames

    def finish(self, at: datetime) -> list[Frame]:
        if self.is_waiting:
            frames = self.idle(at)
        else:
            frames = self._line(0, len(self._buffer), len(self._buffer), self._heard_at or at)
        self._buffer.clear()
        self._searched = 0
        self._close_run()
        return frames

    def _line(self, start: int, text_end: int, end: int, at: datetime) -> list[Frame]:
        line = bytes(self._buffer[start:end])
        if self._skipping or text_end - start > self._limit:
            self._skipping = False
            self._reject(line)
            self._close_run()
            return []
        if text_end == start:
            return []
        self._close_run()
        return [Frame(line, at)]

    def _overflow(self) -> None:
        """Drop the over-long line's text; a terminator at its very end stays to be seen."""
        self._reject(bytes(self._buffer[: self._searched]))
        del self._buffer[: self._searched]
        self._searched, self._skipping = 0, True


class StxEtxFramer(NoiseKeeper):
    """STX ... ETX followed by `trailer` bytes (a checksum, a line end); a new STX starts afresh.

    `limit` is the longest message, STX and trailer included.
    """

    def __init__(self, trailer: int = 0, limit: int = 512) -> None:
        super().__init__()
        self._trailer = trailer
        self._limit = limit
        self._searched = 0

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        frames: list[Frame] = []
        while self._align():
            end = self._buffer.find(ETX, self._searched)
            self._searched = len(self._buffer) if end < 0 else end
            again = self._buffer.rfind(STX, 1, self._searched)
            if again > 0:
                self._discard(again)
            elif self._searched + (1 + self._trailer if end >= 0 else 0) > self._limit:
                self._discard(1)
            elif end < 0 or len(self._buffer) < end + 1 + self._trailer:
                break
            else:
                size = end + 1 + self._trailer
                frames.append(Frame(bytes(self._buffer[:size]), at))
                del self._buffer[:size]
                self._searched = 0
                self._close_run()
        return frames

    def drop(self) -> bytes:
        self._searched = 0
        return super().drop()

    def _align(self) -> bool:
        """Let the buffer begin with STX; False when it holds none."""
        if not self._buffer:
            return False
        if self._buffer[0] != STX:
            start = self._buffer.find(STX)
            self._discard(start if start >= 0 else len(self._buffer))
        return bool(self._buffer)

    def _discard(self, size: int) -> None:
        super()._discard(size)
        self._searched = 0
