"""Ask at the truck what a load's photo asks: is this the grain that was declared?"""

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.tui.screens.correcting import ask_species

_CODES = frozenset({"photo_other_species", "photo_foreign"})


def open_question(load: schemas.Load) -> schemas.Reason | None:
    """Return what a person must answer before this load may be decided."""
    reasons = load.proposal.reasons if load.proposal is not None else []
    return next((reason for reason in reasons if reason.code in _CODES), None)


def ask_about_photo(screen: StationScreen, load: schemas.Load, code: str, text: str) -> None:
    """Ask whether the grain is as declared, which needs a reason, or of another species."""
    t = screen.t

    def take(choice: Choice) -> None:
        if choice.key == "species":
            ask_species(screen, load)
        else:
            _ask_why(screen, load, code)

    options = [
        Option("as_declared", t.gettext("it is as declared")),
        Option("species", t.gettext("it is another species: correct it")),
    ]
    screen.choose(f"{load.plate}: {text}", options, take, preselects=False)


def _ask_why(screen: StationScreen, load: schemas.Load, code: str) -> None:
    t, station = screen.t, screen.station
    reasons = [t.gettext("looked at by hand"), t.gettext("the photo is bad"), t.gettext("unusual colour")]
    notice = t.gettext("{plate}: the grain is as declared.").format(plate=load.plate)

    def send(why: str) -> None:
        station.act(lambda: station.client.answer_question(load.id, code, why), lambda _: station.say(notice))

    screen.choose_reason(t.gettext("Why is it as declared all the same?"), reasons, send)
