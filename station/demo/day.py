"""A whole day without people: every truck by its script, in one fixed order.

While a truck tips, the next one arrives, is weighed and measured; then the first is weighed empty, and
only then the next one is decided on.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from station.demo import account, report
from station.demo.book import Book
from station.demo.darkroom import Darkroom
from station.demo.operator import Operator
from station.demo.passage import DayContext, Passage
from station.demo.phone import SimulatedPhone
from station.demo.report import FinishedLoad
from station.demo.scripts import Happening, TruckScript
from station.demo.setup import DemoTokens
from station.demo.station_process import StationProcess
from station.demo.timing import Timing
from station.demo.yard import Yard
from ui.tui.client import StationClient

READY_S = 60.0
CHECK_S = 0.5
POLL_S = 0.05


@dataclass(slots=True)
class Day:
    """A day to be played; `tell` gets every load at the end of its visit."""

    trucks: Sequence[TruckScript]
    context: DayContext
    client: StationClient
    tell: Callable[[FinishedLoad], None]
    passages: list[Passage] = field(default_factory=list)
    loads: list[FinishedLoad] = field(default_factory=list)

    async def play(self) -> None:
        before: Passage | None = None
        for truck in self.trucks:
            if before is not None and truck.happening is Happening.NO_BARCODE:
                await self._finish(before)  # what is not scanned pairs with the only sample there is
                before = None
            passage = Passage(self.context, truck)
            self.passages.append(passage)
            await passage.arrive()
            await passage.weigh_full()
            await passage.measure()
            if before is not None:
                await self._finish(before)
            await passage.decide()
            before = passage
        if before is not None:
            await self._finish(before)

    async def _finish(self, passage: Passage) -> None:
        """Ends the visit and tells its lines."""
        await passage.weigh_empty()
        for position in range(len(passage.truck.loads)):
            load = await self.client.load(passage.load_id(position))
            line = report.finish_load(load, self.context.book, self.context.timing)
            self.loads.append(line)
            self.tell(line)

    def is_all_good(self) -> bool:
        """Every load has its outcome, every load that was tipped its ticket."""
        tipped = {p.load_id(position) for p in self.passages for position in p.decided_positions}
        ticketed = {line.load.id for line in self.loads if line.load.ticket is not None}
        expected = sum(len(truck.loads) for truck in self.trucks)
        return len(self.loads) == expected and all(line.is_good for line in self.loads) and tipped <= ticketed


async def play_day(
    trucks: Sequence[TruckScript],
    yard: Yard,
    station: StationProcess,
    tokens: DemoTokens,
    *,
    speed: float,
    language: str,
    tell: Callable[[FinishedLoad], None],
) -> tuple[bool, dict[str, Any]]:
    """Plays the day to its end; returns whether all is well, and the summary."""
    book = Book()
    client = StationClient(station.url, tokens.terminal, language)
    async with Darkroom() as darkroom, SimulatedPhone(station.url, tokens.phone, darkroom) as phone:
        darkroom.expect(photo for truck in trucks for load in truck.loads for photo in load.photos)
        async with asyncio.TaskGroup() as group:
            watching = [group.create_task(book.listen(client)), group.create_task(_watch(station))]
            operator = Operator(client, book)
            await operator.sign_in()
            sees = await _sees_photos(client)
            context = DayContext(yard, phone, operator, book, Timing(book), speed, sees)
            day = Day(trucks, context, client, tell)
            await day.play()
            outcome = await _close(day, phone)
            for task in watching:
                task.cancel()
    await client.close()
    return outcome


async def _close(day: Day, phone: SimulatedPhone) -> tuple[bool, dict[str, Any]]:
    """Counts once everything that was recorded was heard."""
    book = day.context.book
    last = (await day.client.health()).last_event
    if book.seq < last:
        await book.wait(f"event {last}", lambda event: event.seq >= last)
    events = [heard.event for heard in book.events]
    uploads = [sent.id for sent in phone.uploads]
    counted = account.count(events, day.context.yard.analyses(), day.context.yard.stands, uploads)
    unpaired = len(await day.client.exceptions())
    nobody_left = not await day.client.open_visits()
    summary = report.summary(len(day.passages), day.loads, unpaired, counted, day.context.timing)
    return day.is_all_good() and nobody_left and counted.lost == counted.doubled == 0, summary


async def _watch(station: StationProcess) -> None:
    """Ends the day when the station ends. Raises StationFailed."""
    while True:
        station.check()
        await asyncio.sleep(CHECK_S)


async def _sees_photos(client: StationClient) -> bool:
    """Waits until the light box is warm, or known to be off."""
    async with asyncio.timeout(READY_S):
        while (vision := (await client.health()).vision) == "starting":
            await asyncio.sleep(POLL_S)
    return vision != "off"
