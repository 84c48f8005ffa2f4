"""When the line to headquarters is cut, and for how long: by loads on a day without people, else by time."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

FIRST_AFTER_S, EVERY_S, LASTS_S = 40.0, 90.0, 25.0


class Outage(Protocol):
    """Says whether the line is to be cut now."""

    def is_on(self) -> bool: ...


class OutageByLoads:
    """The line is cut once each silo has had a quarter of its trucks, and comes back when each has had three
    quarters. `finished` counts the loads of each silo; a day that is over had them all."""

    def __init__(self, finished: Mapping[str, float], trucks: int) -> None:
        self._finished = finished
        self._from, self._to = trucks // 4, max(1, 3 * trucks // 4)

    def is_on(self) -> bool:
        slowest = min(self._finished.values(), default=0)
        return self._from <= slowest < self._to


class OutageByTime:
    """The line is cut again and again, for a while."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._began = ticks()

    def is_on(self) -> bool:
        since = self._ticks() - self._began - FIRST_AFTER_S
        return since >= 0 and since % EVERY_S < LASTS_S
