"""An arrival is sent; what a slip would spoil is asked, and sent once more with the answer."""

from collections.abc import Awaitable, Callable, Mapping

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words.i18n import Translator

Then = Callable[[schemas.Visit], None]
Answers = Mapping[str, bool]  # by the request's field, what the person was asked about
Send = Callable[[Answers], Awaitable[schemas.Visit]]


def enter_arrival(screen: StationScreen, arrival: schemas.ArrivalIn, then: Then) -> None:
    client = screen.station.client
    send_asked(screen, lambda answers: client.enter_arrival(arrival.model_copy(update=dict(answers))), then)


def send_asked(screen: StationScreen, send: Send, then: Then, answers: Answers | None = None) -> None:
    """Send what names a plate or a supplier; what the station asks about it is asked, and sent once more."""
    said = answers or {}

    def go_on(answer: str) -> None:
        send_asked(screen, send, then, {**said, answer: True})

    def ask(refused: schemas.Problem) -> bool:
        question = _QUESTIONS.get(refused.code)
        if question is None:
            return False
        question(screen, refused, go_on)
        return True

    screen.station.act(lambda: send(said), then, on_refusal=ask)


def _ask_on_site(screen: StationScreen, refused: schemas.Problem, go_on: Callable[[str], None]) -> None:
    t = screen.t
    options = [
        Option("look", t.gettext("look at its visit")),
        Option("comes_again", t.gettext("it left and came back: enter it once more")),
    ]

    def answer(choice: Choice) -> None:
        if choice.key == "look":
            screen.station.show("queue")
        else:
            go_on(choice.key)

    screen.choose(t.gettext("{problem}: once more?").format(problem=refused.title), options, answer)


def _ask_supplier(screen: StationScreen, refused: schemas.Problem, go_on: Callable[[str], None]) -> None:
    t = screen.t
    options = [
        Option("new_supplier", t.gettext("a new supplier, spelt so")),
        Option("correct", t.gettext("no: correct the name")),
    ]

    def answer(choice: Choice) -> None:
        if choice.key == "new_supplier":
            go_on(choice.key)
        else:
            screen.go_to_names(refused.params["names"])

    screen.choose(_supplier_title(refused, t), options, answer, preselects=False)


def _supplier_title(refused: schemas.Problem, t: Translator) -> str:
    title = t.gettext("New supplier: {names}?").format(names=", ".join(refused.params["names"]))
    near = ", ".join(refused.params["near"])
    known = t.gettext("Known: {names}").format(names=near)
    return f"{title} {known}" if near else title


_QUESTIONS = {"vehicle_on_site": _ask_on_site, "new_supplier": _ask_supplier}
