"""What happens next on the simulated season: acts in the order of their time."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

Act = Callable[[datetime], None]
_TICK = timedelta(milliseconds=1)


class Agenda:
    """Acts may note others, also for a time that is over: these come next. No two happen at one time."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []
        self._numbers = itertools.count()
        self.now: datetime | None = None

    def note(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (at, next(self._numbers), act))

    def play(self) -> None:
        """Do every act, until none is left."""
        while self._acts:
            at, _, act = heapq.heappop(self._acts)
            self.now = at if self.now is None else max(at, self.now + _TICK)
            act(self.now)
