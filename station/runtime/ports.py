"""The site's ports: how each is read now, by the site file and by who swapped an instrument since."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from drivers.driver import Driver
from drivers.errors import SettingError
from drivers.gateway.tasmota import Tasmota
from drivers.kind import Kind
from drivers.registry import make_transport
from station.acts.refusals import Fault, Invalid, NotFound
from station.receival.measuring.instruments import plugged, plugged_at
from station.receival.measuring.wiring import NewProfile, Rewiring, Wiring, wiring_of
from station.setting_problems import SettingProblem, SettingsError
from station.site.credentials import Credentials, credentials_of
from station.site.file import Instrument, SiteSettings
from station.site.named import require_named
from station.site.places import KEPT_PROFILES, home_of, wiring_problem
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
        self._home = replace(home_of(settings, file), data=ledger.folder)
        self._credentials: Credentials | None = None

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

    def check(self, port_id: str, usual: Wiring, said: Rewiring, *, is_installer: bool) -> Wiring:
        """The wiring as it will be kept: a profile that came with its text lies in the data folder then.

        Raises NotFound(unknown_port), NotAllowed(not_in_site_file), Invalid(wiring_wrong, other_category)."""
        section = self._section(port_id)
        require_named(self._settings, self._file, usual, said, is_installer=is_installer)
        kept = self._keep(said.profile) if said.profile else None
        wiring = _with_profile(usual.changed(said), kept)
        try:
            protocol = self._protocol(rewired(section, wiring))
            make_transport(wiring.address, protocol)
            if protocol.category != protocol_of(section, self._file).category:
                raise Invalid(Fault.OTHER_CATEGORY, driver=wiring.driver, port=port_id)
        except SettingError as error:
            raise Invalid(Fault.WIRING_WRONG, text=str(error)) from error
        return wiring

    def credentials(self) -> Credentials:
        """The brokers' passwords, read once. Raises SettingsError."""
        if self._credentials is None:
            self._credentials = credentials_of(self._settings, self._file)
        return self._credentials

    def _section(self, port_id: str) -> Instrument:
        for section in self._settings.instruments:
            if section.id == port_id:
                return section
        raise NotFound(Fault.UNKNOWN_PORT, port=port_id)

    def _driver(self, section: Instrument) -> Driver:
        protocol = self._protocol(section)
        own = section.silent_after_s
        address = self.credentials().complete(section.port)
        return Driver(
            section.id,
            protocol,
            make_transport(address, protocol, name=f"{self._settings.site.id}-{section.id}"),
            clock=self._clock,
            silent_after_s=protocol.silent_after_s if own is None else own,
        )

    def _protocol(self, section: Instrument) -> Kind:
        """Raises SettingError, also where an address or a profile leads to the station's own files."""
        if problem := wiring_problem(self._home, section.port, section.settings):
            raise SettingError(problem)
        return protocol_of(section, self._file)

    def _keep(self, profile: NewProfile) -> str:
        """The profile's file, relative to the site file's folder: it is still there after a restart."""
        data = profile.text.encode()
        kept = self._home.data / KEPT_PROFILES / f"{hashlib.sha256(data).hexdigest()[:12]}-{profile.name}"
        make_folder(kept.parent)
        with arriving(kept) as part:
            part.write_bytes(data)
        return os.path.relpath(kept, self._file.parent)


def _with_profile(wiring: Wiring, kept: str | None) -> Wiring:
    if kept is None:
        return wiring
    key = "profile" if wiring.driver != Tasmota.kind else "inner.profile"
    return replace(wiring, settings={**wiring.settings, key: kept})
