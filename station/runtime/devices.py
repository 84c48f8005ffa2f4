"""The site's devices: made from the site file, shown live."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from drivers.driver import Driver
from drivers.errors import SettingError
from drivers.reading import Flag
from drivers.registry import make_protocol, make_transport
from station.api.context import DeviceLive
from station.runtime.intake import Intake
from station.settings import Instrument, Problem, SettingsError, SiteSettings


def make_drivers(settings: SiteSettings, file: Path, clock: Callable[[], datetime]) -> dict[str, Driver]:
    """One driver per instrument; nothing is opened yet. Raises SettingsError naming section and key."""
    problems: list[Problem] = []
    drivers: dict[str, Driver] = {}
    for index, instrument in enumerate(settings.instruments):
        try:
            drivers[instrument.id] = _make_driver(settings.site.id, instrument, clock)
        except SettingError as error:
            problems.append(Problem(file, f"instruments[{index}]", str(error)))
    if problems:
        raise SettingsError(problems)
    return drivers


def _make_driver(site: str, instrument: Instrument, clock: Callable[[], datetime]) -> Driver:
    words = {key: str(value) for key, value in instrument.settings.items()}
    protocol = make_protocol(instrument.driver, words)
    own = instrument.silent_after_s
    return Driver(
        instrument.id,
        protocol,
        make_transport(instrument.port, name=f"{site}-{instrument.id}"),
        clock=clock,
        silent_after_s=protocol.silent_after_s if own is None else own,
    )


class Devices:
    """What the devices screen shows, asked from any thread."""

    def __init__(self, settings: SiteSettings, drivers: Mapping[str, Driver], intake: Intake) -> None:
        self._instruments = settings.instruments
        self._drivers = drivers
        self._intake = intake

    def live(self) -> list[DeviceLive]:
        return [self._live(instrument) for instrument in self._instruments]

    def _live(self, instrument: Instrument) -> DeviceLive:
        driver = self._drivers[instrument.id]
        health = driver.health()
        weight = self._intake.live_weight(instrument.id)
        error = health.last_error
        return DeviceLive(
            id=instrument.id,
            name=instrument.name,
            kind=instrument.driver,
            category=driver.protocol.category,
            serial_number=instrument.serial_number,
            port=health.address,
            state=health.state,
            since=health.since,
            last_heard=health.last_heard,
            frames=health.frames,
            bad_frames=health.bad_frames,
            weight_kg=weight.weight_kg if weight else None,
            weight_stable=Flag.STABLE in weight.flags if weight else None,
            error=(f"device_{error.code.value}", {"text": error.text, "port": health.address})
            if error and health.state != "live"
            else None,
        )
