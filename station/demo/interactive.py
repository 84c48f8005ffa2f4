"""The demonstration for people: the terminal in the foreground, the yard in a thread behind it."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Sequence

from station.demo.book import Book
from station.demo.darkroom import Darkroom
from station.demo.phone import SimulatedPhone, UploadRefused
from station.demo.scripts import Happening, TruckScript
from station.demo.setup import DemoTokens
from station.demo.visitor import FOR_EVER_S, Street, Visitor
from station.demo.window import Window
from station.demo.yard import Yard
from ui.tui.client import StationClient, StationProblem, StationUnreachable
from ui.tui.run import run as open_terminal

STOP_S = 15.0
TROUBLES = (UploadRefused, StationProblem, StationUnreachable, TimeoutError, RuntimeError)


def play_with_people(
    trucks: Sequence[TruckScript], yard: Yard, url: str, tokens: DemoTokens, *, language: str, theme: str
) -> None:
    """Returns when the operator quits the terminal."""
    yard_thread = YardThread(trucks, yard, url, tokens, Window(language), language)
    yard_thread.start()
    try:
        open_terminal(url, tokens.terminal, language=language, theme=theme, note=yard_thread.window.text)
    finally:
        yard_thread.stop()


class YardThread:
    """The thread that moves the trucks; what goes wrong in it is said through the window."""

    def __init__(
        self,
        trucks: Sequence[TruckScript],
        yard: Yard,
        url: str,
        tokens: DemoTokens,
        window: Window,
        language: str,
    ) -> None:
        self.window = window
        self._trucks, self._yard = trucks, yard
        self._url, self._tokens, self._language = url, tokens, language
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="simulated yard")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._cancel)
        self._thread.join(timeout=STOP_S)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._play())
        try:
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._task)
        except* TROUBLES as troubles:
            self.window.show_trouble(str(troubles.exceptions[0]))
        finally:
            self._loop.close()

    async def _play(self) -> None:
        book, client = Book(), StationClient(self._url, self._tokens.yard, self._language)
        async with (
            _closing(client),
            Darkroom() as darkroom,
            SimulatedPhone(self._url, self._tokens.phone, darkroom) as phone,
            asyncio.TaskGroup() as group,
        ):
            listening = group.create_task(book.listen(client))
            street = Street(self._yard, phone, client, book, self.window)
            await book.wait("a person", lambda event: event.kind == "signed_in", timeout_s=FOR_EVER_S)
            await come_and_go(self._trucks, street, darkroom)
            listening.cancel()


async def come_and_go(trucks: Sequence[TruckScript], street: Street, darkroom: Darkroom) -> None:
    """The next truck comes to the gate when the one before is decided on, and tips beside it."""
    async with asyncio.TaskGroup() as group:
        tipping: asyncio.Task[None] | None = None
        for truck in trucks:
            if tipping is not None and truck.happening is Happening.NO_BARCODE:
                await tipping  # what nobody scans pairs with the only sample there is
            darkroom.expect(photo for load in truck.loads for photo in load.photos)
            visitor = Visitor(street, truck)
            await visitor.come()
            tipping = group.create_task(visitor.tip_and_leave())
    street.window.show_day_over()


@contextlib.asynccontextmanager
async def _closing(client: StationClient) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await client.close()
