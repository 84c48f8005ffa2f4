"""Every key passes here first: a burst of characters is a barcode, everything else goes on as a key."""

from collections.abc import Awaitable, Callable

from textual import events
from textual.app import App

from ui.tui.messages import Scanned
from ui.tui.scanner import GAP_S, KeyOutcome, Scanner

Deliver = Callable[[events.Key], Awaitable[None]]


class Keyboard:
    """`deliver` hands a key to the application as if it had come from the terminal just now."""

    def __init__(self, app: App[None], clock: Callable[[], float], deliver: Deliver) -> None:
        self._app = app
        self._deliver = deliver
        self._scanner: Scanner[events.Key] = Scanner(clock)
        self._pressed = 0

    async def press(self, key: events.Key) -> None:
        if key.character is not None and key.is_printable:
            outcome = self._scanner.character(key.character, key)
            self._await_pause()
        elif key.key == "enter":
            outcome = self._scanner.enter()
        else:
            outcome = self._scanner.other()
        await self._act_on(outcome)
        if not outcome.held:
            await self._deliver(key)

    async def _act_on(self, outcome: KeyOutcome[events.Key]) -> None:
        for key in outcome.release:
            await self._deliver(key)
        if outcome.scan is not None:
            self._app.post_message(Scanned(outcome.scan))

    @property
    def is_holding(self) -> bool:
        """Tell whether a key is held back until it is clear whether it belongs to a scan."""
        return self._scanner.is_holding

    async def pass_time(self) -> None:
        """Release what is held when the gap has passed without a key."""
        await self._act_on(self._scanner.pause())

    def _await_pause(self) -> None:
        """Look after the gap, and again while the clock says that it has not passed."""
        self._pressed += 1
        pressed = self._pressed

        async def look() -> None:
            if pressed == self._pressed:
                await self.pass_time()
                if self.is_holding:
                    self._app.set_timer(GAP_S, look)

        self._app.set_timer(GAP_S, look)
