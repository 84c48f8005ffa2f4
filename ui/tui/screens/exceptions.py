"""Show what waits for a person: readings and photos that belong to no sample, each with its reason."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from station.api import schemas
from ui.tui.client import MOST_EXCEPTIONS
from ui.tui.columns import wrap
from ui.tui.keys import bound, shown
from ui.tui.lines import lists as lines
from ui.tui.lines.texts import reason_text
from ui.tui.screens import exception_acts
from ui.tui.screens.base import StationScreen
from ui.tui.station import Station
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import ListRow, Rows


class ExceptionsScreen(StationScreen):
    """What a load that waits needs stands first. Several are marked to be dismissed together."""

    BINDINGS: ClassVar[list[BindingType]] = bound("assign", "mark", "set_aside")

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self._several: set[str] = set()

    def body(self) -> Sequence[Widget]:
        return [Plain(id="heading", classes="heading"), Rows(id="rows")]

    def draw(self) -> None:
        self._several &= {item.id for item in self.board.exceptions}
        heading, count = self.t.gettext("Exceptions"), len(self._several)
        if count:
            heading += " · " + self.t.ngettext("{count} marked", "{count} marked", count).format(count=count)
        self.query_one("#heading", Plain).show_text(heading)
        self.query_one("#rows", Rows).show(self._rows)

    def keys(self) -> list[tuple[str, str]]:
        t = self.t
        keys = []
        if self.may_receive and self._item is not None and self._item.suggested is not None:
            text = t.gettext("to {barcode}").format(barcode=self._item.suggested)
            keys.append((shown("assign", t), text))
        if self.may_receive and self._item is not None:
            keys += [
                (shown("choose", t), t.gettext("assign, or scan a barcode")),
                (shown("mark", t), t.gettext("mark")),
                (shown("set_aside", t), t.gettext("dismiss")),
            ]
        if self.may_receive:
            keys.append((shown("take_back", t), t.gettext("take back")))
        return [*keys, (shown("leave", t), t.gettext("queue"))]

    def _rows(self, width: int) -> list[ListRow]:
        rows = []
        for item in self.board.exceptions:
            mark = "[×] " if item.id in self._several else ""
            title = wrap(mark + lines.exception_title(item, self.board, self.t), width, indent=2)
            why = wrap("  " + reason_text(item.reason, self.t), width, indent=4)
            rows.append(ListRow(item.id, (*title, *why)))
        if len(rows) >= MOST_EXCEPTIONS:
            older = self.t.gettext("Older ones wait too: they show when these are dealt with.")
            rows.insert(0, ListRow(None, tuple(wrap(older, width))))
        return rows or [ListRow(None, (self.t.gettext("No exception waits."),))]

    def on_rows_moved(self) -> None:
        self.redraw()

    @property
    def _item(self) -> schemas.ExceptionItem | None:
        marked = self.query_one("#rows", Rows).marked
        return next((item for item in self.board.exceptions if item.id == marked), None)

    # --- what is done ---------------------------------------------------------------------------------
    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        if self._item is not None:
            exception_acts.ask_what(self, self._item)

    def take_scan(self, barcode: str) -> bool:
        """Take the scan as the sample of the marked item; it is asked once more."""
        if self._item is None:
            return False
        exception_acts.ask_scanned(self, self._item, barcode)
        return True

    def action_assign(self) -> None:
        """Assign the item to the sample that is suggested: one key for the likeliest."""
        if self._item is not None and self._item.suggested is not None:
            exception_acts.assign_suggested(self, self._item)
        elif self._item is not None:
            self.station.say(self.t.gettext("No sample is likely enough: choose one."), is_problem=True)

    def action_mark(self) -> None:
        """Mark the item, or no longer, and go on to the next."""
        if self._item is not None:
            self._several ^= {self._item.id}
            self.redraw()
            self.query_one("#rows", Rows).action_move(1)

    def action_set_aside(self) -> None:
        """Dismiss the marked ones together, else the one that the cursor is on."""
        several = [item for item in self.board.exceptions if item.id in self._several]
        alone = [self._item] if self._item is not None else []
        if several or alone:
            exception_acts.ask_why_dismissed(self, several or alone)

    def take_back(self) -> None:
        exception_acts.ask_which_assignment(self)
