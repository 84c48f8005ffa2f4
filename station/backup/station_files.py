"""What of a box, beside its records, a spare box needs: the site file, every file that it names, the key from
which the approvers' secrets derive, and the one that signs its papers and bags."""

import os
from dataclasses import dataclass
from pathlib import Path

from station.post import identity
from station.receival.measuring.wiring import profiles_in
from station.site.credentials import CREDENTIALS
from station.site.file import SiteSettings
from station.store import approval_key

KEYS = (approval_key.NAME, identity.NAME)
DEVICES = "devices"  # beside the site file: the passwords that `silo install` made for them


@dataclass(frozen=True, slots=True)
class Box:
    """`name` is what people call the box, `site_file` where its site file is, `data` its data folder."""

    name: str
    site_file: Path
    settings: SiteSettings
    data: Path

    @property
    def files(self) -> dict[str, Path]:
        """Every file that the site file names, by the name that it has there. As if it named them: the
        passwords that the installation made for devices, where they can be read, and the station's keys."""
        files = {name: _place(name, self.site_file) for name in sorted(_names(self.settings))}
        devices = self.site_file.parent / DEVICES
        files |= {f"{DEVICES}/{path.name}": path for path in sorted(devices.glob("*.password"))}
        own = {str(self.settings.site.data / name): self.data / name for name in KEYS}
        return files | {name: path for name, path in own.items() if path.exists()}


def box_of(site_file: Path, settings: SiteSettings) -> Box:
    return Box(os.uname().nodename, site_file, settings, site_file.parent / settings.site.data)


def _names(settings: SiteSettings) -> set[str]:
    passwords = [settings.mqtt.password_file] if settings.mqtt else []
    passwords += [section.password_file for section in settings.instruments]
    further: list[Path] = settings.backup.also if settings.backup else []
    return {
        *map(str, settings.site.rule_packs),
        *map(str, settings.vision.trusted_keys),
        *(name for section in settings.instruments for name in profiles_in(section.settings).values()),
        *(name for name in passwords if name),
        *map(str, further),
    }


def _place(name: str, site_file: Path) -> Path:
    if name.startswith(CREDENTIALS):
        return Path(os.environ.get("CREDENTIALS_DIRECTORY", "")) / name.removeprefix(CREDENTIALS)
    return site_file.parent / name
