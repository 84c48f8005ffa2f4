"""The visual check of a load: one key when all is well, one key and a figure for what is found."""

from station.api import schemas
from ui.tui.dialogs import Option
from ui.tui.figure_dialogs import FindingDialog
from ui.tui.lines.texts import findings_text
from ui.tui.screens.base import StationScreen
from ui.words import vocabulary


def see_well(screen: StationScreen, load: schemas.LoadRow) -> None:
    """Record that nothing speaks against the load."""
    _send(screen, load, [])


def find(screen: StationScreen, load: schemas.LoadRow) -> None:
    """Ask what was found; it is added to what was found before."""
    t, known = screen.t, screen.board.loads.get(load.id)
    before = known.visual_check.findings if known is not None and known.visual_check is not None else []
    options = [
        Option(name, vocabulary.word(vocabulary.FINDINGS, name, t.language)) for name in vocabulary.FINDINGS
    ]

    def send(finding: str | None) -> None:
        if finding is not None:
            _send(screen, load, list(dict.fromkeys([*before, finding])))

    title = t.gettext("{plate}: what is found?").format(plate=_plate(screen, load))
    screen.app.push_screen(FindingDialog(title, options, t), send)


def _send(screen: StationScreen, load: schemas.LoadRow, findings: list[str]) -> None:
    station, t = screen.station, screen.t

    def show(checked: schemas.Load) -> None:
        if not findings:
            text = t.gettext("{plate}: seen, all is well.").format(plate=checked.plate)
            station.say(text)
            return
        words = findings_text(findings, t)
        text = t.gettext("{plate} is blocked: {findings}.").format(plate=checked.plate, findings=words)
        if checked.decision is not None:
            text += " " + t.gettext("It is decided already: stop the truck, decide again.")
        station.say(text, is_problem=True)

    station.act(lambda: station.client.check_visually(load.id, findings), show)


def _plate(screen: StationScreen, load: schemas.LoadRow) -> str:
    visit = screen.board.visit_of_load(load.id)
    return visit.plate if visit else "?"
