"""Keep what the station has recorded, as its event stream tells it, with the time of arrival."""

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from station.api import schemas
from ui.tui.client import StationClient
from ui.tui.stream import follow


class EventMissing(Exception):
    """An event that had to come did not come in time."""


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """One recorded event; `at` is when it arrived here, in seconds of `time.perf_counter`."""

    event: schemas.Event
    at: float


Condition = Callable[[schemas.Event], bool]


class Book:
    """Follows one station from its first event on, through its restarts. Use `listen()` as a task."""

    def __init__(self) -> None:
        self.events: list[RecordedEvent] = []
        self._proposed: dict[str, tuple[int, float]] = {}  # by load: the last event heard before, and when
        self._news = asyncio.Condition()

    @property
    def seq(self) -> int:
        """Returns the number of the last event heard: what happens now has a higher one."""
        return self.events[-1].event.seq if self.events else 0

    async def listen(self, client: StationClient) -> None:
        """Listens for ever; cancel it to stop."""
        async for news in follow(client, after=0, retry_s=(0.1, 0.2, 0.5)):
            if isinstance(news, schemas.Event):
                heard = RecordedEvent(news, time.perf_counter())
                async with self._news:
                    self.events.append(heard)
                    self._news.notify_all()
            elif isinstance(news, schemas.Proposals):
                now = (self.seq, time.perf_counter())
                async with self._news:
                    self._proposed.update(dict.fromkeys(news.load_ids, now))
                    self._news.notify_all()

    def first(self, wanted: Condition, after: int = 0) -> RecordedEvent | None:
        """Returns the first event behind number `after` that is `wanted`, as far as heard."""
        return next((h for h in self.events[self._behind(after) :] if wanted(h.event)), None)

    def all(self, *kinds: str) -> list[schemas.Event]:
        return [h.event for h in self.events if h.event.kind in kinds]

    async def wait(
        self, what: str, wanted: Condition, *, after: int = 0, timeout_s: float = 30.0
    ) -> RecordedEvent:
        """Waits for the first event behind number `after` that is `wanted`, past or future. Raises
        EventMissing."""
        looked = self._behind(after)
        try:
            async with asyncio.timeout(timeout_s), self._news:
                while True:
                    for heard in self.events[looked:]:
                        if wanted(heard.event):
                            return heard
                    looked = len(self.events)
                    await self._news.wait()
        except TimeoutError:
            raise EventMissing(f"not heard within {timeout_s:.0f} s: {what}") from None

    async def wait_proposed(self, load_id: str, after: int, *, timeout_s: float = 30.0) -> float:
        """Waits until a proposal of the load is told of behind event number `after`; returns when. Raises
        EventMissing."""
        try:
            async with asyncio.timeout(timeout_s), self._news:
                while True:
                    seq, at = self._proposed.get(load_id, (0, 0.0))
                    if seq >= after:
                        return at
                    await self._news.wait()
        except TimeoutError:
            raise EventMissing(f"no proposal of load {load_id} within {timeout_s:.0f} s") from None

    def _behind(self, after: int) -> int:
        """Returns where the events with a number above `after` begin; they are in order."""
        return bisect_right(self.events, after, key=lambda heard: heard.event.seq)
