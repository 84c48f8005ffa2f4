"""Every screen has these lines: the state of things on top, the last word and the keys below."""

from collections.abc import Collection, Sequence

from rich.text import Text as RichText
from textual.widgets import Static

from drivers.text import visible
from ui.tui.board import Board
from ui.tui.client import MOST_EXCEPTIONS
from ui.tui.columns import fit, flow, wrap
from ui.tui.keys import shown as shown_key
from ui.tui.lines.texts import reason_list
from ui.tui.lines.waiting import waiting_parts
from ui.tui.notice import Notice
from ui.words.i18n import Translator

LATE_S = 300.0  # before that a link is only slow
_SHORTEST_NAME = 12
_WARNINGS, _WARNINGS_IN_SHORT = 3, 2  # lines of them
MOST_LINES = 3  # of keys


class Plain(Static):
    """This shows text as it is: brackets in it are brackets, not styles, and what moves a cursor is told by
    its number."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__("", markup=False, id=id, classes=classes)
        self.shown = ""

    def show_text(self, text: str) -> None:
        if text != self.shown:
            self.shown = text
            self.update("\n".join(map(visible, text.split("\n"))))


class Code(Static):
    """It shows a QR code of half blocks, dark on light whatever the theme: a phone reads no other."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(RichText("\n".join(lines), style="#000000 on #ffffff"), id="code")


class StatusBar(Plain):
    """It names site, connection, exceptions, devices in trouble, person and time; warnings below."""

    DEFAULT_CSS = "StatusBar { height: auto; width: 1fr; background: $panel; color: $foreground; }"

    def show(self, lines: Sequence[str], *, is_alarm: bool) -> None:
        self.set_class(is_alarm, "alarm")
        self.show_text("\n".join(lines))


class NoticeLine(Plain):
    """It shows, in three lines at most, what an act did, or why not and what to do."""

    DEFAULT_CSS = "NoticeLine { height: auto; max-height: 3; min-height: 1; width: 1fr; padding: 0 1; }"

    def show(self, notice: Notice, width: int) -> None:
        """Mark a problem by a sign, not by colour alone."""
        self.set_class(notice.is_problem, "problem")
        marked = f"✗ {notice.text}" if notice.is_problem else notice.text
        self.show_text("\n".join(wrap(marked, max(20, width - 2), indent=2 if notice.is_problem else 0)))


class KeyLine(Plain):
    """It says what the keys do here."""

    DEFAULT_CSS = "KeyLine { height: auto; max-height: 3; width: 1fr; background: $panel; padding: 0 1; }"

    def show(self, keys: Sequence[tuple[str, str]], width: int, always: Collection[str] = ()) -> None:
        """Leave the last ones out where there are too many for the lines; what is `always` named leads to all
        others."""
        named, room = list(keys), max(20, width - 2)
        lines = _flowing(named, room)
        while len(lines) > MOST_LINES and any(key not in always for key, _ in named):
            last = max(at for at, (key, _) in enumerate(named) if key not in always)
            del named[last]
            lines = _flowing(named, room)
        self.show_text("\n".join(lines))


def _flowing(keys: Sequence[tuple[str, str]], width: int) -> list[str]:
    return flow((f"{key} {text}" for key, text in keys), width, " · ")


def status_lines(
    board: Board, connection: str, person: str, clock: str, t: Translator, width: int, *, is_short: bool
) -> list[str]:
    """Write the state of things; `connection` is empty while the station is heard. Once somebody
    is signed in, the warnings leave room for the work: the menu has in full what is cut off here."""
    count = len(board.exceptions)
    shown = f"{count}+" if count >= MOST_EXCEPTIONS else str(count)
    name = board.site.name if board.site else t.gettext("Silo Station")
    parts = [
        t.gettext("OBSERVES ONLY") if board.site and board.site.observes else "",
        connection or t.gettext("online"),
        "" if connection else _post(board, t),
        t.ngettext("{count} exception", "{count} exceptions", count).format(count=shown),
        _devices(board, t),
        person,
        clock,
    ]
    states = [part for part in parts if part]
    room = max(_SHORTEST_NAME, width - 2 - len(" │ ".join(["", *states])))
    shown = name if len(name) <= room else fit(name, room)
    lines = [f" {line}" for line in flow([shown, *states], width - 2, " │ ")]
    warnings = board.health.warnings if board.health else []
    if warnings:
        whole = wrap("! " + reason_list(warnings, t), width - 1, indent=2)
        most = _WARNINGS_IN_SHORT if is_short else _WARNINGS
        lines += _cut(whole, most, width, t) if person else whole
    parts = waiting_parts(board, t, width)
    if parts:
        parts[0] = t.gettext("waits: {what}").format(what=parts[0])
        lines += [f" {line}" for line in flow(parts, width - 2, " · ")]
    return lines


def _post(board: Board, t: Translator) -> str:
    """What headquarters has not heard, once it is late: bags that wait longer than a few minutes."""
    health = board.health
    post = health.post if health else None
    if health is None or post is None or post.oldest_at is None:
        return ""
    late = (health.now - post.oldest_at).total_seconds()
    if late < LATE_S:
        return ""
    owed = t.number(post.bags, 0)
    return t.gettext("hub: {age} behind, {owed} owed").format(age=t.age(late), owed=owed)


def _cut(lines: list[str], most: int, width: int, t: Translator) -> list[str]:
    """Leave out the last ones, of the least grave warnings, and name the key that leads to them."""
    if len(lines) <= most:
        return lines
    more = f" … [{shown_key('menu', t)}]"
    room = width - 1 - len(more)
    last = lines[most - 1]
    return [*lines[: most - 1], (last if len(last) <= room else fit(last, room)).rstrip("… ") + more]


def _devices(board: Board, t: Translator) -> str:
    trouble = len(board.devices_in_trouble)
    if not board.devices:
        return t.gettext("no device")
    if not trouble:
        return t.gettext("devices OK")
    return t.gettext("! devices: {count}").format(count=trouble)
