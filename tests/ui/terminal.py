"""The terminal under test at 80x24, driven by keys and read as text."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC

from textual.pilot import Pilot

from tests.ui.rig import DEADLINE_S, PERSON, PIN, Station
from ui.tui.app import StationApp
from ui.tui.client import StationClient
from ui.tui.screens.base import StationScreen
from ui.tui.screens.queue import QueueScreen

WIDTH, HEIGHT = 80, 24


@dataclass
class HandClock:
    """Seconds that pass only when the test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Terminal:
    app: StationApp
    pilot: Pilot[None]
    clock: HandClock
    messages: list[object] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def notice(self) -> str:
        return self.app.notices.text

    async def press(self, *keys: str) -> None:
        """A person's keys: slow enough to be no scan, after a look at what stands there."""
        for key in keys:
            self.clock.now += 0.5
            await self.pilot.press(key)
        self.clock.now += 0.5
        await self.app.keyboard.pass_time()
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        await self.press(
            *[{" ": "space", "-": "minus", ".": "full_stop", ",": "comma"}.get(c, c) for c in text]
        )

    async def scan(self, barcode: str) -> None:
        """A scanner's keys: a burst ended by Enter."""
        self.clock.now += 1.0
        for key in [*[{"-": "minus"}.get(c, c) for c in barcode], "enter"]:
            self.clock.now += 0.005
            await self.pilot.press(key)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        end = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < end, f"waited for {what}; the screen says:\n{self.text}"
            await self.pilot.pause()
            await asyncio.sleep(0.01)

    async def see(self, *texts: str) -> None:
        """Waits until all of them stand on the screen; blanks of any kind count as blanks."""
        await self.until(lambda: all(text in plain(self.text) for text in texts), f"{texts}")

    async def hear(self, text: str) -> None:
        await self.until(lambda: text in plain(self.notice), f"the notice {text!r}, not {self.notice!r}")

    async def at(self, kind: type[StationScreen]) -> None:
        await self.until(lambda: isinstance(self.app.screen, kind), kind.__name__)

    async def sign_in(self) -> None:
        await self.see(PERSON)
        await self.press("enter")
        await self.press(*PIN, "enter")
        await self.at(QueueScreen)
        await self.until(lambda: self.app.board.site is not None, "the site")


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@asynccontextmanager
async def terminal(station: Station, language: str = "fr", **over: object) -> AsyncIterator[Terminal]:
    """A signed-in terminal, unless `signed_in` is False."""
    signed_in = bool(over.pop("signed_in", True))
    clock = HandClock()
    client = StationClient(station.url, station.token, language)
    app = StationApp(client, language=language, clock=clock, zone=UTC, **over)  # type: ignore[arg-type]
    heard: list[object] = []
    async with app.run_test(size=(WIDTH, HEIGHT), message_hook=heard.append) as pilot:
        opened = Terminal(app, pilot, clock, heard)
        if signed_in:
            await opened.sign_in()
        yield opened
