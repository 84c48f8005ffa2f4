"""The acts of the queue that ask something first: a typed weight, a weight set aside, a visit cancelled,
grain that was tipped elsewhere."""

from collections.abc import Callable

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.entry import parse_number
from ui.tui.lines.queue import way
from ui.tui.screens.base import StationScreen

HEAVIEST_KG = 200_000


class QueueActs:
    """Questions and requests, asked on `screen`."""

    def __init__(self, screen: StationScreen) -> None:
        self._screen = screen
        self._station = screen.station
        self._client = screen.station.client
        self._t = screen.t

    def type_weight(self) -> None:
        """A weight read by a person is offered like a measured one."""
        t, client = self._t, self._client

        def check(text: str) -> str | None:
            kg = parse_number(text)
            is_weight = kg is not None and 0 < kg <= HEAVIEST_KG
            return None if is_weight else t.gettext("Type kilograms, up to 200 000.")

        def typed(text: str) -> None:
            kg = parse_number(text)
            if kg is not None:
                told = t.gettext("{kg} typed; confirm it for a visit.").format(kg=t.kg(kg))
                self._station.record(lambda: client.type_weighing(kg), told)

        self._screen.ask(t.gettext("Weight in kg, read from the bridge by you"), "43120", check, typed)

    def dismiss(self, offer: schemas.Weighing) -> None:
        t, client = self._t, self._client
        known = [t.gettext("not a delivery"), t.gettext("weighed twice"), t.gettext("vehicle badly placed")]

        def dismissed(reason: str) -> None:
            told = t.gettext("Weighing dismissed.")
            self._station.record(lambda: client.dismiss_weighing(offer.id, reason), told)

        title = t.gettext("Why is {kg} dismissed?").format(kg=t.kg(offer.kg))
        self._screen.choose_reason(title, known, dismissed)

    def ask_undisturbed(
        self, offer: schemas.Weighing, refused: schemas.Problem, then: Callable[[], None]
    ) -> None:
        """The line failed while this was weighed, or one line alone tells it: the display decides."""
        t = self._t
        kg = t.kg(offer.kg)
        title = t.gettext("The line failed during this weighing. Does the bridge show {kg}?")
        if refused.code == "unprotected_line":
            title = t.gettext("This is one line, unprotected. Does the bridge show {kg}?")
        options = [Option("yes", t.gettext("yes, {kg} stood on the display").format(kg=kg))]
        self._screen.choose(title.format(kg=kg), options, lambda _: then())

    def cancel(self, visit: schemas.VisitRow) -> None:
        """For a visit that was entered in error."""
        t, client = self._t, self._client
        known = [t.gettext("entered twice"), t.gettext("wrong plate"), t.gettext("did not come")]

        def cancelled(reason: str) -> None:
            told = t.gettext("Visit of {plate} cancelled.").format(plate=visit.plate)
            self._station.record(lambda: client.cancel_visit(visit.id, reason), told)

        title = t.gettext("Cancel the visit of {plate}: why?").format(plate=visit.plate)
        self._screen.choose_reason(title, known, cancelled)

    def ask_where(self, then: Callable[[schemas.Tipping], None]) -> None:
        """The pit and cell where a whole load really went, of all that the site has."""
        board, t = self._screen.board, self._t
        options = [
            Option(f"{pit}\n{cell.id}", way(pit, cell.id, board, t))
            for cell in board.cells
            for pit in cell.pits
        ]

        def went(choice: Choice) -> None:
            pit, _, cell = choice.key.partition("\n")
            then(schemas.Tipping(pit=pit, cell=cell, share=1.0))

        self._screen.choose(t.gettext("Where was it tipped?"), options, went)
