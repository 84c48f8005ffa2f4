"""The operator's terminal: holds what is known, shows one screen, sends what the operator decides.

Workers fetch and post messages; only the handlers here and the screens touch widgets. Time is the
station's for ages and the injected clock's for the scanner and for what is answered too fast.
"""

import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import tzinfo
from typing import ClassVar, TypeVar, cast

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter, Monochrome

from station.api import schemas
from ui.i18n import LANGUAGES, Translator, language_of, translator
from ui.problems import PROBLEMS, problem
from ui.tui import messages
from ui.tui.board import Board
from ui.tui.client import StationClient, StationProblem, StationUnreachable
from ui.tui.dialogs import Ask, Choose
from ui.tui.feed import EVERYTHING, Feed
from ui.tui.menu import help_dialog, menu_dialog
from ui.tui.scanner import GAP_S, Outcome, Scanner
from ui.tui.scans import ScanRouter
from ui.tui.screens.arrival import ArrivalScreen
from ui.tui.screens.base import StationScreen
from ui.tui.screens.exceptions import ExceptionsScreen
from ui.tui.screens.lists import CellsScreen, DevicesScreen, TicketsScreen
from ui.tui.screens.load import LoadScreen
from ui.tui.screens.queue import QueueScreen
from ui.tui.screens.sign_in import SignInScreen
from ui.tui.themes import CSS, PLAIN, THEMES

