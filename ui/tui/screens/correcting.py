"""A person corrects what was entered wrong at an arrival, one thing at a time."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import ValidationError

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.entry import find_word
from ui.tui.screens.arrival_acts import Answers, send_asked
from ui.tui.screens.base import StationScreen
from ui.words import vocabulary


def correct_arrival(screen: StationScreen, load: schemas.Load) -> None:
    """Ask what is wrong, then for what is right."""
    t, language = screen.t, screen.t.language
    claims = ", ".join(vocabulary.word(vocabulary.CLAIMS, claim, language) for claim in load.claims)
    species = vocabulary.species_name(load.species, language)
    regime = vocabulary.word(vocabulary.REGIMES, load.regime, language)
    asks: Mapping[str, tuple[str, str, Callable[[StationScreen, schemas.Load], None]]] = {
        "plate": (t.gettext("Plate"), load.plate, _ask_plate),
        "trailer": (t.gettext("Trailer"), load.trailer, _ask_trailer),
        "supplier": (t.gettext("Supplier"), load.supplier, _ask_supplier),
        "species": (t.gettext("Species"), species, ask_species),
        "claims": (t.gettext("Claims"), claims, _ask_claims),
        "regime": (t.gettext("Whose grain it is"), regime, _ask_regime),
    }
    options = [Option(key, f"{name} · {value}" if value else name) for key, (name, value, _) in asks.items()]
    screen.choose(
        t.gettext("What was entered wrong?"), options, lambda choice: asks[choice.key][2](screen, load)
    )


def _ask_plate(screen: StationScreen, load: schemas.Load) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        try:
            schemas.ArrivalCorrectionIn(plate=text)
        except ValidationError:
            return t.gettext("Type the plate.")
        return None

    screen.ask(t.gettext("Plate"), load.plate, check, lambda text: _send(screen, load, {"plate": text}))


def _ask_trailer(screen: StationScreen, load: schemas.Load) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        try:
            schemas.ArrivalCorrectionIn(trailer=text)
        except ValidationError:
            return t.gettext("Type the plate.")
        return None

    hint = t.gettext("its plate; empty: without a trailer")
    screen.ask(t.gettext("Trailer"), hint, check, lambda text: _send(screen, load, {"trailer": text}))


def _ask_supplier(screen: StationScreen, load: schemas.Load) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        return None if text.strip() else t.gettext("Type the supplier.")

    screen.ask(
        t.gettext("Supplier"), load.supplier, check, lambda text: _send(screen, load, {"supplier": text})
    )


def ask_species(screen: StationScreen, load: schemas.Load) -> None:
    site = screen.board.site
    options = [
        Option(key, vocabulary.species_name(key, screen.t.language)) for key in (site.species if site else [])
    ]

    def take(choice: Choice) -> None:
        _send_load(screen, load, species=choice.key)

    screen.choose(screen.t.gettext("Species"), options, take, preselects=False)


def _ask_claims(screen: StationScreen, load: schemas.Load) -> None:
    """Ask for all claims that hold; nothing typed means none."""
    t, site = screen.t, screen.board.site

    def read(text: str) -> list[str | None]:
        parts = [part for part in text.split(",") if part.strip()]
        return [find_word(part, site.claims if site else [], vocabulary.CLAIMS, t.language) for part in parts]

    def check(text: str) -> str | None:
        return t.gettext("Choose claims of this site, parted by commas.") if None in read(text) else None

    def take(text: str) -> None:
        _send_load(screen, load, claims=read(text))

    hint = t.gettext("all that hold, parted by commas; empty: none")
    screen.ask(t.gettext("Claims"), hint, check, take)


def _ask_regime(screen: StationScreen, load: schemas.Load) -> None:
    t = screen.t
    options = [
        Option(key, vocabulary.word(vocabulary.REGIMES, key, t.language)) for key in vocabulary.REGIMES
    ]

    def take(choice: Choice) -> None:
        _send_load(screen, load, regime=choice.key)

    screen.choose(t.gettext("Whose grain it is"), options, take, preselects=False)


def _send_load(screen: StationScreen, load: schemas.Load, **right: Any) -> None:
    _send(screen, load, {"loads": [{"load_id": load.id, **right}]})


def _send(screen: StationScreen, load: schemas.Load, right: Mapping[str, Any]) -> None:
    station, t = screen.station, screen.t

    def send(answers: Answers) -> Awaitable[schemas.Visit]:
        body = schemas.ArrivalCorrectionIn.model_validate({**right, **answers})
        return station.client.correct_arrival(load.visit_id, body)

    def show(visit: schemas.Visit) -> None:
        text = t.gettext("{plate}: corrected.").format(plate=visit.plate)
        if load.decision is not None and not any(
            one.state == "decided" for one in visit.loads if one.id == load.id
        ):
            text = t.gettext("{plate}: corrected. The decision no longer holds: decide again before it tips.")
            text = text.format(plate=visit.plate)
        station.say(text)

    send_asked(screen, send, show, str(right.get("supplier", "")))
