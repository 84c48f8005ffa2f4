"""The operator's terminal holds what is known, shows one screen and sends what the operator decides.

Workers fetch and post messages; only the handlers here and the screens touch widgets. Ages are counted by
the station's clock, keys by the injected one.
"""

import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import ClassVar, TypeVar, cast

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.filter import Monochrome

from drivers.text import clean_text
from station.api import schemas
from ui.tui import messages
from ui.tui.bell import Bell
from ui.tui.board import Board
from ui.tui.calls import read_answer, send_act
from ui.tui.client import StationClient, StationProblem, StationUnreachable
from ui.tui.connection import Connection
from ui.tui.dialogs import TextDialog
from ui.tui.feed import EVERYTHING, Feed
from ui.tui.hand_over import hand_over
from ui.tui.invite_phone import invite_phone, revoke_phone
from ui.tui.keyboard import Keyboard
from ui.tui.keys import bound, help_text
from ui.tui.menu import open_menu
from ui.tui.new_sample import ask_new_sample
from ui.tui.notice import Notice, problem_text
from ui.tui.on_paper import ask_paper
from ui.tui.scans import route_scan
from ui.tui.screens.arrival import ArrivalScreen
from ui.tui.screens.base import StationScreen
from ui.tui.screens.closing import ClosingScreen
from ui.tui.screens.ended import EndedScreen
from ui.tui.screens.exceptions import ExceptionsScreen
from ui.tui.screens.lists import CellsScreen, DevicesScreen, TicketsScreen
from ui.tui.screens.load import LoadScreen
from ui.tui.screens.morning import MorningScreen
from ui.tui.screens.movements import MovementsScreen
from ui.tui.screens.outbound import OutboundScreen
from ui.tui.screens.queue import QueueScreen
from ui.tui.screens.retained import RetainedScreen
from ui.tui.screens.sign_in import SignInScreen
from ui.tui.settle_zero import ask_settle_zero
from ui.tui.stated_time import ask_time
from ui.tui.station import OnRefusal, ScreenName
from ui.tui.take_back import Deed, Deeds, Undo
from ui.tui.themes import CSS, PLAIN, THEMES
from ui.words.i18n import LANGUAGES, Translator, translator

Result = TypeVar("Result")
SCREENS: dict[str, type[StationScreen]] = {
    "sign_in": SignInScreen,
    "queue": QueueScreen,
    "arrival": ArrivalScreen,
    "load": LoadScreen,
    "exceptions": ExceptionsScreen,
    "devices": DevicesScreen,
    "cells": CellsScreen,
    "tickets": TicketsScreen,
    "ended": EndedScreen,
    "movements": MovementsScreen,
    "retained": RetainedScreen,
    "outbound": OutboundScreen,
    "morning": MorningScreen,
    "closing": ClosingScreen,
}
_CHANGED_BY_ACTS = EVERYTHING - {"site", "devices"}  # the live stream tells the devices


