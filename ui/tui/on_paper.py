"""Ask of a load that was open in a restored backup whether it was closed on paper since."""

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words.numbers import kilograms_in

YES, NO = "yes", "no"


def ask_paper(screen: StationScreen, refused: schemas.Problem) -> None:
    """Ask first; the act that was refused is done again by whoever wants it."""
    t, load_id = screen.t, str(refused.params.get("load_id"))
    options = [
        Option(NO, t.gettext("no, it goes on here")),
        Option(YES, t.gettext("yes: its paper has a number")),
    ]

    def go_on(choice: Choice) -> None:
        if choice.key == YES:
            _ask_number(screen, load_id)
        else:
            text = t.gettext("It goes on here: do again what was to be done.")
            _send(screen, load_id, schemas.PaperIn(closed=False), text)

    screen.choose(refused.title, options, go_on, preselects=False)


def _ask_number(screen: StationScreen, load_id: str) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        return None if text else t.gettext("Type the number that stands on the paper.")

    screen.ask(
        t.gettext("Number of the paper"), "", check, lambda number: _ask_weight(screen, load_id, number)
    )


def _ask_weight(screen: StationScreen, load_id: str, number: str) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        is_weight = not text or kilograms_in(text) is not None
        return None if is_weight else t.gettext("Type whole kilograms, or nothing.")

    def send(text: str) -> None:
        body = schemas.PaperIn(closed=True, paper_number=number, net_kg=kilograms_in(text) if text else None)
        _send(screen, load_id, body, t.gettext("Closed on paper No. {number}.").format(number=number))

    title = t.gettext("Net weight on the paper in kg; nothing where it is not known")
    screen.ask(title, t.gettext("for example 24 860"), check, send)


def _send(screen: StationScreen, load_id: str, body: schemas.PaperIn, notice: str) -> None:
    client = screen.station.client
    screen.station.record(lambda: client.answer_paper(load_id, body), notice)