Result = TypeVar("Result")
NOTICE_S = 20.0


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
        self.notice: tuple[str, bool] = ("", False)
        self.is_connected = False
        self.feed = Feed(client, self.post_message)
        self._language = language
        self._note = note
        self._live: schemas.Live | None = None
        self._lost_since: float | None = clock()
        self._lost_problem: schemas.Problem | None = None
        self._notice_at = 0.0
        self._is_acting = False
        self._scanner: Scanner[events.Key] = Scanner(clock)
        self._scan_timer = 0
        self._scans = ScanRouter(self)
        for known in THEMES.values():
            self.register_theme(known)
        self.theme = THEMES[theme].name
        if theme == PLAIN and not self.no_color:
            self._filters.append(cast(LineFilter, Monochrome()))

    # --- what screens ask of it -----------------------------------------------------------------------
    @property
    def t(self) -> Translator:
        return translator(self._language)

    @property
    def person_name(self) -> str:
        return self.client.person.name if self.client.person else ""

    @property
    def is_acting(self) -> bool:
        """An act is on its way: no other may start."""
        return self._is_acting

    def connection_text(self) -> str:
        """Empty while the station is heard; else that it is not, and for how long."""
        if self._lost_since is None:
            return ""
        if self._lost_problem is not None:
            return self.t.gettext("REFUSED BY THE STATION")
        lost = self.t.age(self.clock() - self._lost_since)
        return self.t.gettext("NO CONNECTION for {age}, trying again").format(age=lost)

    def clock_text(self) -> str:
        """The station's time of day."""
        return self.t.time(self.board.now, self.zone) if self.board.now else ""

    def note_text(self) -> str:
        return self._note() if self._note else ""

    def common_keys(self) -> list[tuple[str, str]]:
        t = self.t
        if self.client.person is None:
            return []
        return [
            ("F2/Q", t.gettext("queue")),
            ("F3/A", t.gettext("arrival")),
            ("F4/E", t.gettext("exceptions")),
            ("F10/M", t.gettext("menu")),
            ("F1/H", t.gettext("help")),
        ]

    def say(self, text: str, *, is_problem: bool = False) -> None:
        """One thing for the operator to read, until the next or for a while."""
        self.notice = (text, is_problem)
        self._notice_at = self.clock()
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
        if person.language in LANGUAGES:
            self.set_language(person.language)
        self.feed.read_again()
        self.say(self.t.gettext("Good day, {name}.").format(name=person.name))
        self.switch_screen("queue")

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
        """Sends one act; a second one waits for the operator to press again. `then` shows what was
        recorded, `handled` may show a refusal in a way of its own."""
        if self._is_acting:
            return
        self._is_acting = True
        self.run_worker(self._perform(call, then, handled), group="acts")

    async def _perform(
        self,
        call: Callable[[], Awaitable[Result]],
        then: Callable[[Result], None],
        handled: Callable[[schemas.Problem], bool] | None,
    ) -> None:
        try:
            result = await call()
        except StationProblem as refused:
            self.post_message(messages.ActRefused(refused.problem, handled))
        except StationUnreachable as error:
            self.post_message(messages.ActUnanswered(str(error)))
        else:
            self.post_message(messages.ActDone(lambda: then(result)))

    def read(self, call: Callable[[], Awaitable[Result]], then: Callable[[Result], None]) -> None:
        """Asks for something to show; where no answer comes, nothing is shown."""

        async def fetch() -> None:
            try:
                result = await call()
            except (StationProblem, StationUnreachable):
                return
            self.post_message(messages.Found(lambda: then(result)))

        self.run_worker(fetch(), group="reads")

    def accept(self, load: schemas.Load) -> None:
        """Takes the proposal as it is."""
        proposal = load.proposal
        if load.decision is not None or proposal is None or proposal.cell is None or proposal.pit is None:
            self.say(self.t.gettext("There is nothing to accept for this load now."), is_problem=True)
            return
        self.decide(load, proposal.pit, proposal.cell, "")

    def decide(self, load: schemas.Load, pit: str, cell: str, reason: str) -> None:
        if load.proposal is None:
            return
        body = schemas.DecisionIn(proposal_id=load.proposal.id, cell=cell, pit=pit, reason=reason)

        def decided(decision: schemas.Decision) -> None:
            pit_name, cell_name = self.board.pit_name(decision.pit), self.board.cell_name(decision.cell)
            told = self.t.gettext("{plate}: PIT {pit}, cell {cell}. Weigh it empty afterwards.")
            self.say(told.format(plate=load.plate, pit=pit_name, cell=cell_name))
            self.show("queue")

        self.act(
            lambda: self.client.decide(load.id, body), decided, handled=lambda no: self._superseded(load, no)
        )

    def _superseded(self, load: schemas.Load, refused: schemas.Problem) -> bool:
        """Shows the proposal that came in between, so that the next Enter answers that one."""
        if refused.code != "proposal_superseded":
            return False
        stored = refused.params.get("proposal")
        if isinstance(stored, dict):
            newer = schemas.Proposal.model_validate(stored)
            changed = load.model_copy(update={"proposal": newer})
            self.board = replace(self.board, loads={**self.board.loads, load.id: changed})
        self.feed.read_again({"visits"})
        self.say(" ".join(problem(refused.code, refused.params, self._language)), is_problem=True)
        return True

    # --- messages -------------------------------------------------------------------------------------
    def on_mount(self) -> None:
        screens: dict[str, StationScreen] = {
            "sign_in": SignInScreen(),
            "queue": QueueScreen(),
            "arrival": ArrivalScreen(),
            "load": LoadScreen(),
            "exceptions": ExceptionsScreen(),
            "devices": DevicesScreen(),
            "cells": CellsScreen(),
            "tickets": TicketsScreen(),
        }
        for name, screen in screens.items():
            self.install_screen(screen, name)
        self.push_screen("sign_in")
        self.set_interval(1.0, self._second)
        self.run_worker(self.feed.listen(), group="feed")
        self.run_worker(self.feed.read(), group="feed")

    async def on_unmount(self) -> None:
        await self.client.close()

    def _second(self) -> None:
        if self.notice[0] and self.clock() - self._notice_at > NOTICE_S:
            self.notice = ("", False)
        self.redraw()

    def on_board_changed(self, message: messages.BoardChanged) -> None:
        self.board = _with_live(message.board, self._live)
        self.redraw()

    def on_live_heard(self, message: messages.LiveHeard) -> None:
        self._live = message.live
        self.board = _with_live(self.board, self._live)
        self.redraw()

    def on_connection_made(self, message: messages.ConnectionMade) -> None:
        self._lost_since, self._lost_problem, self.is_connected = None, None, True
        self._live = None
        self.board = replace(self.board, health=message.health, now=message.health.now)
        self.redraw()

    def on_connection_lost(self, message: messages.ConnectionLost) -> None:
        if self._lost_since is None:
            self._lost_since = self.clock()
        self._lost_problem, self.is_connected = message.problem, False
        if message.problem is not None:
            self._say_problem(message.problem)
        self.redraw()

    def on_found(self, message: messages.Found) -> None:
        message.then()

    def on_act_done(self, message: messages.ActDone) -> None:
        self._is_acting = False
        self.feed.read_again(EVERYTHING - {"site", "devices"})
        message.then()

    def on_act_refused(self, message: messages.ActRefused) -> None:
        self._is_acting = False
        refused = message.problem
        if refused.code == "not_signed_in":
            self._leave_person()
            self._say_problem(refused)
        elif message.handled is None or not message.handled(refused):
            self.feed.read_again(EVERYTHING - {"site", "devices"})
            self._say_problem(refused)

    def on_act_unanswered(self, message: messages.ActUnanswered) -> None:
        self._is_acting = False
        self.feed.read_again()
        self.say(
            self.t.gettext("No answer from the station: look whether it was recorded, else do it again."),
            is_problem=True,
        )

    def _say_problem(self, refused: schemas.Problem) -> None:
        """In this terminal's language where the code is known, else in the station's words."""
        title, action = refused.title, refused.action
        if refused.code in PROBLEMS:
            title, action = problem(refused.code, refused.params, self._language)
        fields = sorted({str(error["field"]) for error in refused.errors if error.get("field")})
        named = f" ({', '.join(fields)})" if fields else ""
        self.say(f"{title}{named}. {action}".strip(), is_problem=True)

    # --- keys -----------------------------------------------------------------------------------------
    async def on_event(self, event: events.Event) -> None:
        """Every key passes the scanner first: a burst is a barcode on whatever screen."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        if event.character is not None and event.is_printable:
            outcome = self._scanner.character(event.character, event)
            self._await_pause()
        elif event.key == "enter":
            outcome = self._scanner.enter()
        else:
            outcome = self._scanner.other()
        await self._handle(outcome)
        if not outcome.held:
            await super().on_event(event)

    async def _handle(self, outcome: Outcome[events.Key]) -> None:
        for key in outcome.release:
            await super().on_event(key)
        if outcome.scan is not None:
            self.post_message(messages.Scanned(outcome.scan))

    def _await_pause(self) -> None:
        """Held keys are released when no other follows within the gap."""
        self._scan_timer += 1
        token = self._scan_timer

        async def pause() -> None:
            if token == self._scan_timer:
                await self._handle(self._scanner.pause())

        self.set_timer(GAP_S, pause)

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

    def action_change_person(self) -> None:
        self.run_worker(self._sign_out(), group="acts")
        self._leave_person()

    async def _sign_out(self) -> None:
        try:
            await self.client.sign_out()
        except (StationProblem, StationUnreachable):
            return  # the station forgets the person by itself

    def _leave_person(self) -> None:
        self.client.person, self.client.person_token = None, None
        while len(self.screen_stack) > 1 and not isinstance(self.screen, StationScreen):
            self.pop_screen()
        cast(SignInScreen, self.get_screen("sign_in")).clear()
        self.switch_screen("sign_in")


def _with_live(board: Board, live: schemas.Live | None) -> Board:
    """The board with the newest devices and station time."""
    if live is None:
        return board
    return replace(board, now=live.now, devices=tuple(live.devices))


def run(
    url: str,
    token: str,
    *,
    language: str | None = None,
    theme: str = "dark",
    note: Callable[[], str] | None = None,
) -> None:
    """Opens the terminal on the station at `url` until the operator quits.

    `language` None takes the environment's. `theme` is "dark", "light" (high contrast) or "plain" (without
    colour, as NO_COLOR does). `note` gives one line that is shown below the queue and the arrival. Raises
    KeyError for an unknown theme."""

    spoken = language or language_of(*(os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")))
    client = StationClient(url, token, spoken)
    StationApp(client, language=spoken, theme=theme, note=note).run()
