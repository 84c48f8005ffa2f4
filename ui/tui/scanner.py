"""A barcode scanner acts as a keyboard: it sends a fast burst of characters ended by Enter.

Nobody types five characters with less than 50 ms between them, so the time between keys tells a scan from
typing. A character is held back until it is clear what it belongs to: the next one is fast (part of a
burst), the pause is long (it was typed), or Enter ends a long enough burst (a scan). The scanner knows no
terminal and no clock of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key")

GAP_S = 0.05
SHORTEST = 5
LONGEST = 40
PAPER, LONGEST_PAPER = "SILO1", 1_500  # how the QR code of a shipment's paper begins


@dataclass(frozen=True, slots=True)
class KeyOutcome(Generic[Key]):
    """A key leads to an outcome: `release` are held keys that were typed after all, in order, to be handled
    as keys now; `scan` is a complete barcode; `held` says that the key itself was kept back or used up."""

    release: tuple[Key, ...] = ()
    scan: str | None = None
    held: bool = False


@dataclass(slots=True)
class Scanner(Generic[Key]):
    """Feed it every key; `clock` gives seconds that only rise."""

    clock: Callable[[], float]
    _burst: list[tuple[str, Key]] = field(default_factory=list)
    _last: float = 0.0

    def character(self, text: str, key: Key) -> KeyOutcome[Key]:
        """Hold a printable character back; what waited is released if it was not part of a burst."""
        now = self.clock()
        is_fast = now - self._last < GAP_S
        release = () if is_fast and len(self._burst) < self._most() else self._take()
        self._last = now
        self._burst.append((text, key))
        return KeyOutcome(release=release, held=True)

    def enter(self) -> KeyOutcome[Key]:
        """Take Enter: it ends a scan, or releases what was typed before it."""
        is_fast = self.clock() - self._last < GAP_S
        if is_fast and len(self._burst) >= SHORTEST:
            scan = "".join(text for text, _ in self._burst)
            self._burst.clear()
            return KeyOutcome(scan=scan, held=True)
        return KeyOutcome(release=self._take())

    def other(self) -> KeyOutcome[Key]:
        """Take any other key: what was held was typed."""
        return KeyOutcome(release=self._take())

    def pause(self) -> KeyOutcome[Key]:
        """Release what was held once the gap has passed without a key."""
        if self.is_holding and self.clock() - self._last < GAP_S:
            return KeyOutcome(held=True)
        return KeyOutcome(release=self._take())

    @property
    def is_holding(self) -> bool:
        return bool(self._burst)

    def _most(self) -> int:
        begun = "".join(text for text, _ in self._burst[: len(PAPER)])
        return LONGEST_PAPER if begun.upper() == PAPER else LONGEST

    def _take(self) -> tuple[Key, ...]:
        keys = tuple(key for _, key in self._burst)
        self._burst.clear()
        return keys
