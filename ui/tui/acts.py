"""Sending an act and asking for something to show: workers call the station and post what came of it."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from station.api import schemas
from ui.tui import messages
from ui.tui.client import StationProblem, StationUnreachable
from ui.tui.feed import EVERYTHING

if TYPE_CHECKING:
    from ui.tui.app import StationApp

Result = TypeVar("Result")
CHANGED = EVERYTHING - {"site", "devices"}  # by an act; the live stream tells the devices
Handled = Callable[[schemas.Problem], bool]


class Acts:
    """One act at a time: while one is on its way another press does nothing, so none is sent twice."""

    def __init__(self, app: "StationApp") -> None:
        self._app = app
        self.is_busy = False

    def send(
        self,
        call: Callable[[], Awaitable[Result]],
        then: Callable[[Result], None],
        handled: Handled | None = None,
    ) -> None:
        """`then` shows what was recorded, `handled` may show a refusal in a way of its own. Both run in the
        application's message handlers, which also clear `is_busy`."""
        if not self.is_busy:
            self.is_busy = True
            self._app.run_worker(self._send(call, then, handled), group="acts")

    async def _send(
        self, call: Callable[[], Awaitable[Result]], then: Callable[[Result], None], handled: Handled | None
    ) -> None:
        try:
            result = await call()
        except StationProblem as refused:
            self._app.post_message(messages.ActRefused(refused.problem, handled))
        except StationUnreachable as error:
            self._app.post_message(messages.ActUnanswered(str(error)))
        else:
            self._app.post_message(messages.ActDone(lambda: then(result)))

    def done(self, message: messages.ActDone) -> None:
        self.is_busy = False
        self._app.feed.read_again(CHANGED)
        message.then()

    def refused(self, message: messages.ActRefused) -> None:
        """Shown in the act's own way, else as a problem."""
        self.is_busy = False
        if message.handled is None or not message.handled(message.problem):
            self._app.feed.read_again(CHANGED)
            self._app.say_problem(message.problem)

    def unanswered(self) -> None:
        self.is_busy = False
        self._app.feed.read_again()
        t = self._app.t
        told = t.gettext("No answer from the station: look whether it was recorded, else do it again.")
        self._app.say(told, is_problem=True)

    def read(self, call: Callable[[], Awaitable[Result]], then: Callable[[Result], None]) -> None:
        """Asks for something to show; where no answer comes, nothing is shown."""
        self._app.run_worker(self._read(call, then), group="reads")

    async def _read(self, call: Callable[[], Awaitable[Result]], then: Callable[[Result], None]) -> None:
        try:
            result = await call()
        except (StationProblem, StationUnreachable):
            return
        self._app.post_message(messages.Found(lambda: then(result)))
