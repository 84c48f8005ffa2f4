"""Show what waits for a person: readings and photos that belong to no sample, each with its reason."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from station.api import schemas
from ui.tui.client import MOST_EXCEPTIONS
from ui.tui.columns import wrap
from ui.tui.dialogs import Option
from ui.tui.lines import lists as lines
from ui.tui.lines.texts import reason_text, value_list
from ui.tui.screens.base import StationScreen
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import ListRow, Rows


class ExceptionsScreen(StationScreen):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f8,x", "set_aside", show=False)]

    def body(self) -> Sequence[Widget]:
        return [Plain(id="heading", classes="heading"), Rows(id="rows")]

    def draw(self) -> None:
        self.query_one("#heading", Plain).show_text(self.t.gettext("Exceptions"))
        self.query_one("#rows", Rows).show(self._rows)

    def keys(self) -> list[tuple[str, str]]:
        t = self.t
        return [
            (t.gettext("Enter"), t.gettext("assign, or scan a barcode")),
            ("F8/X", t.gettext("dismiss")),
            (t.gettext("Esc"), t.gettext("queue")),
        ]

    def _rows(self, width: int) -> list[ListRow]:
        rows = []
        for item in self.board.exceptions:
            title = wrap(lines.exception_title(item, self.board, self.t), width, indent=2)
            why = wrap("  " + reason_text(item.reason, self.t), width, indent=4)
            rows.append(ListRow(item.id, (*title, *why)))
        if len(rows) >= MOST_EXCEPTIONS:
            older = self.t.gettext("Older ones wait too: they show when these are dealt with.")
            rows.insert(0, ListRow(None, tuple(wrap(older, width))))
        return rows or [ListRow(None, (self.t.gettext("Nothing waits for a person."),))]

    @property
    def _item(self) -> schemas.ExceptionItem | None:
        marked = self.query_one("#rows", Rows).marked
        return next((item for item in self.board.exceptions if item.id == marked), None)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        item, t = self._item, self.t
        if item is None:
            return
        entered = [load.barcode for visit in self.board.visits for load in visit.loads if load.barcode]
        barcodes = list(dict.fromkeys([*item.candidates, *entered]))
        options = [Option(code, lines.candidate_label(code, self.board, t)) for code in barcodes]
        self.choose(
            t.gettext("Assign to which sample? Choose, scan or type its barcode"),
            options,
            lambda choice: self._assign(item, choice.key or choice.text),
            free=True,
            takes_scan=True,
        )

    def _assign(self, item: schemas.ExceptionItem, barcode: str, *, is_sure: bool = False) -> None:
        """Assign the item; where the station wants to know that the values are right, ask once more."""
        client, t = self.station.client, self.t

        def ask_again(refused: schemas.Problem) -> bool:
            if refused.code != "measured_with_fault":
                return False
            title = t.gettext("The line failed during this measurement. Does the instrument show this?")
            option = Option("yes", t.gettext("yes: {values}").format(values=value_list(item.values, t)))
            self.choose(title, [option], lambda _: self._assign(item, barcode, is_sure=True))
            return True

        self.station.act(
            lambda: client.assign(item.id, barcode, despite_remarks=is_sure),
            lambda _: self.station.say(t.gettext("Assigned to {barcode}.").format(barcode=barcode)),
            on_refusal=ask_again,
        )

    def take_scan(self, barcode: str) -> bool:
        """Take the scan as the sample of the marked item; it is asked once more."""
        item = self._item
        if item is None:
            return False
        label = lines.candidate_label(barcode, self.board, self.t)
        option = Option(barcode, self.t.gettext("yes, assign to {sample}").format(sample=label))
        title = lines.exception_title(item, self.board, self.t)
        self.choose(title, [option], lambda choice: self._assign(item, barcode))
        return True

    def action_set_aside(self) -> None:
        item, t, client = self._item, self.t, self.station.client
        if item is None:
            return
        reasons = [
            t.gettext("trial measurement"),
            t.gettext("measured twice"),
            t.gettext("wrong calibration"),
        ]

        def dismiss(reason: str) -> None:
            text = t.gettext("Exception dismissed.")
            self.station.record(lambda: client.dismiss_exception(item.id, reason), text)

        self.choose_reason(t.gettext("Why is it dismissed?"), reasons, dismiss)
