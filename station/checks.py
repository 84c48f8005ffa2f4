"""`silo check`: looks at everything a station needs before the first truck, and says what to do."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from drivers.errors import SettingError
from drivers.kind import Chooser, Kind
from drivers.registry import make_transport
from drivers.transport import LineDown
from station.commissioning.recording import FOLDER, replay_recordings
from station.grain.rules import RulePack, RulePackError, parse_rule_pack
from station.receival.instruments import Plugged, plugged
from station.receival.wiring import wiring_of
from station.runtime.bundles import shipped_bundles
from station.site.file import Instrument, SiteSettings
from station.site.read import SettingsError, load_settings, rule_pack_texts, trusted_keys
from station.site.wiring import protocol_of, rewired
from station.store import audit
from station.store.engine import Ledger
from station.store.errors import LedgerError, LedgerHeld
from station.vision.bundle import BundleError, read_bundle
from ui.words import problems

WARN_FREE_MB = 2_000
CONNECT_S = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was looked at; `text` says what is, and what to do where it is not good, or good with a
    `warning`."""

    what: str
    good: bool
    text: str
    warning: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {"what": self.what, "good": self.good, "warning": self.warning, "text": self.text}


def check_site(file: Path) -> list[Finding]:
    """Look at the site file and all that it names; return every finding, the good ones too. Each port is
    opened for a moment: not while the station runs."""
    try:
        settings = load_settings(file)
    except SettingsError as error:
        return [Finding("site file", False, str(problem)) for problem in error.problems]
    return [
        Finding("site file", True, str(file)),
        *_check_rules(settings, file),
        *_check_folder(file.parent / settings.site.data),
        *_check_bundles(settings, file),
        *_check_ports(settings, file),
        *_check_recordings(file.parent / FOLDER),
    ]


def _check_recordings(folder: Path) -> Iterator[Finding]:
    """Every driver still reads what was recorded when its device was commissioned."""
    for name, problem in replay_recordings(folder).items():
        yield Finding(f"recording {name}", problem is None, problem or "reads as it did on site")


def _check_rules(settings: SiteSettings, file: Path) -> Iterator[Finding]:
    packs: list[RulePack] = []
    try:
        for text in rule_pack_texts(settings, file):
            packs.append(parse_rule_pack(text))
            yield Finding(
                "rule pack", True, f"{packs[-1].name} {packs[-1].version}, from {packs[-1].valid_from}"
            )
    except (SettingsError, RulePackError) as error:
        yield Finding("rule pack", False, str(error))
    grades = {grade.id for pack in packs for grade in pack.grades}
    for index, cell in enumerate(settings.cells):
        if cell.grade is not None and cell.grade not in grades:
            yield Finding(
                "cells", False, f"{file}: cells[{index}].grade: no rule pack has the grade {cell.grade!r}"
            )


def _check_folder(folder: Path) -> Iterator[Finding]:
    try:
        with closing(Ledger(folder)) as ledger:
            ledger.quick_check()
            with ledger.read() as tx:
                broken = audit.first_broken(tx)
        yield Finding("database", True, f"{folder} is whole")
        chain = "is whole" if broken is None else f"is broken at event {broken}: restore a backup"
        yield Finding("audit chain", broken is None, chain)
    except LedgerHeld as error:
        yield Finding("database", True, f"in use by the running station (process {error.params['process']})")
    except LedgerError as error:
        yield Finding("database", False, ". ".join(problems.problem(error.code, error.params, "en")))
        return
    except OSError as error:
        yield Finding("database", False, str(error))
        return
    free = shutil.disk_usage(folder).free // 1_000_000
    text = f"{free} MB free" if free >= WARN_FREE_MB else f"{free} MB free: under {WARN_FREE_MB}, make room"
    yield Finding("disk", free >= WARN_FREE_MB, text)


def _check_bundles(settings: SiteSettings, file: Path) -> Iterator[Finding]:
    if not settings.vision.enabled:
        yield Finding("model", True, "vision is off: no photo is judged")
        return
    try:
        names = ", ".join(key.name for key in trusted_keys(settings, file))
        yield Finding("trusted keys", True, names or "none: no model can be installed")
    except SettingsError as error:
        yield Finding("trusted keys", False, str(error))
    for path in shipped_bundles(settings.site.species):
        try:
            bundle = read_bundle(path)
            yield Finding("model", True, f"{bundle.name} {bundle.version}, as shipped")
        except BundleError as error:
            yield Finding("model", False, str(error))


def _check_ports(settings: SiteSettings, file: Path) -> Iterator[Finding]:
    """Each port as it is read now: where an instrument was swapped, not as the site file says."""
    swapped = _swapped(file.parent / settings.site.data)
    for index, section in enumerate(settings.instruments):
        where = f"instruments[{index}] {section.id}"
        present = swapped.get(section.id)
        if present is None:
            yield from _check_instrument(where, section, file)
            continue
        wiring, row = wiring_of(present.assignment), present.instrument
        text = (
            f"{row.name} (serial no. {row.serial_number}) is plugged in, "
            f"read by {wiring.driver} at {wiring.address}"
        )
        yield Finding(where, True, f"not as the site file says: {text}")
        try:
            yield from _check_instrument(where, rewired(section, wiring), file)
        except SettingError as error:
            yield Finding(where, False, str(error))


def _swapped(folder: Path) -> dict[str, Plugged]:
    """What is plugged in and is not what the site file says; a running station alone knows it."""
    try:
        with closing(Ledger(folder)) as ledger, ledger.read() as tx:
            return {port: row for port, row in plugged(tx).items() if not row.is_as_declared}
    except (LedgerError, OSError):
        return {}  # told by the finding about the database


def _check_instrument(where: str, section: Instrument, file: Path) -> Iterator[Finding]:
    port = section.port
    try:
        protocol = protocol_of(section, file)
        transport = make_transport(port, name="check")
    except SettingError as error:
        yield Finding(where, False, str(error))
        return
    yield from _check_sizes(where, protocol)
    parts = urlsplit(port)
    try:
        if parts.scheme == "mqtt":  # a client of its own must not take the station's place at the broker
            socket.create_connection((parts.hostname or "", parts.port or 1883), CONNECT_S).close()
        else:
            transport.open()
            transport.close()
        yield Finding(where, True, f"{port} can be opened")
    except (LineDown, OSError) as error:
        yield Finding(where, False, f"{port}: {error}")


def _check_sizes(where: str, protocol: Kind) -> Iterator[Finding]:
    """A setting that decides how large a number is has no default."""
    unset = protocol.chosen.unset if isinstance(protocol, Chooser) else {}
    if not unset:
        return
    names = ", ".join(f"{key} ({' | '.join(setting.allowed)})" for key, setting in unset.items())
    text = (
        f"not set: {names}. No weight or value where a message leaves one of them open: compare a loaded "
        "reading with the display, and set it"
    )
    yield Finding(where, True, text, warning=True)
