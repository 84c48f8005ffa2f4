"""This module says how long to wait before a line that is down is tried again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses between attempts, seconds: `first`, doubled each time, at most `longest`."""

    first: float = 0.5
    longest: float = 10.0

    def pause(self, failures: int, jitter: float) -> float:
        """Return the pause after `failures` (1 or more) in a row; `jitter` 0..1 spreads it by half."""
        return float(min(self.longest, self.first * 2.0 ** min(failures - 1, 16))) * (0.5 + jitter / 2.0)


DEFAULT_BACKOFF = Backoff()
