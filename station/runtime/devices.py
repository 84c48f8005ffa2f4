"""The site's devices: made from the site file, shown live."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from drivers.driver import Driver
from drivers.errors import SettingError
from drivers.reading import Flag
from drivers.registry import make_transport
from station.api.context import DeviceLive
from station.receival.instruments import Plugged, limits_of, plugged
from station.runtime.intake import Intake
from station.settings import Problem, SettingsError
from station.site import protocol_of
from station.site_file import Instrument, SiteSettings
from station.store.engine import Ledger


def make_drivers(settings: SiteSettings, file: Path, clock: Callable[[], datetime]) -> dict[str, Driver]:
    """One driver per instrument; nothing is opened yet. Raises SettingsError naming section and key."""
    problems: list[Problem] = []
    drivers: dict[str, Driver] = {}
    for index, instrument in enumerate(settings.instruments):
        try:
            drivers[instrument.id] = _make_driver(settings.site.id, instrument, file, clock)
        except SettingError as error:
            problems.append(Problem(file, f"instruments[{index}]", str(error)))
    if problems:
        raise SettingsError(problems)
    return drivers


def _make_driver(site: str, instrument: Instrument, file: Path, clock: Callable[[], datetime]) -> Driver:
    protocol = protocol_of(instrument, file)
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

    def __init__(
        self,
        settings: SiteSettings,
        drivers: Mapping[str, Driver],
        intake: Intake,
        ledger: Ledger,
        clock: Callable[[], datetime],
    ) -> None:
        self._instruments = settings.instruments
        self._drivers = drivers
        self._intake = intake
        self._ledger = ledger
        self._clock = clock
        self._plugged: dict[str, Plugged] = {}
        self._is_stale = threading.Event()
        self._is_stale.set()
        ledger.on_commit(self._is_stale.set)

    def live(self) -> list[DeviceLive]:
        now = self.plugged()
        return [self._live(instrument, now[instrument.id]) for instrument in self._instruments]

    def plugged(self) -> dict[str, Plugged]:
        """Which instrument is where; read again only after a commit."""
        if self._is_stale.is_set():
            self._is_stale.clear()
            with self._ledger.read() as tx:
                self._plugged = plugged(tx)
        return self._plugged

    def new_sample(self, port_id: str) -> None:
        """Its next result counts even if it equals the last one."""
        self._drivers[port_id].new_sample()

    def unverified(self) -> list[str]:
        """The names of the instruments whose verification has expired."""
        return [live.name for live in self.live() if not live.is_verified]

    def _live(self, instrument: Instrument, there: Plugged) -> DeviceLive:
        driver = self._drivers[instrument.id]
        health = driver.health()
        weight = self._intake.live_weight(instrument.id)
        error = health.last_error
        return DeviceLive(
            id=instrument.id,
            name=there.instrument.name,
            kind=instrument.driver,
            category=driver.protocol.category,
            serial_number=there.instrument.serial_number,
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
            asset_tag=there.instrument.asset_tag,
            verified_until=there.instrument.verified_until,
            is_verified=limits_of(there.instrument).is_verified(self._clock().date()),
            plugged_since=there.assignment.from_at,
            repeats=driver.repeats,
        )
