"""Another instrument is plugged in: a few questions, then its own history begins."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words import vocabulary

_DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class SwapDraft:
    """A draft holds what has been answered so far."""

    name: str = ""
    serial: str = ""
    verified: date | None = None
    driver: str = ""
    address: str = ""
    legal_for: tuple[str, ...] | None = None


class Swap:
    """A swap asks on `screen` for the instrument that stands at `device`'s port from now on: three questions
    for one of the same model on the same line, more for another one."""

    def __init__(self, screen: StationScreen, device: schemas.Device) -> None:
        self._screen = screen
        self._device = device
        self._t = screen.t

    def ask(self) -> None:
        title = self._t.gettext("Instead of {name}: name of the instrument").format(name=self._device.name)
        self._text(title, self._device.name, lambda name: self._ask_serial(SwapDraft(name=name)))

    def _ask_serial(self, draft: SwapDraft) -> None:
        title = self._t.gettext("Its serial number, from its plate")
        self._text(title, "", lambda serial: self._ask_verified(replace(draft, serial=serial)))

    def _ask_verified(self, draft: SwapDraft) -> None:
        title = self._t.gettext("Verified until (empty: not known)")

        self._screen.ask(
            title,
            self._t.gettext("dd/mm/yyyy"),
            self._check_date,
            lambda text: self._ask_wiring(replace(draft, verified=parse_date(text))),
        )

    def _ask_wiring(self, draft: SwapDraft) -> None:
        t, kind = self._t, self._device.kind
        options = [
            Option("same", t.gettext("the same model on the same line ({kind})").format(kind=kind)),
            Option("other", t.gettext("another model, another line or other settings")),
        ]

        def go_on(choice: Choice) -> None:
            if choice.key == "same":
                self._send(draft)
            else:
                self._ask_driver(draft)

        self._screen.choose(t.gettext("How is it read?"), options, go_on)

    def _ask_driver(self, draft: SwapDraft) -> None:
        station = self._screen.station

        def offer(drivers: list[schemas.DriverKind]) -> None:
            fitting = {driver.kind: driver for driver in drivers if _may_be(driver, self._device.category)}
            options = [Option(kind, f"{kind} · {driver.name}") for kind, driver in fitting.items()]
            self._screen.choose(
                self._t.gettext("Which driver reads it?"),
                options,
                lambda choice: self._ask_legal(replace(draft, driver=choice.key), fitting[choice.key]),
            )

        station.read(station.client.drivers, offer)

    def _ask_legal(self, draft: SwapDraft, kind: schemas.DriverKind) -> None:
        """The one before it was the legal instrument: another model is only where a person says so."""
        legal, t = tuple(self._device.legal_for), self._t
        if not legal:
            self._ask_address(draft, kind)
            return
        names = ", ".join(vocabulary.analyte_name(name, t.language) for name in legal)
        title = t.gettext("Is its value the legal one too ({analytes})?").format(analytes=names)
        self._screen.choose(
            title,
            [Option("no", t.gettext("no, or not known")), Option("yes", t.gettext("yes"))],
            lambda choice: self._ask_address(
                replace(draft, legal_for=legal if choice.key == "yes" else ()), kind
            ),
        )

    def _ask_address(self, draft: SwapDraft, kind: schemas.DriverKind) -> None:
        t = self._t
        self._screen.ask(
            t.gettext("Its address (empty: the same line)"), kind.port, lambda _: None,
            lambda text: self._ask_settings(replace(draft, address=text), kind),
        )  # fmt: skip

    def _ask_settings(self, draft: SwapDraft, kind: schemas.DriverKind) -> None:
        t = self._t
        if not kind.settings:
            self._send(draft)
            return
        lines = [t.gettext("Its settings, as key=value (empty: as they come)")]
        for key, setting in kind.settings.items():
            default = f"  ({setting.default})" if setting.default else ""
            lines.append(f"  {key}={'|'.join(setting.allowed) or '…'}{default}")
        self._screen.ask("\n".join(lines), "", self._check_settings, lambda text: self._send(draft, text))

    def _send(self, draft: SwapDraft, settings: str = "") -> None:
        station, port_id = self._screen.station, self._device.id

        async def send() -> schemas.Instrument:
            return await station.client.swap_instrument(port_id, _request(draft, settings))

        text = self._t.gettext("{name} (serial no. {number}) measures here from now on.")
        station.record(send, text.format(name=draft.name, number=draft.serial))

    def _text(self, title: str, hint: str, then: Callable[[str], None]) -> None:
        wrong = self._t.gettext("Type 1 to 60 characters.")
        self._screen.ask(title, hint, lambda text: None if 0 < len(text) <= _LONGEST else wrong, then)

    def _check_date(self, text: str) -> str | None:
        if not text or parse_date(text) is not None:
            return None
        return self._t.gettext("Type a day like 31/05/2027, or nothing.")

    def _check_settings(self, text: str) -> str | None:
        if parse_settings(text) is not None:
            return None
        return self._t.gettext("Type key=value, several apart by blanks, or nothing.")


def ask_verification(screen: StationScreen, device: schemas.Device) -> None:
    """Ask until when the instrument at `device`'s port, which was verified again, may be used."""
    station, t = screen.station, screen.t
    wrong = t.gettext("Type a day like 31/05/2027.")

    def send(text: str) -> None:
        body = schemas.DescribeIn(verified_until=parse_date(text))
        notice = t.gettext("{name}: verified until {date}.").format(name=device.name, date=text)
        station.record(lambda: station.client.describe_instrument(device.id, body), notice)

    title = t.gettext("{name} was verified again: until when?").format(name=device.name)
    screen.ask(title, t.gettext("dd/mm/yyyy"), lambda text: None if parse_date(text) else wrong, send)


def _request(draft: SwapDraft, settings: str) -> schemas.SwapIn:
    """Make the request of a draft; without a driver the instrument is read as the one before it."""
    wiring = None
    if draft.driver:
        read = parse_settings(settings) or {}
        wiring = schemas.WiringIn(driver=draft.driver, address=draft.address or None, settings=read)
    return schemas.SwapIn(
        name=draft.name, serial_number=draft.serial, verified_until=draft.verified, wiring=wiring,
        legal_for=None if draft.legal_for is None else list(draft.legal_for),
    )  # fmt: skip


def _may_be(kind: schemas.DriverKind, category: str) -> bool:
    """Tell whether a driver may read this sort: by its own category, a profile or a driver inside."""
    return kind.category == category or bool({"profile", "driver"} & set(kind.settings))


def parse_settings(text: str) -> dict[str, str | int | float | bool] | None:
    """Read `key=value` apart by blanks, a value with blanks in quotes; None where it is none."""
    try:
        pairs = [part.partition("=") for part in shlex.split(text)]
    except ValueError:
        return None
    return {key: value for key, _, value in pairs} if all(key and sign for key, sign, _ in pairs) else None


def parse_date(text: str) -> date | None:
    """Read a day as people here write it, or ISO; None where it is none."""
    for form in _DATES:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None
