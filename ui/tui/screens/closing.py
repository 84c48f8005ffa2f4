"""The closing of a day: what does not agree or is not finished has its reason, and a person signs."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from station.api import schemas
from ui.tui.columns import Column
from ui.tui.dialogs import Choice, Option
from ui.tui.keys import bound, shown
from ui.tui.lines import days as lines
from ui.tui.screens.lists import ListScreen
from ui.tui.screens.signing import ask_reasons
from ui.tui.station import Station
from ui.tui.widgets.rows import ListRow, Rows
from ui.words.i18n import Translator


class ClosingScreen(ListScreen):
    """`_said` holds the reasons that were given and are not signed yet, by finding; `_past` is a closed day
    that is looked at, else the next one to close is."""

    BINDINGS: ClassVar[list[BindingType]] = bound("type", "save", "another")

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self._said: dict[str, str] = {}
        self._past: schemas.DaySheet | None = None

    @property
    def _sheet(self) -> schemas.DaySheet | None:
        return self._past or self.board.closing

    def heading(self) -> str:
        t, sheet = self.t, self._sheet
        if sheet is None:
            return t.gettext("Close the day")
        title, said = t.gettext("Closing of {day}").format(day=t.day(sheet.day)), t.gettext("still open")
        if sheet.closed_at is not None:
            said = t.gettext("signed by {name}, {time}").format(
                name=sheet.closed_by or "?", time=t.moment(sheet.closed_at, self.station.zone)
            )
        return f"{title} · {said}"

    def columns(self) -> list[Column]:
        return []

    def rows(self, width: int) -> list[ListRow]:
        sheet = self._sheet
        if sheet is None:
            return [ListRow(None, (self.t.gettext("reading the list …"),))]
        return lines.sheet_rows(sheet, self._said, self.t, width)

    def keys(self) -> list[tuple[str, str]]:
        t, own = self.t, [("another", self.t.gettext("a closed day"))]
        if self._is_to_sign:
            own.insert(0, ("save", t.gettext("sign and close")))
            if self._finding(self.query_one("#rows", Rows).marked) is not None:
                own.insert(0, ("type", t.gettext("the reason")))
        return [*((shown(action, t), text) for action, text in own), *super().keys()]

    def action_leave(self) -> None:
        """Go back from a closed day to the one that is to be closed, from there to the queue."""
        if self._past is None:
            super().action_leave()
            return
        self._past = None
        self.redraw()

    def action_type(self) -> None:
        """Ask for the reason of the marked finding."""
        finding = self._finding(self.query_one("#rows", Rows).marked)
        if finding is not None and self._is_to_sign:
            ask_reasons(self, [_asked(finding, self.t)], self._said, self.redraw)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self.action_type()

    def action_save(self) -> None:
        """Ask for the reasons that lack, ask once more, and sign."""
        sheet = self.board.closing
        if sheet is None or not self._is_to_sign:
            return
        silent = [_asked(one, self.t) for one in sheet.findings if one.key not in self._said]
        ask_reasons(self, silent, self._said, lambda: self._ask_if_right(sheet))

    def action_another(self) -> None:
        """Ask which closed day is looked at."""
        self.station.read(self.station.client.closings, self._choose_day)

    @property
    def _is_to_sign(self) -> bool:
        return self.may_receive and self._past is None and self.board.closing is not None

    def _finding(self, key: str | None) -> schemas.DayFinding | None:
        findings = self.board.closing.findings if self.board.closing else []
        return next((one for one in findings if lines.FOUND + one.key == key), None)

    def _ask_if_right(self, sheet: schemas.DaySheet) -> None:
        t = self.t
        title = t.gettext(
            "{day}: once it is closed it is never opened again; what comes later stands in the next closing. "
            "Close it?"
        ).format(day=t.day(sheet.day))
        yes = Option("yes", t.gettext("yes, sign and close the day"))
        self.choose(title, [yes], lambda _: self._sign(sheet), preselects=False)

    def _sign(self, sheet: schemas.DaySheet) -> None:
        keys = {one.key for one in sheet.findings}
        said: Mapping[str, str] = {key: why for key, why in self._said.items() if key in keys}
        body = schemas.DayCloseIn(day=sheet.day, said=dict(said))
        self.station.act(lambda: self.station.client.close_day(body), self._show_signed)

    def _show_signed(self, signed: schemas.DaySheet) -> None:
        self._said.clear()
        self._past = signed
        text = self.t.gettext("The day of {day} is closed by {name}. As PDF and CSV: page “Close the day”.")
        self.station.say(text.format(day=self.t.day(signed.day), name=signed.closed_by))

    def _choose_day(self, closed: Sequence[schemas.DayClosed]) -> None:
        t = self.t
        if not closed:
            self.station.say(t.gettext("No day has been closed."))
            return
        options = [Option(one.day.isoformat(), t.day(one.day), one.closed_by or "") for one in closed]

        def show(sheet: schemas.DaySheet) -> None:
            self._past = sheet
            self.redraw()

        def read(choice: Choice) -> None:
            self.station.read(lambda: self.station.client.closing(choice.key), show)

        self.choose(t.gettext("Which closed day?"), options, read)


def _asked(finding: schemas.DayFinding, t: Translator) -> tuple[str, str, Sequence[str]]:
    """Offer what is usual: a vehicle that stays goes on tomorrow, a number may be on a spoilt paper."""
    usual = {
        "visit_open": [t.gettext("goes on tomorrow"), t.gettext("waits for a result")],
        "number_missing": [t.gettext("spoilt paper")],
        "numbers_missing": [t.gettext("spoilt papers"), t.gettext("written by hand while no station ran")],
    }
    return finding.key, finding.message, usual.get(finding.code, [t.gettext("looked at with the manager")])
