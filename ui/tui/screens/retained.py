"""Show what is kept of samples: what lies on the shelf, what may be destroyed, what others have."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from station.api import schemas
from ui.tui.client import MOST_RETAINED
from ui.tui.columns import Column, wrap
from ui.tui.keys import bound, shown
from ui.tui.lines import retained as lines
from ui.tui.screens import retained_acts
from ui.tui.screens.lists import ListScreen
from ui.tui.screens.printing import print_label
from ui.tui.station import Station
from ui.tui.widgets.rows import ListRow, Rows
from ui.words.i18n import N_

_LISTS = {
    "kept": (N_("Samples kept"), N_("Nothing is kept.")),
    "due": (N_("Samples to destroy"), N_("Nothing is to be destroyed.")),
    "out": (N_("Samples handed over"), N_("Nothing was handed over.")),
}


class RetainedScreen(ListScreen):
    """It has three lists; F6 shows the next one."""

    BINDINGS: ClassVar[list[BindingType]] = bound("another", "type", "set_aside", "print")

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.state = "kept"

    @property
    def listed(self) -> Sequence[schemas.Retained] | None:
        return None if self.board.retained is None else self.board.retained.get(self.state, ())

    @property
    def marked(self) -> schemas.Retained | None:
        number = self.query_one("#rows", Rows).marked
        return next((row for row in self.listed or () if row.number == number), None)

    def heading(self) -> str:
        return self.t.gettext(_LISTS[self.state][0])

    def columns(self) -> list[Column]:
        return lines.columns(self.t)

    def rows(self, width: int) -> list[ListRow]:
        t, listed = self.t, self.listed
        if listed is None:
            return [ListRow(None, (t.gettext("reading the list …"),))]
        rows = [ListRow(row.number, lines.retained_lines(row, t, width)) for row in listed]
        if len(rows) >= MOST_RETAINED:
            text = t.gettext("Only the newest {count} are shown.").format(count=MOST_RETAINED)
            rows.append(ListRow(None, tuple(wrap(text, width))))
        return rows or [ListRow(None, (t.gettext(_LISTS[self.state][1]),))]

    def keys(self) -> list[tuple[str, str]]:
        t, keys = self.t, [(shown("another", self.t), self.t.gettext("the next list"))]
        if self.marked is not None and self.may_receive:
            keys.append((shown("type", t), t.gettext("hand over, received, moved, disputed")))
            keys.append((shown("print", t), t.gettext("print its labels")))
            if self.marked.due:
                keys.append((shown("set_aside", t), t.gettext("destroy")))
        return [*keys, *super().keys()]

    def action_another(self) -> None:
        names = list(_LISTS)
        self.state = names[(names.index(self.state) + 1) % len(names)]
        self.redraw()

    def action_type(self) -> None:
        if self.marked is not None and self.may_receive:
            retained_acts.ask_what_happened(self, self.marked)

    def action_print(self) -> None:
        if self.marked is not None and self.may_receive:
            print_label(self, self.marked.number)

    def action_set_aside(self) -> None:
        if self.marked is not None and self.may_receive:
            retained_acts.ask_destroyed(self, self.marked, self.listed or ())
