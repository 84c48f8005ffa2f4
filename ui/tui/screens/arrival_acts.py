"""An arrival is sent; what a slip would spoil is asked first."""

from collections.abc import Callable

from drivers.text import fold
from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen

_Then = Callable[[schemas.Visit], None]


def enter_arrival(screen: StationScreen, arrival: schemas.ArrivalIn, then: _Then) -> None:
    """Send the arrival, once every supplier in it is known or said to be new."""
    station, t = screen.station, screen.t

    async def find_new() -> list[str]:
        owners = [owner.supplier for load in arrival.loads for owner in load.owners]
        found = []
        for name in dict.fromkeys((arrival.supplier, *owners)):
            known = await station.client.suppliers(name)
            if not any(fold(supplier.name) == fold(name) for supplier in known):
                found.append(name)
        return found

    def ask_or_send(new: list[str]) -> None:
        if not new:
            _send(screen, arrival, then)
            return
        title = t.gettext("New supplier: {names}?").format(names=", ".join(new))
        options = [
            Option("new", t.gettext("a new supplier, spelt so")),
            Option("correct", t.gettext("no: correct the name")),
        ]
        screen.choose(title, options, answer, preselects=False)

    def answer(choice: Choice) -> None:
        if choice.key == "new":
            _send(screen, arrival, then)

    station.act(find_new, ask_or_send)


def _send(screen: StationScreen, arrival: schemas.ArrivalIn, then: _Then) -> None:
    station, t = screen.station, screen.t

    def ask_on_site(refused: schemas.Problem) -> bool:
        if refused.code != "vehicle_on_site":
            return False
        options = [
            Option("look", t.gettext("look at its visit")),
            Option("again", t.gettext("it left and came back: enter it once more")),
        ]
        screen.choose(t.gettext("{problem}: once more?").format(problem=refused.title), options, answer)
        return True

    def answer(choice: Choice) -> None:
        if choice.key == "again":
            _send(screen, arrival.model_copy(update={"comes_again": True}), then)
        else:
            station.show("queue")

    station.act(lambda: station.client.enter_arrival(arrival), then, on_refusal=ask_on_site)