class StationApp(App[None]):
    CSS = CSS
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = bound(
        "help", "show('queue')", "show('arrival')", "show('exceptions')", "show('ended')", "take_back",
        "new_sample", "state_time", "invite_phone", "menu", "language", "contrast",
    )  # fmt: skip

    def __init__(
        self,
        client: StationClient,
        *,
        language: str,
        theme: str = "dark",
        note: Callable[[], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        zone: tzinfo | None = None,
        last_words: Callable[[], str] = lambda: "",
        bell: Collection[str] = (),
    ) -> None:
        super().__init__()
        self.client = client
        self.clock = clock
        self.zone = zone
        self.note = note or (lambda: "")
        self._last_words = last_words
        self.board = Board()
        self.notice = Notice(clock)
        self.connection = Connection(clock)
        self.feed = Feed(client, self.post_message)
        self.keyboard = Keyboard(self, clock, self._deliver)
        self._bell = Bell(bell)
        self._deeds = Deeds()
        self._language = language
        self._live: schemas.Live | None = None
        self._is_acting = False
        for look in THEMES.values():
            self.register_theme(look)
        self.theme = THEMES[theme].name
        if theme == PLAIN and not self.no_color:
            self.no_color = True
            self._filters.append(Monochrome())

    # --- what screens ask of it (`Station`) -------------------------------------------------------------
    @property
    def t(self) -> Translator:
        return translator(self._language)

    def say(self, text: str, *, is_problem: bool = False) -> None:
        self.notice.say(text, is_problem=is_problem)
        self.redraw()

    def act(
        self,
        call: Callable[[], Awaitable[Result]],
        then: Callable[[Result], None],
        *,
        on_refusal: OnRefusal | None = None,
    ) -> None:
        """Send one act at a time: while one is on its way another press does nothing."""
        if not self._is_acting:
            self._is_acting = True
            self.run_worker(send_act(call, then, on_refusal, self.post_message), group="acts")

    def record(self, call: Callable[[], Awaitable[object]], text: str, *, undo: Undo | None = None) -> None:
        def show(_: object) -> None:
            if undo is not None:
                self.offer_undo(text, undo)
            self.say(text)

        self.act(call, show)

    @property
    def deed(self) -> Deed | None:
        return self._deeds.newest(self.board.now)

    def offer_undo(self, text: str, undo: Undo) -> None:
        if self.board.now is not None:
            self._deeds.add(text.rstrip("."), undo, self.board.now)

    def read(self, call: Callable[[], Awaitable[Result]], then: Callable[[Result], None]) -> None:
        self.run_worker(read_answer(call, then, self.post_message), group="reads")

    def show(self, name: ScreenName) -> None:
        if self.client.person is None or not isinstance(self.screen, StationScreen):
            return
        if self.screen is not self.get_screen(name):
            self.switch_screen(name)
        self.feed.look_at(name)
        if name != "load":
            self.feed.watch(None)

    def open_load(self, load_id: str, back: ScreenName = "queue") -> None:
        self.get_screen("load", LoadScreen).go_to(load_id, back)
        self.feed.watch(load_id)
        self.show("load")
        self.redraw()

    def set_language(self, language: str) -> None:
        self._language = language
        self.client.language = language
        self.feed.read_again()
        self.redraw()

    # --- its own life -----------------------------------------------------------------------------------
    def on_mount(self) -> None:
        for name, screen in SCREENS.items():
            self.install_screen(screen(self), name)
        self.push_screen("sign_in")
        self.set_interval(1.0, self._pass_second)
        self.run_worker(self.feed.listen(), group="feed")
        self.run_worker(self.feed.read(), group="feed")

    async def on_unmount(self) -> None:
        self.workers.cancel_all()  # or one would ask a closed client, and quitting show an error
        await self.client.close()

    def _pass_second(self) -> None:
        self.notice.pass_time()
        self.redraw()

    def redraw(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, StationScreen):
                screen.redraw()
        if self.screen_stack and not isinstance(self.screen, StationScreen):
            self.screen.refresh()  # a dialog paints what lies behind it only when it is painted itself

    def _require_sign_in(self) -> None:
        """Go back to the sign-in screen, with every dialog closed."""
        self.client.person, self.client.person_token = None, None
        while len(self.screen_stack) > 1 and not isinstance(self.screen, StationScreen):
            self.pop_screen()
        self.get_screen("sign_in", SignInScreen).clear()
        self.switch_screen("sign_in")

    # --- messages of the feed -----------------------------------------------------------------------------
    def on_board_changed(self, message: messages.BoardChanged) -> None:
        self.board = message.board.with_live(self._live)
        self._ring()
        self.redraw()

    def on_live_heard(self, message: messages.LiveHeard) -> None:
        self._live = message.live
        self.board = self.board.with_live(self._live)
        self._ring()
        self.redraw()

    def _ring(self) -> None:
        if self._bell.hears(self.board):
            self.bell()

    def on_connection_made(self, message: messages.ConnectionMade) -> None:
        self.connection.hear()
        self._live = None
        self.board = replace(self.board, health=message.health, now=message.health.now)
        self.redraw()

    def on_connection_lost(self, message: messages.ConnectionLost) -> None:
        self.connection.lose(message.problem)
        if message.problem is not None:
            self.say(problem_text(message.problem, self.t), is_problem=True)
        elif text := self._last_words():
            self.say(text, is_problem=True)
        self.redraw()

    # --- messages of acts and questions -------------------------------------------------------------------
    def on_answered(self, message: messages.Answered) -> None:
        message.then()

    def on_act_done(self, message: messages.ActDone) -> None:
        self._is_acting = False
        self.feed.read_again(_CHANGED_BY_ACTS)
        message.then()

    def on_act_refused(self, message: messages.ActRefused) -> None:
        self._is_acting = False
        self.feed.read_again(_CHANGED_BY_ACTS)
        if message.problem.code == "not_signed_in":
            self._require_sign_in()
        if message.problem.code == "maybe_on_paper":
            self._ask_person(partial(ask_paper, refused=message.problem))
        elif message.on_refusal is None or not message.on_refusal(message.problem):
            self.say(problem_text(message.problem, self.t), is_problem=True)

    def on_act_unanswered(self, message: messages.ActUnanswered) -> None:
        self._is_acting = False
        self.feed.read_again()
        text = self.t.gettext("No answer from the station: look whether it was recorded, else do it again.")
        self.say(text, is_problem=True)

    # --- keys ---------------------------------------------------------------------------------------------
    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.keyboard.press(event)
        else:
            if isinstance(event, events.Paste):
                event.text = clean_text(event.text)
            await super().on_event(event)

    async def _deliver(self, key: events.Key) -> None:
        if not (isinstance(self.screen, StationScreen) and self.screen.is_typed_outside(key)):
            await super().on_event(key)

    def on_scanned(self, message: messages.Scanned) -> None:
        route_scan(message.barcode, self.screen, self)

    def action_show(self, name: str) -> None:
        self.show(cast(ScreenName, name))

    def action_language(self) -> None:
        position = LANGUAGES.index(self._language)
        self.set_language(LANGUAGES[(position + 1) % len(LANGUAGES)])

    def action_contrast(self) -> None:
        names = list(dict.fromkeys(theme.name for theme in THEMES.values()))
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_help(self) -> None:
        if not isinstance(self.screen, StationScreen):
            return
        self.push_screen(TextDialog(self.t.gettext("Keys"), help_text(self.t), self.t))

    def action_menu(self) -> None:
        self._ask_person(open_menu)

    def action_new_sample(self) -> None:
        self._ask_person(ask_new_sample)

    def action_invite_phone(self) -> None:
        self._ask_person(invite_phone)

    def action_revoke_phone(self) -> None:
        self._ask_person(revoke_phone)

    def action_hand_over(self) -> None:
        self._ask_person(hand_over)

    def action_settle_zero(self) -> None:
        self._ask_person(ask_settle_zero)

    def action_state_time(self) -> None:
        self._ask_person(ask_time)

    def action_take_back(self) -> None:
        self._ask_person(self._take_back)

    def _take_back(self, screen: StationScreen) -> None:
        """Take the newest deed back; a screen that knows older ones offers them."""
        deed = self.deed
        if deed is None:
            screen.take_back()
            return

        def forget(_: object) -> bool:
            self._deeds.forget(deed)
            return False

        def show(_: object) -> None:
            forget(_)
            self.say(self.t.gettext("Taken back: {what}").format(what=deed.text))

        self.act(deed.undo, show, on_refusal=forget)

    def _ask_person(self, ask: Callable[[StationScreen], None]) -> None:
        """Ask on the open screen, when somebody is signed in and no other dialog is open."""
        if self.client.person is not None and isinstance(self.screen, StationScreen):
            ask(self.screen)

    def action_change_person(self) -> None:
        """Let the next person sign in; what is typed in forms stays."""
        self.run_worker(self._sign_out(self.client.person_token), group="acts")
        self._require_sign_in()

    async def _sign_out(self, person_token: str | None) -> None:
        with suppress(StationProblem, StationUnreachable):  # the station forgets the person by itself
            await self.client.sign_out(person_token)
