"""Show the vehicles that come to take grain away; Enter asks for the next step of the marked one."""

from typing import ClassVar

from textual.binding import BindingType

from station.api import schemas
from ui.tui.columns import Column
from ui.tui.keys import bound, shown
from ui.tui.lines import outbound as lines
from ui.tui.screens import outbound_acts as acts
from ui.tui.screens.lists import ListScreen
from ui.tui.screens.printing import choose_delivery
from ui.tui.widgets.rows import ListRow, Rows


class OutboundScreen(ListScreen):
    BINDINGS: ClassVar[list[BindingType]] = bound("add", "set_aside", "keep", "print")

    @property
    def marked(self) -> schemas.OutboundVisit | None:
        key = self.query_one("#rows", Rows).marked
        return next((row for row in self.board.outbound if row.id == key), None)

    def heading(self) -> str:
        return self.t.gettext("Outbound visits")

    def columns(self) -> list[Column]:
        return lines.columns(self.t)

    def rows(self, width: int) -> list[ListRow]:
        rows = [
            ListRow(row.id, lines.outbound_lines(row, self.board, self.t, width))
            for row in self.board.outbound
        ]
        return rows or [ListRow(None, (self.t.gettext("No vehicle is here to take grain."),))]

    def keys(self) -> list[tuple[str, str]]:
        t, keys = self.t, list[tuple[str, str]]()
        if self.may_receive:
            keys.append((shown("add", t), t.gettext("a vehicle is here")))
            if self.marked is not None:
                keys.insert(0, (shown("choose", t), acts.step_text(self.marked, t)))
                keys.append((shown("keep", t), t.gettext("seal a sample")))
                keys.append((shown("set_aside", t), t.gettext("refuse, gone, cancel")))
            keys.append((shown("print", t), t.gettext("print a delivery note")))
        return [*keys, *super().keys()]

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        if self.marked is not None and self.may_receive:
            acts.ask_next(self, self.marked)

    def action_add(self) -> None:
        if self.may_receive:
            acts.ask_arrival(self)

    def action_keep(self) -> None:
        if self.marked is not None and self.may_receive:
            acts.ask_sample(self, self.marked)

    def action_print(self) -> None:
        if self.may_receive:
            choose_delivery(self)

    def action_set_aside(self) -> None:
        if self.marked is not None and self.may_receive:
            acts.ask_end(self, self.marked)
