"""What the station has recorded, as it is heard on its event stream, with the time of hearing."""

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from station.api import schemas
from ui.tui.client import StationClient
from ui.tui.stream import follow


class NothingHeard(Exception):
    """An event that had to come did not come in time."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One recorded event; `at` is when it arrived here, in seconds of `time.perf_counter`."""

    event: schemas.Event
    at: float


Wanted = Callable[[schemas.Event], bool]


class Book:
    """Follows one station from its first event on, through its restarts. Use `listen()` as a task."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._proposed: dict[str, tuple[int, float]] = {}  # by load: the last event heard before, and when
        self._news = asyncio.Condition()

    @property
    def seq(self) -> int:
        """The number of the last event heard: what happens now has a higher one."""
        return self.heard[-1].event.seq if self.heard else 0

    async def listen(self, client: StationClient) -> None:
        """For ever; cancel it to stop."""
        async for news in follow(client, after=0, retry_s=(0.1, 0.2, 0.5)):
            if isinstance(news, schemas.Event):
                heard = Heard(news, time.perf_counter())
                async with self._news:
                    self.heard.append(heard)
                    self._news.notify_all()
            elif isinstance(news, schemas.Proposals):
                told = (self.seq, time.perf_counter())
                async with self._news:
                    self._proposed.update(dict.fromkeys(news.load_ids, told))
                    self._news.notify_all()

    def first(self, wanted: Wanted, after: int = 0) -> Heard | None:
        """The first event behind number `after` that is `wanted`, as far as heard."""
        return next((h for h in self.heard[self._behind(after) :] if wanted(h.event)), None)

    def all(self, *kinds: str) -> list[schemas.Event]:
        return [h.event for h in self.heard if h.event.kind in kinds]

    async def wait(self, what: str, wanted: Wanted, *, after: int = 0, timeout_s: float = 30.0) -> Heard:
        """The first event behind number `after` that is `wanted`, past or future. Raises NothingHeard."""
        looked = self._behind(after)
        try:
            async with asyncio.timeout(timeout_s), self._news:
                while True:
                    for heard in self.heard[looked:]:
                        if wanted(heard.event):
                            return heard
                    looked = len(self.heard)
                    await self._news.wait()
        except TimeoutError:
            raise NothingHeard(f"not heard within {timeout_s:.0f} s: {what}") from None

    async def proposed(self, load_id: str, after: int, *, timeout_s: float = 30.0) -> float:
        """When a proposal of the load was heard of behind event number `after`. Raises NothingHeard."""
        try:
            async with asyncio.timeout(timeout_s), self._news:
                while True:
                    seq, at = self._proposed.get(load_id, (0, 0.0))
                    if seq >= after:
                        return at
                    await self._news.wait()
        except TimeoutError:
            raise NothingHeard(f"no proposal of load {load_id} within {timeout_s:.0f} s") from None

    def _behind(self, after: int) -> int:
        """Where the events with a number above `after` begin; they are in order."""
        return bisect_right(self.heard, after, key=lambda heard: heard.event.seq)
