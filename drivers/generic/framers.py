"""Framers that a profile is made of: by markers, by length, by silence.

What is told in `drivers.framing` holds here. A start marker never occurs inside a message, but for its
trailer, which may hold any bytes: a second one means that the first message stopped half way.
"""

from datetime import datetime, timedelta

from drivers.framing import Framer, NoiseKeeper
from drivers.reading import Frame

_LOW7 = bytes(b & 0x7F for b in range(256))


class MarkedFramer(NoiseKeeper):
    """Messages with a start marker, an end marker or both, or a start marker and a fixed length.

        start, end, trailer   start ... end and `trailer` bytes after it
        end                   everything up to end
        start, length         `length` bytes in all; with an end it must stand there, before the trailer
        start                 up to the next start, or until the line was quiet for `hold_s` seconds

    A message longer than `limit` bytes is noise.
    """

    def __init__(
        self,
        start: bytes,
        end: bytes,
        *,
        length: int | None = None,
        trailer: int = 0,
        limit: int = 1024,
        hold_s: float = 0.2,
    ) -> None:
        super().__init__()
        self.hold_s = hold_s
        self._start, self._end = start, end
        self._length, self._trailer, self._limit = length, trailer, limit
        self._open_ended = not end and length is None
        self._skipping = False
        self._heard_at: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        return self._open_ended and self._at_message()

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        self._heard_at = at
        frames: list[Frame] = []
        while size := self._measure():
            part = bytes(self._buffer[: abs(size)])
            del self._buffer[: abs(size)]
            if size < 0:
                self._reject(part)
            else:
                frames.append(Frame(part, at))
                self._close_run()
        return frames

    def idle(self, at: datetime) -> list[Frame]:
        if not self.is_waiting:
            return []
        data = bytes(self._buffer)
        self._buffer.clear()
        if len(data) > self._limit:
            self._reject(data)
            return []
        self._close_run()
        return [Frame(data, self._heard_at or at)]

    def drop(self) -> bytes:
        self._skipping = False
        return super().drop()

    def _at_message(self) -> bool:
        return len(self._buffer) > len(self._start) and self._buffer.startswith(self._start)

    def _measure(self) -> int:
        """Return the size of the message at the start of the buffer; negative: noise to skip; 0: need
        more."""
        buffer = self._buffer
        begin = buffer.find(self._start) if buffer else -1
        if begin != 0:
            return -begin if begin > 0 else self._beginning() - len(buffer)
        size = self._size()
        return self._measure_started(size) if self._start else self._measure_unstarted(size)

    def _measure_started(self, size: int) -> int:
        buffer = self._buffer
        again = -1 if self._open_ended else buffer.rfind(self._start, 1, self._inside())
        if again > 0:
            return -again
        if not size:
            room = self._limit + (len(self._start) if self._open_ended else 0)
            return -1 if len(buffer) >= room else 0
        wrong = size > self._limit or (self._length is not None and not self._ends(size))
        return -1 if wrong else size

    def _inside(self) -> int:
        """Return where in the buffer the trailer of the message begins."""
        buffer = self._buffer
        if self._length is not None:
            return min(len(buffer), self._length - self._trailer)
        end = buffer.find(self._end, len(self._start))
        return end + len(self._end) if end >= 0 else len(buffer)

    def _ends(self, size: int) -> bool:
        """A message of fixed length has its end marker where it belongs."""
        return self._buffer.endswith(self._end, 0, size - self._trailer)

    def _measure_unstarted(self, size: int) -> int:
        """An over-long message is noise up to its end."""
        if size:
            skipped, self._skipping = self._skipping or size > self._limit, False
            return -size if skipped else size
        buffer = self._buffer
        if len(buffer) < self._limit or self._end in buffer:
            return 0
        self._skipping = True
        return len(self._end) - 1 - len(buffer)

    def _size(self) -> int:
        """Return the size of the message that begins here; 0 while its end has not come."""
        buffer = self._buffer
        if self._length is not None:
            return self._length if len(buffer) >= self._length else 0
        if self._open_ended:
            return max(buffer.find(self._start, 1), 0)
        end = buffer.find(self._end, len(self._start))
        size = end + len(self._end) + self._trailer
        return size if end >= 0 and len(buffer) >= size else 0

    def _beginning(self) -> int:
        """Return how many bytes at the end of the buffer may be the beginning of a start marker."""
        most = min(len(self._start) - 1, len(self._buffer))
        return next((n for n in range(most, 0, -1) if self._buffer.endswith(self._start[:n])), 0)


class GapFramer(NoiseKeeper):
    """Messages told apart by silence alone: `gap_s` seconds without a byte end one.

    A recording has no silence: all of it is one message. With `length` any other size is noise.
    """

    def __init__(self, gap_s: float, *, length: int | None = None, limit: int = 1024) -> None:
        super().__init__()
        self.hold_s = gap_s
        self._gap = timedelta(seconds=gap_s)
        self._length, self._limit = length, limit
        self._heard_at: datetime | None = None
        self._too_long = False

    @property
    def is_waiting(self) -> bool:
        return bool(self._buffer) or self._too_long

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        frames = self.idle(at) if self._heard_at and at - self._heard_at > self._gap else []
        self._heard_at = at
        self._buffer += data
        if self._too_long or len(self._buffer) > self._limit:
            self._too_long = True
            self._reject(bytes(self._buffer))
            self._buffer.clear()
        return frames

    def idle(self, at: datetime) -> list[Frame]:
        data = bytes(self._buffer)
        self._buffer.clear()
        self._too_long = False
        if not data or self._length not in (None, len(data)):
            self._reject(data)
            self._close_run()
            return []
        self._close_run()
        return [Frame(data, self._heard_at or at)]

    def finish(self, at: datetime) -> list[Frame]:
        return self.idle(at)

    def drop(self) -> bytes:
        self._too_long = False
        return super().drop()


class SevenBits:
    """A framer for a line of 7 bits and parity that is read as 8 bits: bit 7 is taken off first."""

    def __init__(self, framer: Framer) -> None:
        self._framer = framer
        self.hold_s = framer.hold_s

    @property
    def noise(self) -> int:
        return self._framer.noise

    @property
    def is_waiting(self) -> bool:
        return self._framer.is_waiting

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        return self._framer.feed(data.translate(_LOW7), at)

    def idle(self, at: datetime) -> list[Frame]:
        return self._framer.idle(at)

    def finish(self, at: datetime) -> list[Frame]:
        return self._framer.finish(at)

    def drop(self) -> bytes:
        return self._framer.drop()

    def take_dropped(self) -> list[bytes]:
        return self._framer.take_dropped()
