"""Screens and the parts of the terminal ask a `Station` for what they need. They know no application."""

from collections.abc import Awaitable, Callable
from datetime import tzinfo
from typing import Literal, Protocol, TypeVar

from station.api import schemas
from ui.tui.board import Board
from ui.tui.client import StationClient
from ui.tui.connection import Connection
from ui.tui.notice import Notice
from ui.tui.take_back import Deed, Undo
from ui.words.i18n import Translator

Result = TypeVar("Result")
ScreenName = Literal[
    "queue",
    "arrival",
    "exceptions",
    "devices",
    "cells",
    "tickets",
    "load",
    "ended",
    "movements",
    "retained",
    "outbound",
    "morning",
    "closing",
]
OnRefusal = Callable[[schemas.Problem], bool]  # True: it has shown the refusal in a way of its own


class Station(Protocol):
    """A station is the terminal as its screens see it: what is known, and how to act on it."""

    client: StationClient
    board: Board
    connection: Connection
    notice: Notice
    clock: Callable[[], float]  # seconds that only rise
    zone: tzinfo | None  # None: the machine's own
    note: Callable[[], str]  # one line to show below the queue and the arrival

    @property
    def t(self) -> Translator: ...

    @property
    def deed(self) -> Deed | None:
        """What may be taken back now."""

    def offer_undo(self, text: str, undo: Undo) -> None:
        """Offer for a minute to take back what was just recorded; `text` says what it was."""

    def say(self, text: str, *, is_problem: bool = False) -> None:
        """Show the operator one text, until the next one or for a while."""

    def act(
        self,
        call: Callable[[], Awaitable[Result]],
        then: Callable[[Result], None],
        *,
        on_refusal: OnRefusal | None = None,
    ) -> None:
        """Send one act; `then` shows what was recorded. Nothing is sent while another act is on its way."""

    def record(self, call: Callable[[], Awaitable[object]], text: str, *, undo: Undo | None = None) -> None:
        """Send one act and say `text` when it is recorded; `undo` takes it back within a minute."""

    def read(self, call: Callable[[], Awaitable[Result]], then: Callable[[Result], None]) -> None:
        """Ask the station for something to show; where no answer comes, nothing is shown."""

    def show(self, name: ScreenName) -> None:
        """Go to a screen, unless nobody is signed in or a dialog waits for its answer."""

    def open_load(self, load_id: str, back: ScreenName = "queue") -> None:
        """Go to the load screen, with this load; Escape goes `back` from there."""

    def set_language(self, language: str) -> None:
        """Speak this language from now on."""
