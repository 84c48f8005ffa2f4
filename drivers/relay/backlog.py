"""Bytes that wait for a program which does not read fast enough: bounded, the oldest go first."""

from collections import deque


class Backlog:
    """At most `limit` bytes; `dropped_bytes` counts what had to go."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self.dropped_bytes = 0

    def __len__(self) -> int:
        return self._size

    def push(self, data: bytes) -> None:
        """Keep `data` behind what waits already."""
        self._pieces.append(data)
        self._size += len(data)
        while self._size > self._limit:
            over = self._size - self._limit
            first = self._pieces.popleft()
            if len(first) > over:
                self._pieces.appendleft(first[over:])
            gone = min(over, len(first))
            self._size -= gone
            self.dropped_bytes += gone

    def first(self) -> bytes:
        """Return the piece to be written next; b"" when nothing waits."""
        return self._pieces[0] if self._pieces else b""

    def mark_written(self, count: int) -> None:
        """Drop the first `count` bytes of `first()`: they are gone."""
        rest = self._pieces.popleft()[count:]
        if rest:
            self._pieces.appendleft(rest)
        self._size -= count

    def clear(self) -> int:
        """Forget everything; how many bytes that was."""
        size, self._size = self._size, 0
        self._pieces.clear()
        return size
