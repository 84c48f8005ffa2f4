"""Bring it today? A courtesy sample that was measured is scanned, and the farmer gets an answer."""

from station.api import schemas
from ui.tui.dialogs import Option, TextDialog
from ui.tui.screens.base import StationScreen
from ui.words.numbers import numbers_in
from ui.words.vocabulary import species_name

MOST_T = 100


def ask_today(screen: StationScreen, sample: schemas.Sample) -> None:
    """Ask which species where nobody said it, and how much may come; then show the answer."""
    if sample.species is not None:
        _ask_tonnes(screen, sample.barcode, sample.species)
        return
    site, t = screen.board.site, screen.t
    options = [Option(one, species_name(one, t.language)) for one in (site.species if site else [])]
    title = t.gettext("{barcode}: which species?").format(barcode=sample.barcode)
    screen.choose(title, options, lambda choice: _ask_tonnes(screen, sample.barcode, choice.key))


def _ask_tonnes(screen: StationScreen, barcode: str, species: str) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        numbers = numbers_in(text)
        is_load = len(numbers) == 1 and 0 < numbers[0] <= MOST_T
        return None if is_load else t.gettext("Type tonnes, up to {most}.").format(most=MOST_T)

    def send(text: str) -> None:
        body = schemas.CourtesyIn(barcode=barcode, load_t=numbers_in(text)[0], species=species)
        screen.station.act(lambda: screen.station.client.ask_courtesy(body), lambda said: _show(screen, said))

    title = t.gettext("{barcode}: bring it today? How many tonnes would come?").format(barcode=barcode)
    screen.ask(title, "24", check, send)


def _show(screen: StationScreen, said: schemas.CourtesyAnswer) -> None:
    title = screen.t.gettext("Courtesy sample {barcode}").format(barcode=said.barcode)
    screen.app.push_screen(TextDialog(title, "\n".join(said.text), screen.t))
