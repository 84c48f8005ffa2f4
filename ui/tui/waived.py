"""Show the values that need not be measured for now: whoever is at the terminal revokes one, a manager gives
one for what open loads lack."""

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words import vocabulary
from ui.words.i18n import Translator

_REVOKE, _GIVE = "revoke", "give"


def show_waived(screen: StationScreen) -> None:
    """Read what holds, and ask what is to be changed."""
    station, t = screen.station, screen.t

    def ask(rows: list[schemas.Waiver]) -> None:
        options = [*_revocable(rows, t), *_givable(screen, rows)]
        if options:
            screen.choose(t.gettext("Values approved as missing"), options, change, preselects=False)
        else:
            station.say(t.gettext("Every value that the rules ask for must be measured now."))

    def change(choice: Choice) -> None:
        kind, *about = choice.key.split("\n")
        if kind == _REVOKE:
            text = t.gettext("It must be measured again.")
            station.record(lambda: station.client.revoke_waiver(about[0]), text)
        else:
            _give(screen, *about)

    station.read(station.client.waivers, ask)


def _revocable(rows: list[schemas.Waiver], t: Translator) -> list[Option]:
    text = t.gettext("revoke: {what}, approved by {name}")
    return [
        Option(
            f"{_REVOKE}\n{row.id}", text.format(what=_what(row.species, row.analyte, t), name=row.approved_by)
        )
        for row in rows
    ]


def _givable(screen: StationScreen, rows: list[schemas.Waiver]) -> list[Option]:
    person, t = screen.station.client.person, screen.t
    if person is None or "manager" not in person.roles:
        return []
    given = {(row.species, row.analyte) for row in rows}
    loads = [load for visit in screen.board.visits for load in visit.loads]
    lacking = dict.fromkeys((load.species, one) for load in loads for one in load.missing)
    text = t.gettext("approve: {what}, until measured again")
    return [
        Option("\n".join((_GIVE, *pair)), text.format(what=_what(*pair, t)))
        for pair in lacking
        if pair not in given
    ]


def _give(screen: StationScreen, species: str, analyte: str) -> None:
    station, t = screen.station, screen.t
    reasons = [t.gettext("analyzer out of order"), t.gettext("analyzer being calibrated")]
    done = t.gettext("Approved: {what}.").format(what=_what(species, analyte, t))

    def send(reason: str) -> None:
        body = schemas.WaiverIn(species=species, analytes=[analyte], reason=reason)
        station.record(lambda: station.client.waive(body), done)

    screen.choose_reason(t.gettext("Why is it not measured?"), reasons, send)


def _what(species: str, analyte: str, t: Translator) -> str:
    text = t.gettext("{species} without {analyte}")
    return text.format(
        species=vocabulary.species_name(species, t.language),
        analyte=vocabulary.analyte_name(analyte, t.language),
    )
