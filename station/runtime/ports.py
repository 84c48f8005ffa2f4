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
from station.receival.instruments import plugged
from station.receival.wiring import Wiring, wiring_of
from station.site.derived import protocol_of, rewired
from station.site.file import Instrument, SiteSettings
from station.site.settings import Problem, SettingsError
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

    def sections(self) -> list[Instrument]:
        """Returns the file's sections with the wiring in force. Raises SettingsError for one that cannot
        be."""
        with self._ledger.read() as tx:
            now = plugged(tx)
        problems: list[Problem] = []
        found: list[Instrument] = []
        for index, section in enumerate(self._settings.instruments):
            there = now.get(section.id)
            try:
                found.append(rewired(section, wiring_of(there.assignment)) if there else section)
                protocol_of(found[-1], self._file)
                make_transport(found[-1].port)
            except SettingError as error:
                where = f"instruments[{index}]"
                if there is not None and not there.is_as_declared:
                    where += f" ({there.instrument.name}, swapped in since: swap it again)"
                problems.append(Problem(self._file, where, str(error)))
        if problems:
            raise SettingsError(problems)
        return found

    def drivers(self) -> dict[str, Driver]:
        """Returns one driver per port; nothing is opened yet. Raises SettingsError naming section and key."""
        return {section.id: self._driver(section) for section in self.sections()}

    def driver(self, port_id: str) -> Driver:
        """Returns a new driver for what is plugged in at the port now."""
        with self._ledger.read() as tx:
            there = plugged(tx)[port_id]
        return self._driver(rewired(self._section(port_id), wiring_of(there.assignment)))

    def check(self, port_id: str, wiring: Wiring) -> Wiring:
        """Returns the wiring as it will be kept: a profile from anywhere is copied into the data folder, so
        that it is still there after a restart. Raises NotFound(unknown_port), Invalid(wiring_wrong,
        other_category).
        """
        section = self._section(port_id)
        try:
            asked = rewired(section, wiring)
            category = protocol_of(asked, self._file).category
            make_transport(asked.port)
        except (SettingError, OSError, ValueError) as error:  # a profile's name may be no path at all
            raise Invalid(Fault.WIRING_WRONG, text=str(error)) from error
        if category != protocol_of(section, self._file).category:
            raise Invalid(Fault.OTHER_CATEGORY, driver=wiring.driver, port=port_id)
        return self._with_kept_profile(wiring)

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

    def _with_kept_profile(self, wiring: Wiring) -> Wiring:
        path = Path(str(wiring.settings.get("profile", "")))
        if not (path.is_absolute() and path.is_file()):
            return wiring
        data = path.read_bytes()
        kept = self._ledger.folder / "profiles" / f"{hashlib.sha256(data).hexdigest()[:12]}-{path.name}"
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(data)
        beside = os.path.relpath(kept, self._file.parent)
        return replace(wiring, settings={**wiring.settings, "profile": beside})
