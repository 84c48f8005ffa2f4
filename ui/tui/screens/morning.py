"""The list at the start of the day: what is not in order is waved on with a reason, and a person signs."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from station.api import schemas
from ui.tui.columns import Column
from ui.tui.keys import bound, shown
from ui.tui.lines import days as lines
from ui.tui.screens.lists import ListScreen
from ui.tui.screens.signing import ask_reasons
from ui.tui.station import Station
from ui.tui.widgets.rows import ListRow, Rows
from ui.words.days import TOPICS
from ui.words.vocabulary import word


class MorningScreen(ListScreen):
    """`_waved` holds the reasons that were given and are not signed yet, by topic."""

    BINDINGS: ClassVar[list[BindingType]] = bound("type", "save")

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self._waved: dict[str, str] = {}

    def heading(self) -> str:
        t, listed = self.t, self.board.morning
        if listed is None:
            return t.gettext("Start of the day")
        signed = t.gettext("nobody has signed it")
        if listed.signed_at is not None:
            signed = t.gettext("signed by {name}, {time}").format(
                name=listed.signed_by or "?", time=t.time(listed.signed_at, self.station.zone)
            )
        title = t.gettext("Start of the day of {day}").format(day=t.day(listed.day))
        return f"{title} · {signed}"

    def columns(self) -> list[Column]:
        return lines.morning_columns(self.t)

    def rows(self, width: int) -> list[ListRow]:
        listed = self.board.morning
        if listed is None:
            return [ListRow(None, (self.t.gettext("reading the list …"),))]
        return [
            ListRow(one.topic, lines.morning_lines(one, self._reason(listed, one.topic), self.t, width))
            for one in listed.lines
        ]

    def keys(self) -> list[tuple[str, str]]:
        if not self.may_receive or self.board.morning is None:
            return super().keys()
        own = [("save", self.t.gettext("sign the list"))]
        if any(one.topic == self._marked for one in self._wrong()):
            own.append(("type", self.t.gettext("why the day begins all the same")))
        return [*((shown(action, self.t), text) for action, text in own), *super().keys()]

    def action_type(self) -> None:
        """Ask why the day begins though the marked line is not in order."""
        wrong = [one for one in self._wrong() if one.topic == self._marked]
        self._ask(wrong, is_signing=False)

    def action_save(self) -> None:
        """Ask for the reasons that lack, and sign the list as it is now."""
        if self.may_receive and self.board.morning is not None:
            self._ask([one for one in self._wrong() if one.topic not in self._waved], is_signing=True)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self.action_type()

    @property
    def _marked(self) -> str | None:
        return self.query_one("#rows", Rows).marked

    def _wrong(self) -> Sequence[schemas.DayListLine]:
        listed = self.board.morning
        return [one for one in listed.lines if one.state != "ok"] if listed and self.may_receive else []

    def _reason(self, listed: schemas.DayList, topic: str) -> str:
        return self._waved.get(topic) or listed.waved.get(topic, "")

    def _ask(self, wrong: Sequence[schemas.DayListLine], *, is_signing: bool) -> None:
        t = self.t
        usual = [
            t.gettext("it is being repaired"), t.gettext("the person in charge knows"),
            t.gettext("done by hand today"),
        ]  # fmt: skip
        asked = [
            (one.topic, t.named(word(TOPICS, one.topic, t.language), t.listed(one.messages)), usual)
            for one in wrong
        ]
        ask_reasons(self, asked, self._waved, self._sign if is_signing else self.redraw)

    def _sign(self) -> None:
        """Send the reasons of the lines that are not in order now."""
        wrong = {one.topic for one in self._wrong()}
        body = schemas.DayOpenIn(waved={topic: why for topic, why in self._waved.items() if topic in wrong})
        client = self.station.client
        self.station.act(lambda: client.open_day(body), self._show_signed)

    def _show_signed(self, signed: schemas.DayList) -> None:
        self._waved.clear()
        text = self.t.gettext("The start of the day is signed by {name}.")
        self.station.say(text.format(name=signed.signed_by))
