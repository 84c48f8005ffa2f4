"""Every screen has the status line, its own body, the last word said, and its keys."""

import re
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from station.api import schemas
from ui.tui.board import Board
from ui.tui.columns import SHORT
from ui.tui.dialogs import Check, Choice, ChoiceDialog, EntryDialog, Option
from ui.tui.keys import KEYS, bound, shown
from ui.tui.station import Station
from ui.tui.widgets.bars import KeyLine, NoticeLine, Plain, StatusBar, status_lines
from ui.words.i18n import Translator

Answer = TypeVar("Answer")
_WORD = re.compile(r"[^\W\d_]{3}")  # letters side by side, which plates and barcodes seldom have
_EDITING = frozenset({"backspace", "delete", "left", "right"})


class StationScreen(Screen[None]):
    """`redraw` is called whenever the board, the language, the size or the second changes."""

    BINDINGS: ClassVar[list[BindingType]] = bound("leave")

    def __init__(self, station: Station) -> None:
        super().__init__()
        self.station = station
        self._is_whole = False
        self._is_typing = False

    @property
    def board(self) -> Board:
        return self.station.board

    @property
    def t(self) -> Translator:
        return self.station.t

    @property
    def may_receive(self) -> bool:
        """Tell whether the person who is signed in may receive grain and move it."""
        person = self.station.client.person
        return person is not None and not {"operator", "manager"}.isdisjoint(person.roles)

    @property
    def is_manager(self) -> bool:
        person = self.station.client.person
        return person is not None and "manager" in person.roles

    @property
    def width(self) -> int:
        """Tell the width of the terminal, in characters."""
        return self.app.size.width

    @property
    def is_short(self) -> bool:
        """Tell whether the terminal has few lines."""
        return self.app.size.height < SHORT

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status")
        yield from self.body()
        yield NoticeLine(id="notice")
        yield KeyLine(id="keys")

    @abstractmethod
    def body(self) -> Sequence[Widget]:
        """Make the widgets between the status line and the last lines."""

    @abstractmethod
    def draw(self) -> None:
        """Fill the body from the board."""

    @abstractmethod
    def keys(self) -> list[tuple[str, str]]:
        """Name the keys of this screen and what they do, for the last lines."""

    @property
    def selected_load(self) -> schemas.LoadRow | None:
        """Name the load that this screen is about, where it is about one."""
        return None

    def menu_options(self) -> list[Option]:
        """List what the menu offers on top, now and on this screen; an option's key is an action."""
        options = []
        if self.board.bridges_not_at_zero:
            text = self.t.gettext("The bridge did not show zero between two vehicles")
            options.append(Option("settle_zero", text))
        if self.board.health is not None and self.board.health.clock.asks:
            text = self.t.gettext("State the time ({key})").format(key=shown("state_time", self.t))
            options.append(Option("state_time", text))
        if self.board.repeating_devices:
            text = self.t.gettext("New sample with the same value ({key})")
            options.append(Option("new_sample", text.format(key=shown("new_sample", self.t))))
        return options

    def rare_options(self) -> list[Option]:
        """List what the menu offers below the screens, where Enter alone does not come upon it."""
        return []

    def take_scan(self, barcode: str) -> bool:
        """Take a barcode that was scanned on this screen; False when it is not for this screen."""
        return False

    def go_to_names(self, names: Sequence[str]) -> None:
        """Let the person correct these suppliers' names, where the screen has them in fields."""

    def action_leave(self) -> None:
        self.station.show("queue")

    def take_back(self) -> None:
        """Take back what this screen knows, when nothing was done within the last minute."""
        text = self.t.gettext("Nothing can be taken back now. What was assigned: on the exceptions screen.")
        self.station.say(text)

    def is_typed_outside(self, key: events.Key) -> bool:
        """Tell whether the key is part of a text that is typed outside of any field, with the Enter that ends
        it: it may be a plate, and does nothing."""
        was_typing, self._is_typing = self._is_typing, False
        if isinstance(self.focused, Input):
            return False
        if key.key == "enter":
            if was_typing:
                self.station.say(self.t.gettext("Enter after letters answers nothing: press it once more."))
            return was_typing
        is_sign = key.is_printable and (was_typing or key.key != KEYS["mark"].pressed)
        self._is_typing = is_sign or (was_typing and key.key in _EDITING)
        if is_sign:
            text = self.t.gettext("Letters do nothing here: {arrival} enters an arrival, {menu} the menu.")
            keys = {"arrival": shown("show('arrival')", self.t), "menu": shown("menu", self.t)}
            self.station.say(text.format(**keys))
        return self._is_typing

    # --- drawing --------------------------------------------------------------------------------------
    def redraw(self) -> None:
        """Draw everything, but not before all widgets are there nor once they are being taken down."""
        if not (self._is_whole and self.is_attached and self.app.is_running):
            return
        station, board, t = self.station, self.board, self.t
        lost = station.connection.text(t)
        person = station.client.person.name if station.client.person else ""
        time = t.time(board.now, station.zone) if board.now else ""
        lines = status_lines(board, lost, person, time, t, self.width, is_short=self.is_short)
        self.query_one("#status", StatusBar).show(lines, is_alarm=bool(lost))
        self.query_one("#notice", NoticeLine).show(station.notice, self.width)
        self.draw()  # first: the keys are those of the row that is marked then
        always = (shown("menu", t), shown("help", t))
        self.query_one("#keys", KeyLine).show(self._keys_in_turn(), self.width, always)

    def draw_note(self) -> None:
        """Draw the line that whoever opened the terminal shows, where the body has a place for it."""
        note = self.query_one("#note-below", Plain)
        note.show_text(self.station.note())
        note.display = bool(note.shown)

    def _common_keys(self) -> list[tuple[str, str]]:
        """Name the keys of every screen, once somebody is signed in; first those that lead to all others."""
        t = self.t
        if self.station.client.person is None:
            return []
        return [
            (shown("menu", t), t.gettext("menu")),
            (shown("help", t), t.gettext("help")),
            (shown("show('queue')", t), t.gettext("queue")),
            *([(shown("show('arrival')", t), t.gettext("arrival"))] if self.may_receive else []),
            (shown("show('exceptions')", t), t.gettext("exceptions")),
            *([(shown("new_sample", t), t.gettext("new sample"))] if self.board.repeating_devices else []),
        ]

    def _keys_in_turn(self) -> list[tuple[str, str]]:
        """Name what can be taken back first: its seconds run. Where two keys do the same, one is named."""
        deed, t = self.station.deed, self.t
        now = self.board.now
        own = self.keys()
        named = {text for _, text in own}
        common = [one for one in self._common_keys() if one[1] not in named]
        if deed is None or now is None:
            return [*own, *common]
        text = t.gettext("take back: {what} ({seconds} s)")
        taken = text.format(what=deed.text, seconds=deed.seconds_left(now))
        key = shown("take_back", t)
        return [(key, taken), *(one for one in own if one[0] != key), *common]

    def on_mount(self) -> None:
        self._is_whole = True
        self.redraw()

    def on_unmount(self) -> None:
        self._is_whole = False

    def on_screen_resume(self) -> None:
        self.redraw()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.redraw)

    # --- questions ------------------------------------------------------------------------------------
    def choose(
        self,
        title: str,
        options: Sequence[Option],
        then: Callable[[Choice], None],
        *,
        free: bool = False,
        preselects: bool = True,
        takes_scan: bool = False,
    ) -> None:
        """Ask for one of `options`; `then` is not called when the person goes back."""
        dialog = ChoiceDialog(
            title, options, self.t, self.station.clock,
            free=free, preselects=preselects, takes_scan=takes_scan,
        )  # fmt: skip
        self.app.push_screen(dialog, _if_answered(then))

    def choose_reason(self, title: str, reasons: Sequence[str], then: Callable[[str], None]) -> None:
        """Ask for a reason: one from the list, or another in words. A person gives it, so none is
        preselected, and a plate or a barcode is none."""
        options = [Option(reason, reason) for reason in reasons]

        def take(choice: Choice) -> None:
            if choice.key or _WORD.search(choice.text):
                then(choice.text)
            else:
                text = self.t.gettext("“{text}” is no reason: nothing was done. Choose one, or use words.")
                self.station.say(text.format(text=choice.text), is_problem=True)

        self.choose(title, options, take, free=True, preselects=False)

    def ask(
        self, title: str, hint: str, check: Check, then: Callable[[str], None], *, takes_scan: bool = False
    ) -> None:
        """Ask for one line of text; `then` is not called when the person goes back."""
        self.app.push_screen(
            EntryDialog(title, hint, check, self.t, takes_scan=takes_scan), _if_answered(then)
        )


def _if_answered(then: Callable[[Answer], None]) -> Callable[[Answer | None], None]:
    def pass_on(answer: Answer | None) -> None:
        if answer is not None:
            then(answer)

    return pass_on
