"""A scanned barcode goes to the field that asks for one, to its load, or becomes a new sample."""

import re
from typing import Any

from textual.screen import Screen

from drivers.text import barcode_of
from station.api import schemas
from ui.tui import gate
from ui.tui.client import StationProblem
from ui.tui.courtesy import ask_today
from ui.tui.dialogs import Choice, ChoiceDialog, EntryDialog, Option
from ui.tui.papers import is_paper, take_paper
from ui.tui.screens.base import StationScreen
from ui.tui.station import Station
from ui.words.i18n import Translator

_BARCODE = re.compile(r"[A-Za-z0-9._-]{1,40}")


def route_scan(barcode: str, screen: Screen[Any], station: Station) -> None:
    """Hand the barcode to the open dialog or screen, else look up what it stands for."""
    t, barcode = station.t, barcode_of(barcode)
    if is_paper(barcode) and isinstance(screen, StationScreen):
        take_paper(barcode, screen)
    elif not _BARCODE.fullmatch(barcode):
        text = t.gettext("“{text}” is no barcode: set the scanner to this keyboard's language.")
        station.say(text.format(text=barcode), is_problem=True)
    elif isinstance(screen, EntryDialog | ChoiceDialog):
        if screen.takes_scan:
            screen.take(barcode)
        else:
            text = t.gettext("{barcode} was scanned: finish this first (Esc), then scan again.")
            station.say(text.format(barcode=barcode), is_problem=True)
    elif not isinstance(screen, StationScreen):  # a text to read is closed by whatever is done next
        screen.app.pop_screen()
        route_scan(barcode, screen.app.screen, station)
    elif not screen.take_scan(barcode):
        _open_sample(barcode, screen)


def no_sample(barcode: str, t: Translator) -> str:
    return t.gettext("{barcode} is no barcode of this site's samples: nothing was entered.").format(
        barcode=barcode
    )


def _open_sample(barcode: str, screen: StationScreen) -> None:
    """Open the barcode's load: open ones are known here, older and other samples are asked for."""
    station = screen.station
    load = station.board.load_with_barcode(barcode)
    if load is not None:
        station.open_load(load.id)
        return

    async def look_up() -> schemas.Sample | None:
        try:
            return await station.client.sample(barcode)
        except StationProblem as refused:
            if refused.problem.code == "unknown_sample":
                return None
            raise

    def open_or_offer(sample: schemas.Sample | None) -> None:
        if sample is None:
            gate.identify(screen, barcode, lambda: _offer(barcode, screen))
        elif sample.load_id is not None:
            station.open_load(sample.load_id)
        elif sample.kind == "courtesy" and sample.readings:
            ask_today(screen, sample)
        else:
            text = station.t.gettext("{barcode} is known: a sample without load, {count} readings.")
            station.say(text.format(barcode=barcode, count=len(sample.readings)))

    station.act(look_up, open_or_offer)


def _offer(barcode: str, screen: StationScreen) -> None:
    """Offer to enter an unknown barcode as the selected load's sample or, only when asked for, as a courtesy
    sample; what does not fit the site's pattern is no sample."""
    station, t = screen.station, screen.t
    if not station.board.may_be_sample(barcode):
        station.say(no_sample(barcode, t), is_problem=True)
        return
    options = [Option("courtesy", t.gettext("a courtesy sample, without load"))]
    load = screen.selected_load
    visit = station.board.visit_of_load(load.id) if load else None
    if load is not None and visit is not None and load.barcode is None:
        label = t.gettext("the sample of {plate}, {supplier}")
        options.insert(0, Option(load.id, label.format(plate=visit.plate, supplier=visit.supplier)))

    def enter(choice: Choice) -> None:
        text = t.gettext("Sample {barcode} entered.").format(barcode=barcode)
        if choice.key == "courtesy":
            sample = schemas.SampleIn(barcode=barcode, kind="courtesy")
            station.record(lambda: station.client.enter_sample(sample), text)
        else:
            station.record(lambda: station.client.enter_load_sample(choice.key, barcode), text)

    screen.choose(
        t.gettext("{barcode} is not known. Enter it as").format(barcode=barcode),
        options,
        enter,
        preselects=len(options) > 1,
    )
