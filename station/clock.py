"""The station's clock: never runs backwards, and says when the machine's clock did.

While the machine's clock is behind what was already recorded (it jumped back, or the box woke without a
time), station time goes on at half speed until the machine's clock has caught up. So nothing recorded
later ever carries an earlier time, and a small correction heals by itself.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

NOTICEABLE = timedelta(seconds=2)


class StationClock:
    """Call it for the time, aware UTC. `wall` gives the machine's time and `ticks` steady seconds."""

    def __init__(
        self,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        ticks: Callable[[], float] = time.monotonic,
        not_before: datetime | None = None,
    ) -> None:
        self._wall = wall
        self._ticks = ticks
        self._lock = threading.Lock()
        self._last = max(wall(), not_before) if not_before else wall()
        self._last_tick = ticks()

    def __call__(self) -> datetime:
        with self._lock:
            wall, tick = self._wall(), self._ticks()
            if wall < self._last:
                wall = self._last + timedelta(seconds=max(0.0, tick - self._last_tick) / 2)
            self._last, self._last_tick = wall, tick
            return wall

    def ahead(self) -> timedelta:
        """How far station time is ahead of the machine's clock; over NOTICEABLE the clock is wrong."""
        now = self()
        return max(timedelta(0), now - self._wall())


def scaled(start: datetime, speed: float, ticks: Callable[[], float] = time.monotonic) -> StationClock:
    """A simulated site's clock: begins at `start` and runs `speed` times as fast as real time."""
    begin = ticks()

    def scaled_ticks() -> float:
        return (ticks() - begin) * speed

    return StationClock(
        wall=lambda: start + timedelta(seconds=scaled_ticks()), ticks=scaled_ticks, not_before=start
    )
