"""Devices that say their last result again and again, where equal messages in a row are one reading, and
those that print a record again, where each is one."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, runtime_checkable

from drivers.kind import Kind
from drivers.reading import Flag, Frame, Reading

_REPRINTS_KEPT = 32


@runtime_checkable
class Repeating(Protocol):
    """A kind whose device repeats its last result; after a longer pause (seconds) it is a new one."""

    @property
    def repeats_within_s(self) -> float: ...


class Repeats:
    """Remembers the last good message of one device; no message of a kind that does not repeat is one.

    `monotonic` gives seconds. A damaged message in between changes nothing.
    """

    def __init__(self, protocol: Kind, monotonic: Callable[[], float]) -> None:
        self._within_s = protocol.repeats_within_s if isinstance(protocol, Repeating) else None
        self._monotonic = monotonic
        self._last: bytes | None = None
        self._heard_s = 0.0
        self._fresh = threading.Event()

    @property
    def is_expected(self) -> bool:
        """True for a device that repeats itself: an equal message later is a measurement, no reprint."""
        return self._within_s is not None

    def expect_new_sample(self) -> None:
        """A person says that what comes next is of a new sample. Any thread may call it."""
        self._fresh.set()

    def is_repeat(self, frame: Frame) -> bool:
        """Return True when `frame` only repeats the last good message."""
        if self._within_s is None or self._fresh.is_set() or frame.data != self._last:
            return False
        now = self._monotonic()
        soon, self._heard_s = now - self._heard_s <= self._within_s, now
        return soon

    def remember(self, frame: Frame) -> None:
        """Remember `frame`, which became a reading."""
        if self._within_s is not None:
            self._fresh.clear()
            self._last, self._heard_s = frame.data, self._monotonic()


class Reprints:
    """Remembers the last records of an analyzer: one of equal text is flagged, never dropped."""

    def __init__(self) -> None:
        self._recent: dict[bytes, None] = {}

    def mark(self, reading: Reading) -> Reading:
        text = reading.frame.data.strip()
        if text in self._recent:
            return replace(reading, flags=reading.flags | {Flag.DUPLICATE})
        self._recent[text] = None
        if len(self._recent) > _REPRINTS_KEPT:
            del self._recent[next(iter(self._recent))]
        return reading
