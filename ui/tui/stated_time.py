"""While the station does not trust its clock, a person reads the time on a watch."""

import re
from datetime import date, datetime, time, tzinfo

from station.api import schemas
from ui.tui.dialogs import Option
from ui.tui.screens.base import StationScreen
from ui.words.i18n import Translator

_MOMENT = re.compile(
    r"\s*([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4}|[0-9]{2})[ ,]+([0-9]{1,2})\s*[:hH.]\s*([0-9]{2})\s*"
)
_YEARS = range(2000, 2100)


def moment_in(text: str, zone: tzinfo | None) -> datetime | None:
    """Read day, month, year, hour and minute, as a watch and a calendar say them; None where they are not."""
    typed = _MOMENT.fullmatch(text)
    if not typed:
        return None
    day, month, year, hour, minute = map(int, typed.groups())
    try:
        wall = datetime.combine(date(year if year > 99 else 2000 + year, month, day), time(hour, minute))
    except ValueError:
        return None
    if wall.year not in _YEARS:
        return None
    return wall.replace(tzinfo=zone) if zone else wall.astimezone()


def ask_time(screen: StationScreen) -> None:
    """Ask for date and time; the day of the week, written out, shows a slip."""
    t, health = screen.t, screen.board.health
    if health is None or health.clock.doubt not in ("behind", "beyond"):
        screen.station.say(t.gettext("The station knows the time: there is nothing to state."))
        return

    def check(text: str) -> str | None:
        is_time = moment_in(text, screen.station.zone) is not None
        return None if is_time else t.gettext("Type day, month, year and time: 28/11/2026 14:05.")

    def confirm(text: str) -> None:
        at = moment_in(text, screen.station.zone)
        if at is not None:
            _confirm(screen, at)

    title = t.gettext("What date and time is it, by your watch?")
    screen.ask(title, "28/11/2026 14:05", check, confirm)


def _confirm(screen: StationScreen, at: datetime) -> None:
    shown = _written(at, screen.t, screen.station.zone)
    title = screen.t.gettext("Is it {time} now?").format(time=shown)
    options = [Option("yes", screen.t.gettext("yes, it is {time}").format(time=shown))]
    screen.choose(title, options, lambda _: _send(screen, at), preselects=False)


def _send(screen: StationScreen, at: datetime, *, is_sure: bool = False) -> None:
    """State the time; where it lies far from what is recorded, ask once more."""
    station, t = screen.station, screen.t

    def ask_again(refused: schemas.Problem) -> bool:
        if refused.code != "time_unusual":
            return False
        options = [Option("yes", t.gettext("yes, it is {time}").format(time=_written(at, t, station.zone)))]
        title = f"{refused.detail}. {refused.action}"
        screen.choose(title, options, lambda _: _send(screen, at, is_sure=True), preselects=False)
        return True

    def show(_: object) -> None:
        station.say(t.gettext("The time is noted; tickets say that it is not confirmed."))

    station.act(lambda: station.client.state_time(at, is_sure=is_sure), show, on_refusal=ask_again)


def _written(at: datetime, t: Translator, zone: tzinfo | None) -> str:
    return f"{t.long_day(at, zone)}, {t.time(at, zone)}"
