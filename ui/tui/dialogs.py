"""Dialogs are small windows over a screen: choose from a list, type one thing, read a text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from drivers.text import unaccented, visible
from ui.tui.columns import wrap
from ui.tui.keys import bound
from ui.tui.steady import Steady
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import ListRow, Rows
from ui.words.i18n import Translator

_CSS = """
{name} {{ align: center middle; }}
{name} > Vertical {{
    width: 76; max-width: 100%; height: auto; max-height: 20; border: heavy $primary;
    background: $surface; padding: 0 1;
}}
{name} Plain {{ height: auto; width: 1fr; }}
{name} Rows {{ height: auto; min-height: 1; max-height: 12; }}
"""


@dataclass(frozen=True, slots=True)
class Option:
    """What may be chosen. `remark` stands behind the label and is not searched: a figure that is typed for a
    cell must not find the tonnes that are free in another."""

    key: str
    label: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen is the `key` of an option, or free `text` (then the key is empty)."""

    key: str
    text: str


class ChoiceDialog(ModalScreen[Choice | None]):
    """Typing narrows a list down. With `free`, what is typed counts where it fits no option. Unless
    `preselects`, nothing is marked until an arrow key, or the beginning of one single option, marks it.

    Enter answers what a person has had time to read: one that came with the dialog is no answer to it."""

    DEFAULT_CSS = _CSS.format(name="ChoiceDialog")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bound("leave"),
        *bound("move(-1)", "move(1)", "move(-8)", "move(8)", priority=True),
    ]

    def __init__(
        self,
        title: str,
        options: Sequence[Option],
        t: Translator,
        clock: Callable[[], float],
        *,
        free: bool = False,
        preselects: bool = True,
        takes_scan: bool = False,
    ) -> None:
        super().__init__()
        self.takes_scan = takes_scan
        self._steady = Steady(clock)
        self._preselects = preselects
        self._is_chosen = preselects
        self._title = title
        self._options = tuple(options)
        self._t = t
        self._free = free

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Plain(id="title", classes="heading")
            yield Input(id="text", placeholder=self._hint())
            yield Rows(id="options")
            yield Plain(id="keys")

    def on_mount(self) -> None:
        self.query_one("#title", Plain).show_text(self._title)
        keys = self._t.gettext("[Enter] take   [↑ ↓] move   [Esc] back")
        if not self._preselects:
            keys = self._t.gettext("[↑ ↓] choose, then [Enter]   [Esc] back")
        self.query_one("#keys", Plain).show_text(keys)
        self._steady.show(self._title)
        rows = self.query_one("#options", Rows)
        rows.can_focus = False
        rows.show(self._rows)
        self.query_one("#text", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._is_chosen = self._preselects or self._is_named(event.value)
        self.query_one("#options", Rows).show(self._rows)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._steady.may_answer():
            return
        text = event.value.strip()
        marked = self.query_one("#options", Rows).marked
        if marked is not None:
            label = next(option.label for option in self._options if option.key == marked)
            self.dismiss(Choice(marked, label))
        elif self._free and text:
            self.dismiss(Choice("", text))

    def take(self, barcode: str) -> None:
        """Take a scanned barcode: the option it is the key of, else free text."""
        label = next((option.label for option in self._options if option.key == barcode), None)
        self.dismiss(Choice("", barcode) if label is None else Choice(barcode, label))

    def action_move(self, step: int) -> None:
        rows = self.query_one("#options", Rows)
        if self._is_chosen:
            rows.action_move(step)
        else:
            self._is_chosen = True
            rows.show(self._rows)
            rows.action_move(-9999 if step > 0 else 9999)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _hint(self) -> str:
        if self._free:
            return self._t.gettext("type to narrow the list, or another text")
        return self._t.gettext("type to narrow the list")

    def _is_named(self, typed: str) -> bool:
        """Tell whether what is typed is the beginning of the only option that it fits."""
        fitting = self._fitting(typed)
        begins = unaccented(typed.strip())
        return bool(begins) and len(fitting) == 1 and unaccented(fitting[0].label).startswith(begins)

    def _fitting(self, typed: str) -> list[Option]:
        wanted = unaccented(typed.strip())
        return [option for option in self._options if wanted in unaccented(option.label)]

    def _text(self, option: Option) -> str:
        return self._t.named(option.label, option.remark) if option.remark else option.label

    def _rows(self, width: int) -> list[ListRow]:
        fitting = self._fitting(self.query_one("#text", Input).value)
        return [
            ListRow(option.key if self._is_chosen else None, tuple(wrap(self._text(option), width, indent=2)))
            for option in fitting
        ]


Check = Callable[[str], str | None]


class EntryDialog(ModalScreen[str | None]):
    """A person types one line. `check` says what is wrong with it; with `takes_scan` a barcode fills it."""

    DEFAULT_CSS = _CSS.format(name="EntryDialog")
    BINDINGS: ClassVar[list[BindingType]] = bound("leave")

    def __init__(
        self, title: str, hint: str, check: Check, t: Translator, *, takes_scan: bool = False
    ) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._check = check
        self._t = t
        self.takes_scan = takes_scan

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Plain(id="title", classes="heading")
            yield Input(id="text", placeholder=visible(self._hint))
            yield Plain(id="wrong")
            yield Plain(id="keys")

    def on_mount(self) -> None:
        self.query_one("#title", Plain).show_text(self._title)
        self.query_one("#keys", Plain).show_text(self.keys())
        self.query_one("#text", Input).focus()

    def keys(self) -> str:
        return self._t.gettext("[Enter] take   [Esc] back")

    def take(self, text: str) -> None:
        """Take the text as if it were typed and ended by Enter."""
        wrong = self._check(text.strip())
        if wrong is None:
            self.dismiss(text.strip())
        else:
            self.query_one("#wrong", Plain).show_text(f"✗ {wrong}")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.take(event.value)

    def action_leave(self) -> None:
        self.dismiss(None)


class TextDialog(ModalScreen[None]):
    """A person reads a text: a ticket, the keys. Escape or Enter closes it."""

    DEFAULT_CSS = """
    TextDialog { align: center middle; }
    TextDialog > Vertical { width: 78; max-width: 100%; height: auto; max-height: 100%;
        border: heavy $primary; background: $surface; padding: 0 1; }
    TextDialog Plain { height: auto; width: 1fr; }
    TextDialog Rows { height: auto; max-height: 75vh; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bound("leave")

    def __init__(self, title: str, text: str, t: Translator) -> None:
        super().__init__()
        self._title = title
        self.text = text
        self._t = t

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Plain(id="title", classes="heading")
            yield Rows(id="text")
            yield Plain(id="keys")

    def on_mount(self) -> None:
        self.query_one("#title", Plain).show_text(self._title)
        self.query_one("#keys", Plain).show_text(self._t.gettext("[Enter] or [Esc] back"))
        self.query_one("#text", Rows).show(self._rows)
        self.query_one("#text", Rows).focus()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.dismiss(None)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _rows(self, width: int) -> list[ListRow]:
        lines = [part for line in self.text.splitlines() for part in wrap(line, width, indent=2)]
        return [ListRow(str(number), (line,)) for number, line in enumerate(lines)]
