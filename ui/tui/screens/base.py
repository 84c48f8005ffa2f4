"""What every screen has: the status line, its own body, the last word said, and its keys."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from ui.tui.board import Board
from ui.tui.dialogs import Ask, Check, Choice, Choose, Option
from ui.tui.widgets.bars import Keys, Notice, StatusBar, status_lines
from ui.words.i18n import Translator

if TYPE_CHECKING:
    from ui.tui.app import StationApp

Answer = TypeVar("Answer")


class StationScreen(Screen[None]):
    """`redraw` is called whenever the board, the language, the size or the second changes."""

    def __init__(self) -> None:
        super().__init__()
        self._is_whole = False

    @property
    def station(self) -> "StationApp":
        return cast("StationApp", self.app)

    @property
    def board(self) -> Board:
        return self.station.board

    @property
    def t(self) -> Translator:
        return self.station.t

    @property
    def cells(self) -> int:
        """The width of the terminal."""
        return self.app.size.width

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status")
        yield from self.body()
        yield Notice(id="notice")
        yield Keys(id="keys")

    @abstractmethod
    def body(self) -> Sequence[Widget]:
        """The widgets between the status line and the last lines."""

    @abstractmethod
    def draw(self) -> None:
        """Fills the body from the board."""

    @abstractmethod
    def keys(self) -> list[tuple[str, str]]:
        """Keys and what they do, for the last lines; the ones of all screens are added."""

    def scanned(self, barcode: str) -> bool:
        """A barcode was scanned on this screen; True when it was taken here."""
        return False

    def redraw(self) -> None:
        """Nothing before all widgets are there, and nothing any more once they are being taken down."""
        if not (self._is_whole and self.is_attached and self.app.is_running):
            return
        app = self.station
        lines = status_lines(
            self.board, app.connection_text(), app.person_name, app.clock_text(), self.t, self.cells
        )
        self.query_one("#status", StatusBar).show(lines, is_alarm=bool(app.connection_text()))
        told = app.notices
        self.query_one("#notice", Notice).say(told.text, is_problem=told.is_problem, width=self.cells)
        self.query_one("#keys", Keys).show([*self.keys(), *app.common_keys()], self.cells)
        self.draw()

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
        takes_scan: bool = False,
    ) -> None:
        """Asks for one of `options`; `then` is not called when the person goes back."""
        dialog = Choose(title, options, self.t, free=free, takes_scan=takes_scan)
        self.app.push_screen(dialog, _if_answered(then))

    def choose_reason(self, title: str, known: Sequence[str], then: Callable[[str], None]) -> None:
        """A reason from the site's list, or another text."""
        options = [Option(reason, reason) for reason in known]
        self.choose(title, options, lambda choice: then(choice.text), free=True)

    def ask(
        self, title: str, hint: str, check: Check, then: Callable[[str], None], *, takes_scan: bool = False
    ) -> None:
        self.app.push_screen(Ask(title, hint, check, self.t, takes_scan=takes_scan), _if_answered(then))


def _if_answered(then: Callable[[Answer], None]) -> Callable[[Answer | None], None]:
    def answered(answer: Answer | None) -> None:
        if answer is not None:
            then(answer)

    return answered
