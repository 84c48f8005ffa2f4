"""Another instrument is plugged in: three questions, then its own history begins."""

from collections.abc import Callable
from datetime import date, datetime

from station.api import schemas
from ui.tui.screens.base import StationScreen

_DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y")
_LONGEST = 60


class Swap:
    """Asks on `screen` for the instrument that stands at `device`'s port from now on."""

    def __init__(self, screen: StationScreen, device: schemas.Device) -> None:
        self._screen = screen
        self._device = device
        self._t = screen.t

    def ask(self) -> None:
        t = self._t
        title = t.gettext("Instead of {name}: name of the instrument").format(name=self._device.name)
        self._screen.ask(title, self._device.name, self._check_text, self._ask_serial)

    def _ask_serial(self, name: str) -> None:
        title = self._t.gettext("Its serial number, from its plate")
        self._screen.ask(title, "", self._check_text, lambda serial: self._ask_verified(name, serial))

    def _ask_verified(self, name: str, serial: str) -> None:
        title = self._t.gettext("Verified until (empty: not known)")
        hint = self._t.gettext("31/05/2027")
        self._screen.ask(title, hint, self._check_date, lambda text: self._swap(name, serial, text))

    def _swap(self, name: str, serial: str, verified: str) -> None:
        body = schemas.SwapIn(name=name, serial_number=serial, verified_until=parse_date(verified))
        client, port_id = self._screen.station.client, self._device.id
        told = self._t.gettext("{name} (serial no. {number}) measures here from now on.")
        self._screen.station.record(
            lambda: client.swap_instrument(port_id, body), told.format(name=name, number=serial)
        )

    @property
    def _check_text(self) -> Callable[[str], str | None]:
        wrong = self._t.gettext("Type 1 to 60 characters.")
        return lambda text: None if 0 < len(text) <= _LONGEST else wrong

    def _check_date(self, text: str) -> str | None:
        if not text or parse_date(text) is not None:
            return None
        return self._t.gettext("Type a day like 31/05/2027, or nothing.")


def parse_date(text: str) -> date | None:
    """A day as people here write it, or ISO; None where it is none."""
    for form in _DATES:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None
