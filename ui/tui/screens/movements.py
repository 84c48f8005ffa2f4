"""Show the newest movements of cells that persons entered; a new one is typed here."""

from typing import ClassVar

from textual.binding import BindingType

from ui.tui.client import MOST_MOVEMENTS
from ui.tui.columns import Column, wrap
from ui.tui.keys import bound, shown
from ui.tui.lines import movements as lines
from ui.tui.screens.lists import ListScreen
from ui.tui.screens.moving import ask_movement
from ui.tui.widgets.rows import ListRow


class MovementsScreen(ListScreen):
    BINDINGS: ClassVar[list[BindingType]] = bound("type")

    def heading(self) -> str:
        return self.t.gettext("Cell movements")

    def columns(self) -> list[Column]:
        return lines.columns(self.t)

    def rows(self, width: int) -> list[ListRow]:
        t, movements = self.t, self.board.movements
        if movements is None:
            return [ListRow(None, (t.gettext("reading the list …"),))]
        rows = [
            ListRow(one.id, lines.movement_lines(one, self.board, self.station.zone, t, width))
            for one in movements
        ]
        if len(rows) >= MOST_MOVEMENTS:
            text = t.gettext("Only the newest {count} are shown.").format(count=MOST_MOVEMENTS)
            rows.append(ListRow(None, tuple(wrap(text, width))))
        return rows or [ListRow(None, (t.gettext("No movement has been entered."),))]

    def keys(self) -> list[tuple[str, str]]:
        if not self.may_receive:
            return super().keys()
        return [(shown("type", self.t), self.t.gettext("enter a movement")), *super().keys()]

    def action_type(self) -> None:
        ask_movement(self)
