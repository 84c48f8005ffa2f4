"""A person at a terminal: what they type is heard while the device is listened to."""

import queue
import shutil
import sys
import textwrap
import threading
from collections.abc import Callable, Sequence

import typer

from station.cli import say
from station.cli.say import _

TICK_S = 0.1
RAW = "  | "


def terminal_width() -> int:
    """Returns 0 where there is no terminal, or one without a size."""
    return shutil.get_terminal_size((0, 0)).columns if sys.stderr.isatty() else 0


def tell(text: str) -> None:
    """Tells a person, wrapped between words where the terminal is too narrow."""
    for row in _wrapped(text, terminal_width()).split("\n"):
        say.tell(row)


def _wrapped(text: str, width: int) -> str:
    if not width:
        return text
    rows = [part for row in text.split("\n") for part in fit(row, width)]
    return "\n".join(rows)


def fit(row: str, width: int) -> list[str]:
    """Wraps between words; a row that shows what was sent keeps its blanks and is cut."""
    if len(row) < width:
        return [row]
    if row.startswith(RAW):
        return [row[: width - 2] + "…"]
    indent = " " * (len(row) - len(row.lstrip()))
    return textwrap.wrap(row, width - 1, subsequent_indent=indent, drop_whitespace=True) or [""]


class Console:
    """`meanwhile` is done again and again while a question waits for its answer."""

    def __init__(self) -> None:
        self._typed: queue.Queue[str | None] = queue.Queue()
        self._reader: threading.Thread | None = None
        self.meanwhile: Callable[[], None] | None = None

    def ask(
        self,
        question: str,
        problem: Callable[[str], str | None] = lambda _text: None,
        default: str | None = None,
        *,
        shows_default: bool = False,
    ) -> str:
        """Asks until `problem` has nothing to say against the answer. Enter alone is the default."""
        shown = f"{question} [{default}]: " if shows_default else f"{question}: "
        while True:
            say.begin(_wrapped(shown.rstrip(), terminal_width()))
            answer = self.wait().strip()
            if not answer and default is not None:
                return default
            wrong = problem(answer)
            if wrong is None and (answer or default is None):
                return answer
            if wrong is not None:
                tell(wrong)

    def ask_number(self, question: str, most: int, default: int | None = 1, *, least: int = 1) -> int:
        def problem(text: str) -> str | None:
            is_one = text.isascii() and text.isdecimal() and least <= int(text) <= most
            return None if is_one else _("There is no number {number}.").format(number=text)

        preset = None if default is None else str(default)
        return int(self.ask(question, problem, preset, shows_default=default is not None))

    def ask_yes(self, question: str, *, default: bool = True) -> bool:
        """Takes the first letter of yes and no in either language, o for oui."""

        def problem(text: str) -> str | None:
            return None if text[:1].lower() in set("yon") else _("Type y or n.")

        hint = _("[Y/n]") if default else _("[y/N]")
        return self.ask(f"{question} {hint}", problem, "y" if default else "n")[:1].lower() in set("yo")

    def wait(self) -> str:
        """Waits for the next line. Raises typer.Abort at the end of input."""
        while (text := self.take()) is None:
            pass
        return text

    def take(self, seconds: float = TICK_S) -> str | None:
        """Returns a line that was typed, or None after `meanwhile` and a moment without."""
        if self._reader is None:
            self._reader = threading.Thread(target=self._read, name="typed", daemon=True)
            self._reader.start()
        if self.meanwhile is not None:
            self.meanwhile()
            seconds = 0.0
        try:
            text = self._typed.get(timeout=seconds) if seconds else self._typed.get_nowait()
        except queue.Empty:
            return None
        if text is None:
            self._typed.put(None)
            raise typer.Abort
        return text

    def _read(self) -> None:
        for line in iter(sys.stdin.readline, ""):
            self._typed.put(line.rstrip("\r\n"))
        self._typed.put(None)


class View:
    """Rows that change in place; on a terminal without a size, or none, they follow each other."""

    def __init__(self) -> None:
        self._width = terminal_width()
        self._rows: list[str] = []

    @property
    def is_in_place(self) -> bool:
        return self._width > 0

    def show(self, rows: Sequence[str]) -> None:
        if not self.is_in_place:
            if list(rows) != self._rows:
                self._rows = list(rows)
                tell("\n".join(rows))
            return
        fitted = [part for row in rows for part in fit(row, self._width)]
        if fitted == self._rows:
            return
        say.redraw(fitted, len(self._rows))
        self._rows = fitted
