"""Framers for messages that say where they begin: between two bytes, or of a known length."""

from collections.abc import Mapping
from datetime import datetime

from drivers.framing import NoiseKeeper
from drivers.reading import Frame

_LOW7 = bytes(b & 0x7F for b in range(256))


class SpanFramer(NoiseKeeper):
    """Messages from byte `start` to byte `end`, with the bytes of `tail` after it where they are sent.

    A new `start` begins afresh: of a half message and a whole one only the whole one is left. Where the
    start byte also stands inside a message, `inner` times, that many of them belong to it. `limit` is
    the longest message. A message at the end of what was heard is held until its tail can be there.
    Bit 7 is ignored in all this: it may be parity.
    """

    hold_s = 0.02

    def __init__(
        self, start: bytes, end: bytes, *, tail: bytes = b"", inner: int = 0, limit: int = 256
    ) -> None:
        super().__init__()
        self._start, self._end, self._tail = start, end, tail
        self._inner = inner
        self._limit = limit
        self._heard_at: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        return bool(self._tail) and self._end in self._view()

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        heard_at, new = self._heard_at or at, len(data)
        self._buffer += data
        if data:
            self._heard_at = at
        frames: list[Frame] = []
        while size := self._measure(quiet=False):
            frames.append(self._take(size, at if size > len(self._buffer) - new else heard_at))
        return frames

    def idle(self, at: datetime) -> list[Frame]:
        size = self._measure(quiet=True)
        return [self._take(size, self._heard_at or at)] if size else []

    def _measure(self, *, quiet: bool) -> int:
        """Return the size of the whole message that the buffer now begins with; 0: more is needed."""
        while self._align():
            view = self._view()
            end = view.find(self._end, 1)
            stop = len(view) if end < 0 else end
            if again := self._fresh_start(view, stop):
                self._discard(again)
            elif stop >= self._limit:
                self._discard(1)
            else:
                return 0 if end < 0 else self._with_tail(view, end + 1, quiet=quiet)
        return 0

    def _with_tail(self, view: bytes, size: int, *, quiet: bool) -> int:
        for byte in self._tail:
            if size == len(view):
                return size if quiet else 0
            if view[size] != byte:
                break
            size += 1
        return size

    def _take(self, size: int, at: datetime) -> Frame:
        frame = Frame(bytes(self._buffer[:size]), at)
        del self._buffer[:size]
        self._close_run()
        return frame

    def _view(self) -> bytes:
        return bytes(self._buffer.translate(_LOW7))

    def _fresh_start(self, view: bytes, stop: int) -> int:
        """Return where the last message before `stop` begins, counted over the start bytes inside it;
        else 0."""
        spot = stop
        for _ in range(self._inner + 1):
            spot = view.rfind(self._start, 0, spot)
            if spot < 0:
                return 0
        return spot

    def _align(self) -> bool:
        start = self._view().find(self._start)
        self._discard(start if start >= 0 else len(self._buffer))
        return bool(self._buffer)


class SizedFramer(NoiseKeeper):
    """Messages whose first byte tells their size and how they may end: {first: (size, possible ends)}.

    Where none ends as it must, the first byte is noise and the next one is tried. Without
    possible ends a message is whole when the next one does not begin inside it.
    """

    def __init__(self, shapes: Mapping[int, tuple[int, tuple[bytes, ...]]]) -> None:
        super().__init__()
        self._shapes = shapes

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        frames: list[Frame] = []
        start = 0
        while start < len(self._buffer):
            size, last = self._shapes.get(self._buffer[start], (0, ()))
            if start + size > len(self._buffer):
                break
            message = bytes(self._buffer[start : start + size])
            if size and self._is_whole(message, last):
                frames.append(Frame(message, at))
                self._close_run()
                start += size
            else:
                self._reject(bytes(self._buffer[start : start + 1]))
                start += 1
        del self._buffer[:start]
        return frames

    @staticmethod
    def _is_whole(message: bytes, last: tuple[bytes, ...]) -> bool:
        """A message without an end of its own may not hold the beginning of the next one."""
        return message.endswith(last) if last else message[0] not in message[1:]

    def finish(self, at: datetime) -> list[Frame]:
        self.drop()
        return []
