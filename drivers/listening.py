"""The time that a driver has listened: it stands still while a delivery waits to be taken.

A station that cannot store for a minute reads nothing for a minute; what the device said meanwhile lies in
the line. A message must not count as broken off, a device as silent, or a repeated result as a new one,
because nobody listened.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class ListeningClock:
    """Call it for seconds, from any thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._held: tuple[float, float | None] = 0.0, None  # seconds in all before, and since when now

    def __call__(self) -> float:
        held_s, since = self._held
        return (self._monotonic() if since is None else since) - held_s

    @contextmanager
    def standing(self) -> Iterator[None]:
        held_s, since = self._held[0], self._monotonic()
        self._held = held_s, since
        try:
            yield
        finally:
            self._held = held_s + self._monotonic() - since, None
