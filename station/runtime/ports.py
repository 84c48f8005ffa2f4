"""The site's ports: how each is read now, by the site file and by who swapped an instrument since."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from drivers.driver import Driver
from drivers.errors import SettingError
from drivers.registry import make_transport
from station.acts.refusals import Fault, Invalid, NotFound
from station.receival.instruments import plugged, plugged_at
from station.receival.wiring import Wiring, wiring_of
from station.site.file import Instrument, SiteSettings
from station.site.read import SettingProblem, SettingsError
from station.site.wiring import protocol_of, rewired
from station.store.durable import arriving, make_folder
from station.store.engine import Ledger


class Ports:
    """`file` is the site file, `settings` what it says."""

    def __init__(
        self, settings: SiteSettings, file: Path, ledger: Ledger, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._file = file
        self._ledger = ledger
        self._clock = clock

    def drivers(self) -> dict[str, Driver]:
        """One driver per port; nothing is opened yet. Raises SettingsError with every section that cannot
        be."""
        with self._ledger.read() as tx:
            now = plugged(tx)
        drivers: dict[str, Driver] = {}
        problems: list[SettingProblem] = []
        for index, section in enumerate(self._settings.instruments):
            present = now.get(section.id)
            try:
                wired = rewired(section, wiring_of(present.assignment)) if present else section
                drivers[section.id] = self._driver(wired)
            except SettingError as error:
                where = f"instruments[{index}]"
                if present is not None and not present.is_as_declared:
                    name, by = present.instrument.name, present.assignment.by
                    where += f" ({name}, swapped in by {by}: swap it again)"
                problems.append(SettingProblem(self._file, where, str(error)))
        if problems:
            raise SettingsError(problems)
        return drivers

    def driver(self, port_id: str) -> Driver:
        """A new driver for what is plugged in at the port now."""
        with self._ledger.read() as tx:
            wiring = wiring_of(plugged_at(tx, port_id).assignment)
        return self._driver(rewired(self._section(port_id), wiring))

    def check(self, port_id: str, wiring: Wiring) -> Wiring:
        """The wiring as it will be kept: a profile from anywhere is copied into the data folder, so that it
        is still there after a restart. Raises NotFound(unknown_port), Invalid(wiring_wrong, other_category).
        """
        section = self._section(port_id)
        try:
            wired = rewired(section, wiring)
            category = protocol_of(wired, self._file).category
            make_transport(wired.port)
        except SettingError as error:
            raise Invalid(Fault.WIRING_WRONG, text=str(error)) from error
        if category != protocol_of(section, self._file).category:
            raise Invalid(Fault.OTHER_CATEGORY, driver=wiring.driver, port=port_id)
        return self._keep_profile(wiring)

    def _section(self, port_id: str) -> Instrument:
        for section in self._settings.instruments:
            if section.id == port_id:
                return section
        raise NotFound(Fault.UNKNOWN_PORT, port=port_id)

    def _driver(self, section: Instrument) -> Driver:
        protocol = protocol_of(section, self._file)
        own = section.silent_after_s
        return Driver(
            section.id,
            protocol,
            make_transport(section.port, name=f"{self._settings.site.id}-{section.id}"),
            clock=self._clock,
            silent_after_s=protocol.silent_after_s if own is None else own,
        )

    def _keep_profile(self, wiring: Wiring) -> Wiring:
        path = Path(str(wiring.settings.get("profile", "")))
        if not (path.is_absolute() and path.is_file()):
            return wiring
        data = path.read_bytes()
        kept = self._ledger.folder / "profiles" / f"{hashlib.sha256(data).hexdigest()[:12]}-{path.name}"
        make_folder(kept.parent)
        with arriving(kept) as part:
            part.write_bytes(data)
        beside = os.path.relpath(kept, self._file.parent)
        return replace(wiring, settings={**wiring.settings, "profile": beside})
