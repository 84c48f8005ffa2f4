"""Show the loads that ended today, newest first; Enter opens one."""

from typing import ClassVar

from textual.binding import BindingType

from station.api import schemas
from ui.tui.client import MOST_ENDED
from ui.tui.columns import Column, wrap
from ui.tui.dialogs import Option
from ui.tui.keys import bound, shown
from ui.tui.lines import ended as lines
from ui.tui.screens.lists import ListScreen
from ui.tui.screens.printing import print_of
from ui.tui.screens.tares import keep_last, uses_tares
from ui.tui.widgets.rows import ListRow, Rows


class EndedScreen(ListScreen):
    BINDINGS: ClassVar[list[BindingType]] = bound("print")

    def heading(self) -> str:
        t, loads = self.t, self.board.ended or ()
        parts = [t.gettext("Loads that ended today")]
        for word, outcomes in (
            (t.gettext("ticketed: {count}"), {"ticketed"}),
            (t.gettext("shipments: {count}"), {"received"}),
            (t.gettext("observed: {count}"), {"observed"}),
            (t.gettext("without ticket: {count}"), {"refused", "left", "cancelled"}),
        ):
            count = sum(load.outcome in outcomes for load in loads)
            if count or outcomes.isdisjoint({"received", "observed"}):
                parts.append(word.format(count=count))
        return "\n".join([" · ".join(parts), *lines.photo_texts(self.board, t, self.width)])

    def columns(self) -> list[Column]:
        return lines.columns(self.t)

    def rows(self, width: int) -> list[ListRow]:
        t, loads = self.t, self.board.ended
        if loads is None:
            return [ListRow(None, (t.gettext("reading the list …"),))]
        rows = [
            ListRow(load.id, lines.ended_lines(load, self.board, self.station.zone, t, width))
            for load in loads
        ]
        if len(rows) >= MOST_ENDED:
            text = t.gettext("Only the newest {count} are shown.").format(count=MOST_ENDED)
            rows.append(ListRow(None, tuple(wrap(text, width))))
        return rows or [ListRow(None, (t.gettext("No load has ended today."),))]

    def keys(self) -> list[tuple[str, str]]:
        marked, t = self._marked, self.t
        if marked is None:
            return super().keys()
        own = [(shown("choose", t), t.gettext("see the load"))]
        if marked.ticket is not None:
            own.append((shown("print", t), t.gettext("print its ticket again")))
        return [*own, *super().keys()]

    def action_print(self) -> None:
        """Print the marked load's ticket."""
        if self._marked is not None:
            print_of(self, self._marked.id)

    @property
    def _marked(self) -> schemas.EndedLoad | None:
        marked = self.query_one("#rows", Rows).marked
        return next((load for load in self.board.ended or () if load.id == marked), None)

    def rare_options(self) -> list[Option]:
        """Name the vehicle; the option is about no other."""
        load = self._marked
        if load is None or load.outcome != "ticketed" or not (self.may_receive and uses_tares(self)):
            return []
        text = self.t.gettext("Keep the empty weight of {plate} as its tare").format(plate=load.plate)
        return [Option(f"screen.keep_tare({load.visit_id!r})", text)]

    def action_keep_tare(self, visit_id: str) -> None:
        keep_last(self, visit_id)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        if event.key is not None:
            self.station.open_load(event.key, back="ended")
