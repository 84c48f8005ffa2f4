"""A line that failed shortly before a message disturbs it: its value may be whole and still not be true.

A weight that was read in pieces around a pulled cable, or a record that came on the heels of garbage, can
pass every check of its protocol. The driver marks such a message; whoever uses its value asks a person.
"""

from collections.abc import Callable
from enum import StrEnum

# Printable characters of the usual 8-bit encodings, blanks, line ends, and the marks around messages.
_TEXT = frozenset(b"\t\n\f\r\x02\x03\x1a\x1b") | frozenset(range(0x20, 0x7F)) | frozenset(range(0xA0, 0xFD))


class Disturbance(StrEnum):
    RECONNECTED = "reconnected"  # the line had been down and came back
    GARBAGE = "garbage"  # unreadable bytes came just before


class DisturbanceWatch:
    """Watches one stream of bytes; `monotonic` gives seconds. `returns` counts how often the line came back.

    A message within `reconnect_s` of the line's return, or within `garbage_s` of garbage, is disturbed.
    The first connection of all is no return. Text that is no message is no garbage: instruments print
    headings.
    """

    def __init__(
        self, monotonic: Callable[[], float], *, reconnect_s: float = 10.0, garbage_s: float = 2.0
    ) -> None:
        self._monotonic = monotonic
        self._reconnect_s, self._garbage_s = reconnect_s, garbage_s
        self.returns = 0
        self._was_down = False
        self._returned_s: float | None = None
        self._unreadable_s: float | None = None

    def note_down(self) -> None:
        """Remember that the line was lost, or could not be opened."""
        self._was_down = True

    def note_open(self) -> None:
        if self._was_down:
            self._returned_s = self._monotonic()
            self.returns += 1
        self._was_down = False
        self._unreadable_s = None

    def note_unread(self, data: bytes) -> None:
        """Judge bytes that belong to no message, or to one that cannot be read."""
        if not _TEXT.issuperset(data):
            self._unreadable_s = self._monotonic()

    def note_broken_off(self) -> None:
        """Remember that a message ended half way."""
        self._unreadable_s = self._monotonic()

    def current(self) -> Disturbance | None:
        """Return what disturbs a message that is complete at this moment."""
        if self._is_recent(self._returned_s, self._reconnect_s):
            return Disturbance.RECONNECTED
        return Disturbance.GARBAGE if self._is_recent(self._unreadable_s, self._garbage_s) else None

    def _is_recent(self, since: float | None, seconds: float) -> bool:
        return since is not None and self._monotonic() - since <= seconds
