"""The site file and what lies beside it, as they are to stand in /etc/silo."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from station.receival.measuring.wiring import profiles_in
from station.setting_problems import SettingProblem
from station.site.credentials import CREDENTIALS
from station.site.file import SiteSettings

SITE = Path("/etc/silo")
SITE_FILE = SITE / "site.toml"
DATA = Path("/var/lib/silo")
_DATA_LINE = re.compile(r"^[ \t]*data[ \t]*=[ \t]*(\"[^\"\n]*\"|'[^'\n]*')", re.MULTILINE)
_SITE_SECTION = re.compile(r"^[ \t]*\[[ \t]*site[ \t]*\][ \t]*(#.*)?$", re.MULTILINE)


def place_of(name: str) -> Path | None:
    """Where a file that the site file names stands once it is installed; None for one that cannot."""
    place = SITE / name
    return place if place.is_relative_to(SITE) and ".." not in place.parts else None


def files_beside(settings: SiteSettings, file: Path) -> list[str]:
    """The names, in the site file, of what is there and is installed with it."""
    names = dict.fromkeys(name for _, name in _named(settings, file))
    return [name for name in names if (file.parent / name).is_file()]


def misplaced_files(settings: SiteSettings, file: Path) -> Iterator[SettingProblem]:
    """What cannot be installed with the site file, since it lies elsewhere."""
    for where, name in _named(settings, file):
        if place_of(name) is None:
            yield SettingProblem(file, where, "not_beside", {"name": name})
    data = settings.site.data
    if data.is_absolute() and data != DATA:
        yield SettingProblem(file, "site.data", "data_elsewhere", {"folder": str(DATA)})
    elif with_data_folder(file.read_text(encoding="utf-8")) is None:
        yield SettingProblem(file, "site.data", "data_line", {"folder": str(DATA)})


def with_data_folder(text: str) -> str | None:
    """The site file with the data folder of an installed station, all else as it was; None where that cannot
    be written for certain."""
    before = tomllib.loads(text)
    if before["site"].get("data") == str(DATA):
        return text
    section = _SITE_SECTION.search(text)
    if section is None:
        return None
    end = text.find("\n[", section.end())
    body = text[section.end() : end if end >= 0 else None]
    line = f'data = "{DATA}"'
    changed = _DATA_LINE.sub(line, body, count=1) if _DATA_LINE.search(body) else f"\n{line}{body}"
    after = text[: section.end()] + changed + text[section.end() + len(body) :]
    try:
        is_right = tomllib.loads(after) == before | {"site": before["site"] | {"data": str(DATA)}}
    except tomllib.TOMLDecodeError:
        return None
    return after if is_right else None


def _named(settings: SiteSettings, file: Path) -> Iterator[tuple[str, str]]:
    """Section and key, and the name of a file; a shipped profile is none."""
    for index, pack in enumerate(settings.site.rule_packs):
        yield f"site.rule_packs[{index}]", str(pack)
    for index, key in enumerate(settings.vision.trusted_keys):
        yield f"vision.trusted_keys[{index}]", str(key)
    passwords = {"mqtt": settings.mqtt.password_file if settings.mqtt else None}
    for index, section in enumerate(settings.instruments):
        for name_of, name in profiles_in(section.settings).items():
            if (file.parent / name).is_file():
                yield f"instruments[{index}].settings.{name_of}", name
        passwords[f"instruments[{index}]"] = section.password_file
    for where, password_file in passwords.items():
        if password_file is not None and not password_file.startswith(CREDENTIALS):
            yield f"{where}.password_file", password_file
