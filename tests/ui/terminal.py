"""The terminal under test at 80x24, driven by keys and read as text."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from station.api import schemas
from tests.ui.rig import DEADLINE_S, PERSON, PIN, Station
from ui.tui.app import StationApp
from ui.tui.client import StationClient
from ui.tui.screens.base import StationScreen
from ui.tui.screens.queue import QueueScreen
from ui.tui.screens.sign_in import SignInScreen

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
        return self.app.notice.text

    async def press(self, *keys: str) -> None:
        """A person's keys: slow enough to be no scan, after a look at what stands there."""
        for key in keys:
            self.clock.now += 0.5
            await self.send(key)
            self.clock.now += 0.5
            await self.app.keyboard.pass_time()
            await self.settle()

    async def open(self, name: str) -> None:
        """By the menu."""
        await self.press("f10")
        await self.write(name)
        await self.press("enter")

    async def write(self, text: str) -> None:
        """Into the open field."""
        for character in text:
            self.clock.now += 0.5
            await self.send(character)
        self.clock.now += 0.5
        await self.app.keyboard.pass_time()
        await self.settle()

    async def scan(self, barcode: str) -> None:
        """A scanner's keys: a burst ended by Enter."""
        self.clock.now += 1.0
        for key in (*barcode, "enter"):
            self.clock.now += 0.005
            await self.send(key)

    async def send(self, key: str) -> None:
        """One key as the terminal's driver sends it, taken before the next one comes."""
        name = key if len(key) > 1 or key.isalnum() else _character_to_key(key)
        event = events.Key(name, key if len(key) == 1 else None)
        event.set_sender(self.app)
        handled = asyncio.Event()
        self.app.post_message(event)
        self.app.call_later(handled.set)
        await handled.wait()

    async def settle(self) -> None:
        """Until the screen has taken what was sent to it, and what that led to."""
        for _ in range(2):
            await self.pilot._wait_for_screen()
            await asyncio.sleep(0)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        end = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < end, f"waited for {what}; the screen says:\n{self.text}"
            await asyncio.sleep(0.01)

    async def see(self, *texts: str) -> None:
        """Waits until all of them stand on the screen; blanks of any kind count as blanks."""

        def is_seen() -> bool:
            shown = plain(self.text)
            return all(text in shown for text in texts)

        await self.until(is_seen, f"{texts}")

    async def hear(self, text: str) -> None:
        await self.until(lambda: text in plain(self.notice), f"the notice {text!r}, not {self.notice!r}")

    async def at(self, kind: type[StationScreen]) -> None:
        await self.until(lambda: isinstance(self.app.screen, kind), kind.__name__)

    async def sign_in(self) -> None:
        """By the screen, as a person does."""
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
            client.person = schemas.Person(id="", name=PERSON, roles=["operator"])
            client.person_token = station.signed_in()
            app.get_screen("sign_in", SignInScreen).welcome(client.person)
            await opened.at(QueueScreen)
            await opened.until(lambda: app.board.site is not None, "the site")
        yield opened
