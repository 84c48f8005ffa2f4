"""An arrival is sent; what a slip would spoil is asked first."""

from collections.abc import Awaitable, Callable, Sequence

from drivers.text import fold
from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen

Then = Callable[[schemas.Visit], None]


def enter_arrival(screen: StationScreen, arrival: schemas.ArrivalIn, then: Then) -> None:
    """Send the arrival, once every supplier in it is known or said to be new."""
    client = screen.station.client

    def send(comes_again: bool) -> Awaitable[schemas.Visit]:
        return client.enter_arrival(arrival.model_copy(update={"comes_again": comes_again}))

    owners = [owner.supplier for load in arrival.loads for owner in load.owners]
    ask_new_suppliers(screen, (arrival.supplier, *owners), lambda: send_asked(screen, send, then))


def ask_new_suppliers(screen: StationScreen, names: Sequence[str], then: Callable[[], None]) -> None:
    """Go on when all of these suppliers are known, or a person says that they are new."""
    station, t = screen.station, screen.t

    async def find_new() -> list[str]:
        found = []
        for name in dict.fromkeys(names):
            known = await station.client.suppliers(name)
            if not any(fold(supplier.name) == fold(name) for supplier in known):
                found.append(name)
        return found

    def ask_or_go_on(new: list[str]) -> None:
        if not new:
            then()
            return
        title = t.gettext("New supplier: {names}?").format(names=", ".join(new))
        options = [
            Option("new", t.gettext("a new supplier, spelt so")),
            Option("correct", t.gettext("no: correct the name")),
        ]
        screen.choose(title, options, answer, preselects=False)

    def answer(choice: Choice) -> None:
        if choice.key == "new":
            then()

    station.act(find_new, ask_or_go_on)


def send_asked(
    screen: StationScreen,
    send: Callable[[bool], Awaitable[schemas.Visit]],
    then: Then,
    *,
    again: bool = False,
) -> None:
    """Send what names a plate; where that vehicle is on site already, ask and send it once more."""
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
            send_asked(screen, send, then, again=True)
        else:
            station.show("queue")

    station.act(lambda: send(again), then, on_refusal=ask_on_site)
