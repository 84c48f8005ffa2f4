"""Hand a shift over: who leaves and who comes look at what goes on, and who comes signs in by the PIN."""

from collections.abc import Sequence

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.figure_dialogs import PinDialog
from ui.tui.screens.base import StationScreen
from ui.words.i18n import LANGUAGES

_LONGEST = 400


def hand_over(screen: StationScreen) -> None:
    """Ask the station what goes on and who may come."""
    station = screen.station

    def show(carried: schemas.CarriedOver) -> None:
        station.read(station.client.people, lambda people: _ask_who(screen, carried, people))

    station.read(station.client.carried_over, show)


def _ask_who(screen: StationScreen, carried: schemas.CarriedOver, people: Sequence[schemas.Person]) -> None:
    """Show what both have seen by choosing who comes."""
    t, leaves = screen.t, screen.station.client.person
    options = [Option(one.name, one.name) for one in people if leaves is None or one.name != leaves.name]
    if not options:
        screen.station.say(t.gettext("Nobody else may sign in here."), is_problem=True)
        return
    title = "\n".join([*_seen(screen, carried), t.gettext("Both have seen it. Who comes?")])
    screen.choose(title, options, lambda choice: _ask_note(screen, carried, choice), preselects=False)


def _seen(screen: StationScreen, carried: schemas.CarriedOver) -> list[str]:
    t = screen.t
    plates = {visit.id: visit.plate for visit in screen.board.visits}
    count = len(carried.visits)
    visits = t.ngettext("{count} open visit", "{count} open visits", count).format(count=count)
    named = ", ".join(plates.get(visit, "?") for visit in carried.visits)
    waits = t.gettext("{exceptions} exceptions, {holds} holds").format(
        exceptions=carried.exceptions, holds=len(carried.holds)
    )
    return [t.named(visits, named) if named else visits, waits]


def _ask_note(screen: StationScreen, carried: schemas.CarriedOver, comes: Choice) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        return None if len(text) <= _LONGEST else t.gettext("This is too long.")

    title = t.gettext("What must {name} know? (empty: nothing more)").format(name=comes.key)
    screen.ask(title, "", check, lambda note: _ask_pin(screen, carried, comes.key, note, ""))


def _ask_pin(screen: StationScreen, carried: schemas.CarriedOver, name: str, note: str, wrong: str) -> None:
    """Ask for the PIN of who comes, again after a wrong one."""
    station, t = screen.station, screen.t

    def send(pin: str | None) -> None:
        if pin is not None:
            body = schemas.ShiftIn(comes=name, pin=pin, visits=carried.visits, note=note)
            station.act(lambda: station.client.hand_over_shift(body), go_on, on_refusal=again)

    def go_on(signed: schemas.SignedIn) -> None:
        if signed.person.language in LANGUAGES:
            station.set_language(signed.person.language)
        station.say(screen.t.gettext("The shift is handed over. Good day, {name}.").format(name=name))
        station.show("queue")

    def again(refused: schemas.Problem) -> bool:
        if refused.code == "wrong_pin":
            _ask_pin(screen, carried, name, note, refused.title)
        return refused.code == "wrong_pin"

    title = t.gettext("{name}: PIN").format(name=name)
    screen.app.push_screen(PinDialog(title, wrong, t), send)
