"""Ask where a load really went: one pit and cell, or several with their kilograms ("cell 4 is full!")."""

from collections.abc import Callable, Sequence

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.lines.queue import way
from ui.tui.screens.base import StationScreen
from ui.words.numbers import masses_in

Then = Callable[[list[schemas.TippedPart]], None]
_MOST = 8  # parts of one load


def ask_where(screen: StationScreen, then: Then, *, before: Sequence[schemas.TippedPart] = ()) -> None:
    """Ask for pit and cell of a part, then how much went there; the last part is what is left."""
    board, t = screen.board, screen.t
    taken = {(part.pit, part.cell) for part in before}
    ways = [(pit, cell.id) for cell in board.cells for pit in cell.pits if (pit, cell.id) not in taken]
    options = [Option("\n".join(ends), way(*ends, board, t)) for ends in ways]

    def pass_on(choice: Choice) -> None:
        pit, _, cell = choice.key.partition("\n")
        part = schemas.TippedPart(pit=pit, cell=cell)
        if len(before) + 1 >= _MOST or len(ways) < 2:
            then([*before, part])
        else:
            _ask_how_much(screen, then, before, part)

    title = t.gettext("Where was the rest tipped?") if before else t.gettext("Where was it tipped?")
    screen.choose(title, options, pass_on, preselects=False)


def _ask_how_much(
    screen: StationScreen, then: Then, before: Sequence[schemas.TippedPart], part: schemas.TippedPart
) -> None:
    t = screen.t

    def meant(text: str) -> list[float]:
        return [kg for kg in masses_in(text) if kg > 0 and kg.is_integer()]

    def check(text: str) -> str | None:
        is_one = not text.strip() or len(meant(text)) == 1
        return None if is_one else t.gettext("Type whole kilograms with their unit: 12.5 t or 12,500 kg.")

    def take(text: str) -> None:
        if not text.strip():
            then([*before, part])
        else:
            said = part.model_copy(update={"kg": meant(text)[0]})
            ask_where(screen, then, before=[*before, said])

    title = t.gettext("How much of it went there? (empty: all that is left)")
    screen.ask(title, t.gettext("26.4 t or 26,400 kg"), check, take)


def correct_tipping(screen: StationScreen, load: schemas.Load) -> None:
    """Ask where a closed load really went and why, then record it; its ticket is replaced."""
    station, t = screen.station, screen.t

    def ask_why(parts: list[schemas.TippedPart]) -> None:
        title = t.gettext("{plate}: why was it tipped elsewhere?").format(plate=load.plate)
        reasons = [t.gettext("cell full"), t.gettext("wrong pit"), t.gettext("entered wrong")]
        screen.choose_reason(title, reasons, lambda reason: send(parts, reason))

    def send(parts: list[schemas.TippedPart], reason: str) -> None:
        body = schemas.TippedIn(parts=parts, reason=reason)
        station.act(lambda: station.client.correct_tipping(load.id, body), show)

    def show(done: schemas.Load) -> None:
        text = t.gettext("{plate}: recorded as tipped elsewhere.").format(plate=done.plate)
        if done.ticket is not None:
            text += " " + t.gettext("Ticket {number} takes its place.").format(number=done.ticket)
        station.say(text)

    ask_where(screen, ask_why)
