"""Dialogs in which only figures are typed: the answer of an approval, a PIN, what a visual check found."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from ui.tui.dialogs import EntryDialog, Option
from ui.tui.keys import bound
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.big import Big
from ui.words.i18n import Translator

ANSWER = 8
LEAST_PIN = 4


class ApprovalDialog(EntryDialog):
    """Six large figures are read to the approver, and the eight that come back are typed."""

    DEFAULT_CSS = """
    ApprovalDialog { align: center middle; }
    ApprovalDialog > Vertical { width: 76; max-width: 100%; height: auto; max-height: 24;
        border: heavy $primary; background: $surface; padding: 0 1; }
    ApprovalDialog Plain { height: auto; width: 1fr; }
    ApprovalDialog Big { height: 5; width: auto; }
    ApprovalDialog Horizontal { height: 5; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bound("leave")

    def __init__(self, title: str, said: Sequence[str], challenge: str, wrong: str, t: Translator) -> None:
        super().__init__(title, t.gettext("8 figures"), self._refuse, t)
        self._said = tuple(said)
        self._challenge = challenge
        self._told = wrong

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Plain(id="title", classes="heading")
            yield Plain(id="said")
            with Horizontal():
                yield Big(id="first")
                yield Big(id="second")
            yield Plain(id="ask")
            yield Input(id="text", placeholder=self._hint, restrict=r"[0-9 ]*", max_length=15)
            yield Plain(id="wrong")
            yield Plain(id="keys")

    def on_mount(self) -> None:
        self.query_one("#said", Plain).show_text("\n".join(self._said))
        self.query_one("#first", Big).show(self._challenge[:3])
        self.query_one("#second", Big).show(self._challenge[3:])
        self.query_one("#ask", Plain).show_text(self._t.gettext("Type the 8 figures that are read back:"))
        self.query_one("#wrong", Plain).show_text(f"✗ {self._told}" if self._told else "")

    def take(self, text: str) -> None:
        super().take(text.replace(" ", ""))

    def _refuse(self, text: str) -> str | None:
        is_whole = len(text) == ANSWER and text.isdecimal()
        return None if is_whole else self._t.gettext("The answer has 8 figures.")


class PinDialog(EntryDialog):
    """Another person types the PIN, which is not seen; `wrong` says what was wrong with the last one."""

    DEFAULT_CSS = ApprovalDialog.DEFAULT_CSS.replace("ApprovalDialog", "PinDialog")
    BINDINGS: ClassVar[list[BindingType]] = bound("leave")

    def __init__(self, title: str, wrong: str, t: Translator) -> None:
        super().__init__(title, "", self._refuse, t)
        self._told = wrong

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Plain(id="title", classes="heading")
            yield Input(id="text", password=True)
            yield Plain(id="wrong")
            yield Plain(id="keys")

    def on_mount(self) -> None:
        self.query_one("#wrong", Plain).show_text(f"✗ {self._told}" if self._told else "")

    def _refuse(self, text: str) -> str | None:
        return None if len(text) >= LEAST_PIN else self._t.gettext("A PIN has at least 4 figures.")


class FindingDialog(EntryDialog):
    """One figure names what was found, and that is all: no Enter."""

    DEFAULT_CSS = ApprovalDialog.DEFAULT_CSS.replace("ApprovalDialog", "FindingDialog")
    BINDINGS: ClassVar[list[BindingType]] = bound("leave")

    def __init__(self, title: str, findings: Sequence[Option], t: Translator) -> None:
        super().__init__(title, "", self._refuse, t)
        self._findings = {str(number): one for number, one in enumerate(findings, start=1)}

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Plain(id="title", classes="heading")
            yield Plain(id="said")
            yield Input(id="text", restrict=f"[{''.join(self._findings)}]*", max_length=1)
            yield Plain(id="wrong")
            yield Plain(id="keys")

    def on_mount(self) -> None:
        rows = "\n".join(f"{number} {one.label}" for number, one in self._findings.items())
        self.query_one("#said", Plain).show_text(rows)

    def keys(self) -> str:
        return self._t.gettext("one figure   [Esc] back")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value in self._findings:
            self.dismiss(self._findings[event.value].key)

    def _refuse(self, text: str) -> str | None:
        return self._t.gettext("Type one of the figures.")
