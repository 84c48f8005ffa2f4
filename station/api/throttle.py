"""Wrong PINs are counted: a PIN is short, and checking one costs 64 MB and a tenth of a second."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

MOST_KEYS = 1000


class Throttle:
    """At most `attempts` failures per key within `window`. In memory, thread-safe, bounded.

    `one_at_a_time` is held around an attempt, from asking whether it may be made to counting it."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        attempts: int = 5,
        window: timedelta = timedelta(minutes=1),
    ) -> None:
        self._clock = clock
        self._attempts = attempts
        self._window = window
        self._failures: dict[str, list[datetime]] = {}
        self._lock = threading.Lock()
        self.one_at_a_time = threading.Lock()

    def wait_seconds(self, key: str) -> int:
        """How long this key must wait before its next attempt; 0 when it may try now."""
        with self._lock:
            recent = self._recent(key)
            if len(recent) < self._attempts:
                return 0
            return max(1, round((recent[-self._attempts] + self._window - self._clock()).total_seconds()))

    def failed(self, key: str) -> None:
        with self._lock:
            self._failures[key] = [*self._recent(key), self._clock()]
            while len(self._failures) > MOST_KEYS:
                del self._failures[next(iter(self._failures))]

    def succeeded(self, key: str) -> None:
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: str) -> list[datetime]:
        """Failures inside the window; one from the future (the clock jumped back) no longer counts."""
        now = self._clock()
        return [at for at in self._failures.get(key, []) if timedelta(0) <= now - at < self._window]
