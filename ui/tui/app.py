"""The operator's terminal: holds what is known, shows one screen, sends what the operator decides.

Workers fetch and post messages; only the handlers here and the screens touch widgets. Time is the
station's for ages and the injected clock's for the scanner and for what is answered too fast.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import tzinfo
from typing import ClassVar, TypeVar, cast

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import Monochrome

from station.api import schemas
from ui.tui import messages
from ui.tui.acts import Acts
from ui.tui.board import Board
from ui.tui.client import StationClient
from ui.tui.connection import Connection
from ui.tui.decisions import Decisions
from ui.tui.dialogs import Ask, Choose
from ui.tui.feed import Feed
from ui.tui.keyboard import Keyboard
from ui.tui.menu import common_keys, help_dialog, menu_dialog
from ui.tui.new_sample import ask_new_sample
from ui.tui.notices import Notices, problem_text
from ui.tui.persons import Persons
from ui.tui.scans import ScanRouter
from ui.tui.screens.base import StationScreen
from ui.tui.screens.every import make_screens
from ui.tui.screens.load import LoadScreen
from ui.tui.themes import CSS, PLAIN, THEMES
from ui.words.i18n import LANGUAGES, Translator, translator

Result = TypeVar("Result")


class StationApp(App[None]):
    CSS = CSS
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,h", "help", show=False),
        Binding("f2,q", "show('queue')", show=False),
        Binding("f3,a", "show('arrival')", show=False),
        Binding("f4,e", "show('exceptions')", show=False),
        Binding("d", "show('devices')", show=False),
        Binding("c", "show('cells')", show=False),
        Binding("t", "show('tickets')", show=False),
        Binding("r", "new_sample", show=False),
        Binding("f10,m", "menu", show=False),
        Binding("f11,l", "language", show=False),
        Binding("f12,k", "contrast", show=False),
    ]

    def __init__(
        self,
        client: StationClient,
        *,
        language: str,
        theme: str = "dark",
        note: Callable[[], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.client = client
        self.clock = clock
        self.zone = zone
        self.board = Board()
        self.notices = Notices(clock)
        self.connection = Connection(clock)
        self.feed = Feed(client, self.post_message)
        self._language = language
        self._note = note
        self._live: schemas.Live | None = None
        self._acts = Acts(self)
        self.keyboard = Keyboard(self, clock, self._deliver)
        self._scans = ScanRouter(self)
        self._decisions = Decisions(self)
        self._persons = Persons(self)
        for known in THEMES.values():
            self.register_theme(known)
        self.theme = THEMES[theme].name
        if theme == PLAIN and not self.no_color:
            self.no_color = True
            self._filters.append(Monochrome())

    # --- what screens ask of it -----------------------------------------------------------------------
    @property
    def t(self) -> Translator:
        return translator(self._language)

    @property
    def person_name(self) -> str:
        return self.client.person.name if self.client.person else ""

    def connection_text(self) -> str:
        return self.connection.text(self.t)

    def clock_text(self) -> str:
        """The station's time of day."""
        return self.t.time(self.board.now, self.zone) if self.board.now else ""

    def note_text(self) -> str:
        return self._note() if self._note else ""

    def common_keys(self) -> list[tuple[str, str]]:
        return common_keys(self) if self.client.person else []

    def say(self, text: str, *, is_problem: bool = False) -> None:
        """One thing for the operator to read, until the next or for a while."""
        self.notices.say(text, is_problem=is_problem)
        self.redraw()

    def redraw(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, StationScreen):
                screen.redraw()

    def show(self, name: messages.ScreenName) -> None:
        """Goes to a screen; signing in comes first."""
        if self.client.person is None or isinstance(self.screen, Ask | Choose):
            return
        if self.screen is not self.get_screen(name):
            self.switch_screen(name)
        if name != "load":
            self.feed.watch(None)

    def open_load(self, load_id: str) -> None:
        cast(LoadScreen, self.get_screen("load")).open(load_id)
        self.show("load")
        self.redraw()

    def signed_in(self, person: schemas.Person) -> None:
        self._persons.signed_in(person)

    def set_language(self, language: str) -> None:
        self._language = language
        self.client.language = language
        self.feed.read_again()
        self.redraw()

    # --- acts and questions to the station ------------------------------------------------------------
    def act(
        self,
        call: Callable[[], Awaitable[Result]],
        then: Callable[[Result], None],
        *,
        handled: Callable[[schemas.Problem], bool] | None = None,
    ) -> None:
        """Sends one act; see `Acts.send`."""
        self._acts.send(call, then, handled)

    def read(self, call: Callable[[], Awaitable[Result]], then: Callable[[Result], None]) -> None:
        """Asks for something to show; see `Acts.read`."""
        self._acts.read(call, then)

    def record(self, call: Callable[[], Awaitable[object]], told: str) -> None:
        """Sends one act and says `told` when it is recorded."""
        self.act(call, lambda _: self.say(told))

    def accept(self, load: schemas.Load) -> None:
        """Takes the proposal as it is."""
        self._decisions.accept(load)

    def decide(self, load: schemas.Load, pit: str, cell: str, reason: str) -> None:
        """Takes this pit and cell; `reason` says why when it is not the proposal."""
        self._decisions.decide(load, pit, cell, reason)

    # --- messages -------------------------------------------------------------------------------------
    def on_mount(self) -> None:
        for name, screen in make_screens().items():
            self.install_screen(screen, name)
        self.push_screen("sign_in")
        self.set_interval(1.0, self._second)
        self.run_worker(self.feed.listen(), group="feed")
        self.run_worker(self.feed.read(), group="feed")

    async def on_unmount(self) -> None:
        self.workers.cancel_all()  # or one would ask a closed client, and quitting show an error
        await self.client.close()

    def _second(self) -> None:
        self.notices.pass_time()
        self.redraw()

    def on_board_changed(self, message: messages.BoardChanged) -> None:
        self.board = message.board.with_live(self._live)
        self.redraw()

    def on_live_heard(self, message: messages.LiveHeard) -> None:
        self._live = message.live
        self.board = self.board.with_live(self._live)
        self.redraw()

    def on_connection_made(self, message: messages.ConnectionMade) -> None:
        self.connection.made()
        self._live = None
        self.board = replace(self.board, health=message.health, now=message.health.now)
        self.redraw()

    def on_connection_lost(self, message: messages.ConnectionLost) -> None:
        self.connection.lost(message.problem)
        if message.problem is not None:
            self.say_problem(message.problem)
        self.redraw()

    def on_found(self, message: messages.Found) -> None:
        message.then()

    def on_act_done(self, message: messages.ActDone) -> None:
        self._acts.done(message)

    def on_act_refused(self, message: messages.ActRefused) -> None:
        if message.problem.code == "not_signed_in":
            self._persons.leave()
        self._acts.refused(message)

    def on_act_unanswered(self, message: messages.ActUnanswered) -> None:
        self._acts.unanswered()

    def say_problem(self, refused: schemas.Problem) -> None:
        """What was refused, and what a person can do about it."""
        self.say(problem_text(refused, self.t), is_problem=True)

    # --- keys -----------------------------------------------------------------------------------------
    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.keyboard.press(event)
        else:
            await super().on_event(event)

    async def _deliver(self, key: events.Key) -> None:
        await super().on_event(key)

    def on_scanned(self, message: messages.Scanned) -> None:
        self._scans.route(message.barcode)

    def action_show(self, name: str) -> None:
        self.show(cast(messages.ScreenName, name))

    def action_language(self) -> None:
        position = LANGUAGES.index(self._language)
        self.set_language(LANGUAGES[(position + 1) % len(LANGUAGES)])

    def action_contrast(self) -> None:
        names = list(dict.fromkeys(theme.name for theme in THEMES.values()))
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_help(self) -> None:
        self.push_screen(help_dialog(self))

    def action_menu(self) -> None:
        if self.client.person is not None:
            menu_dialog(self)

    def action_new_sample(self) -> None:
        ask_new_sample(self)

    def action_change_person(self) -> None:
        self._persons.change()
