"""Enter a load that was received on the paper pad, while no station ran: number, weights, times and cell."""

import re
from collections.abc import Callable
from datetime import tzinfo

from pydantic import ValidationError

from station.api import schemas
from ui.tui.asked_again import ask_again
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.tui.screens.tipping import ask_where
from ui.tui.stated_time import moment_in
from ui.tui.typed_values import ask_values
from ui.words.numbers import kilograms_in

_APART = "apart"
_DATE, _TIME = r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]+", r"[0-9]{1,2}\s*[:hH]\s*[0-9]{2}"
_WEIGHT_AND_TIME = re.compile(rf"(.+?)\s+({_DATE}\s+{_TIME})")


def weight_in(text: str, zone: tzinfo | None) -> schemas.ReadWeightIn | None:
    """Read kilograms and the time at which they were read: "43 120 13/07/2026 14:05"."""
    typed = _WEIGHT_AND_TIME.fullmatch(text.strip())
    kg = kilograms_in(typed[1]) if typed else None
    at = moment_in(typed[2], zone) if typed else None
    if kg is None or at is None:
        return None
    try:
        return schemas.ReadWeightIn(kg=kg, at=at)
    except ValidationError:
        return None


def ask_pad(screen: StationScreen, load: schemas.Load) -> None:
    """Ask what the pad says, in its order; the full weight only where the vehicle was not weighed here."""
    t = screen.t

    def check(text: str) -> str | None:
        return None if text else t.gettext("Type the number that stands on the paper.")

    def go_on(number: str) -> None:
        if load.gross_kg is None:
            title = t.gettext("Full weight in kg, with date and time")
            _ask_weight(screen, title, lambda gross: ask_empty(number, gross))
        elif load.position > 1:
            ask_apart(number, load.gross_kg)
        else:
            ask_empty(number, None)

    def ask_apart(number: str, before_kg: float) -> None:
        options = [
            Option("whole", t.gettext("no: {kg} stood on the bridge before").format(kg=t.kg(before_kg))),
            Option(_APART, t.gettext("yes: its part was uncoupled")),
        ]

        def take(choice: Choice) -> None:
            if choice.key == _APART:
                title = t.gettext("Full weight in kg, with date and time")
                _ask_weight(screen, title, lambda gross: ask_empty(number, gross, apart=True))
            else:
                ask_empty(number, None)

        screen.choose(t.gettext("Was this load weighed apart?"), options, take, preselects=False)

    def ask_empty(number: str, gross: schemas.ReadWeightIn | None, *, apart: bool = False) -> None:
        def ask_cell(tare: schemas.ReadWeightIn) -> None:
            pad = schemas.PadIn(paper_number=number, gross=gross, tare=tare, apart=apart)
            _ask_cell(screen, load, pad)

        _ask_weight(screen, t.gettext("Empty weight in kg, with date and time"), ask_cell)

    screen.ask(t.gettext("Number of the paper"), "", check, go_on)


def _ask_weight(screen: StationScreen, title: str, then: Callable[[schemas.ReadWeightIn], None]) -> None:
    t, zone = screen.t, screen.station.zone

    def check(text: str) -> str | None:
        text_of_it = t.gettext("Type kilograms, date and time: 43120 13/07/2026 14:05.")
        return None if weight_in(text, zone) else text_of_it

    def take(text: str) -> None:
        if (read := weight_in(text, zone)) is not None:
            then(read)

    screen.ask(title, "43120 13/07/2026 14:05", check, take)


def _ask_cell(screen: StationScreen, load: schemas.Load, pad: schemas.PadIn) -> None:
    def take(parts: list[schemas.TippedPart]) -> None:
        _ask_sample(screen, load, pad.model_copy(update={"tipped": parts}))

    ask_where(screen, take)


def _ask_sample(screen: StationScreen, load: schemas.Load, pad: schemas.PadIn) -> None:
    """Ask for the values of the load's sample, whose barcode is asked for first where nobody entered it."""
    t = screen.t

    def ask(barcode: str | None) -> None:
        def take(values: dict[str, schemas.TypedValueIn]) -> None:
            said = {"barcode": barcode if values else None, "values": values}
            _send(screen, load, pad.model_copy(update=said))

        ask_values(screen, take)

    def go_on(text: str) -> None:
        if text:
            ask(text)
        else:
            _send(screen, load, pad)

    if load.barcode is not None:
        ask(None)
        return
    title = t.gettext("Barcode of the sample that was kept (empty: none, no values)")
    screen.ask(title, "", lambda _: None, go_on, takes_scan=True)


def _send(screen: StationScreen, load: schemas.Load, pad: schemas.PadIn) -> None:
    station, t = screen.station, screen.t

    def show(done: schemas.Load) -> None:
        text = t.gettext("Ticket {number} of the paper {paper}.")
        station.say(text.format(number=done.ticket, paper=pad.paper_number))

    def send_sure() -> None:
        _send(screen, load, pad.model_copy(update={"despite_remarks": True}))

    station.act(
        lambda: station.client.close_from_pad(load.id, pad), show, on_refusal=ask_again(screen, send_sure)
    )
