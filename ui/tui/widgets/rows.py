"""Rows are a list of lines with a marked one, made for the width there is, so that nothing is cut off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from drivers.text import visible
from ui.tui.keys import bound

MARK = "▶ "
BLANK = "  "


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row has one or more lines. `key` None makes it a heading, never marked. `style` is a rich style."""

    key: str | None
    lines: tuple[str, ...]
    style: str = ""


Build = Callable[[int], Sequence[ListRow]]


class Rows(Widget, can_focus=True):
    """This widget draws rows, moves the mark (arrows, pages) and tells which row Enter chose."""

    DEFAULT_CSS = "Rows { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = bound(
        "move(-1)", "move(1)", "move(-8)", "move(8)", "move(-9999)", "move(9999)", "choose"
    )

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a row; `key` is None when there is no row to mark."""

        key: str | None

    @dataclass
    class Moved(Message):
        """The mark was moved by a key."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._build: Build = lambda width: ()
        self._rows: list[ListRow] = []
        self._marked: str | None = None
        self._position = 0
        self._top = 0
        self._marked_from = 0  # the line on which the marked row begins, below its headings
        self._within = 0  # lines of it that are scrolled away above

    @property
    def marked(self) -> str | None:
        """Name the marked row; None when there is none."""
        return self._marked

    @property
    def shown(self) -> str:
        """Give all lines as text, the ones scrolled away too."""
        return "\n".join(line for row in self._rows for line in row.lines)

    def show(self, build: Build) -> None:
        """Show the rows that `build` makes for a width in cells; it is called again when the size changes.
        The mark stays on its key, else near where it was."""
        self._build = build
        self._rebuild()

    def mark(self, key: str) -> None:
        """Move the mark; before the first drawing it is kept for then."""
        if not self._rows:
            self._marked = key
        elif key in self._keys():
            self._marked = key
            self._position = self._keys().index(key)
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Ask for as many lines as there are, in a list whose style leaves its height open."""
        rows = self._build(max(1, width - len(MARK)))
        return max(1, sum(len(row.lines) for row in rows))

    def on_resize(self, event: events.Resize) -> None:
        self._rebuild()

    def action_move(self, step: int) -> None:
        keys = self._keys()
        if not keys or (abs(step) == 1 and self._moves_within(step)):
            return
        self._within = 0
        self._position = max(0, min(len(keys) - 1, self._position + step))
        self._marked = keys[self._position]
        self.refresh()
        self.post_message(self.Moved())

    def _moves_within(self, step: int) -> bool:
        """Move on inside a marked row that is longer than the widget; tell whether it has more that way."""
        _, _, end = self._lines()
        hidden = end - self._marked_from - max(1, self.size.height)
        before = min(self._within, max(0, hidden))
        self._within = max(0, min(hidden, before + step * max(1, self.size.height - 1)))
        if self._within == before:
            return False
        self.refresh()
        return True

    def action_choose(self) -> None:
        self.post_message(self.Chosen(self._marked))

    def render(self) -> Text:
        lines, marked_line, marked_end = self._lines()
        height = max(1, self.size.height)
        marked_line = max(marked_line, min(self._marked_from, marked_end - height))  # headings where they fit
        self._top = min(self._top, max(0, len(lines) - height))
        if marked_end > self._top + height:
            self._top = marked_end - height
        self._top = min(self._top, marked_line)
        if marked_end - self._marked_from > height:
            self._top = self._marked_from + min(self._within, marked_end - self._marked_from - height)
        shown = lines[self._top : self._top + height]
        if self._top > 0 and shown and marked_line >= self._top + 1:
            shown[0] = self._more("▲")
        if self._top + height < len(lines) and marked_end < self._top + height:
            shown[-1] = self._more("▼")
        return Text("\n", end="").join(shown)

    def _more(self, sign: str) -> Text:
        return Text(f"{sign:>{max(1, self.size.width - 1)}}", style="bold", end="")

    def _lines(self) -> tuple[list[Text], int, int]:
        """Return every line, and the first and end line of the marked row (with the headings above it)."""
        lines: list[Text] = []
        first, end, heading = 0, 0, None
        for row in self._rows:
            is_marked = row.key is not None and row.key == self._marked
            if is_marked:
                self._marked_from = len(lines)
            if row.key is None:
                heading = len(lines) if heading is None else heading
            elif is_marked:
                first = len(lines) if heading is None else heading
            style = f"{row.style} reverse" if is_marked and self.has_focus else row.style
            for number, text in enumerate(row.lines):
                lead = MARK if is_marked and number == 0 else BLANK
                line = Text(lead + visible(text), style=style, end="")
                line.truncate(self.size.width)  # a line that wrapped would push the marked one out of sight
                lines.append(line)
            if row.key is not None:
                heading = None
            if is_marked:
                end = len(lines)
        return lines, first, end

    def _rebuild(self) -> None:
        width = self.size.width - len(MARK)
        if width <= 0:
            return
        before, marked = self._rows, self._marked
        self._rows = list(self._build(width))
        keys = self._keys()
        if self._marked in keys:
            self._position = keys.index(self._marked)
        else:
            self._position = max(0, min(self._position, len(keys) - 1))
            self._marked = keys[self._position] if keys else None
        if self._marked != marked:
            self._within = 0
        if self._rows != before or self._marked != marked:
            self.refresh(layout=self.styles.is_auto_height)

    def _keys(self) -> list[str]:
        return [row.key for row in self._rows if row.key is not None]
