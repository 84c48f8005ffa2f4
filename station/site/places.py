"""Where the station's own files lie: no instrument's address and no profile leads there.

A folder of result files is emptied by whoever reads it, and a profile's content is told where it is wrong.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from station.receival.measuring.wiring import Setting, profiles_in
from station.site.file import SiteSettings

KEPT_PROFILES = "profiles"  # in the data folder: those that came over HTTP
_OF_FILES = ("folder", "replay", "serial", "tap")


@dataclass(frozen=True, slots=True)
class Home:
    """`data` is the data folder; in `others` lie the files that the site file names, and itself in `site`."""

    site: Path
    data: Path
    others: tuple[Path, ...] = ()

    def address_problem(self, address: str) -> str | None:
        """Why an instrument may not have this address, links followed; None: it may."""
        parts = urlsplit(address, allow_fragments=False)
        if parts.scheme not in _OF_FILES or parts.netloc or not parts.path:
            return None
        for path in {Path(parts.path), self.site / parts.path}:
            if _overlap(path, self.data):
                return f"{parts.scheme}:{parts.path} is the station's own data folder, in it, or around it"
            if parts.scheme == "folder" and any(_is_same(path, own) for own in (self.site, *self.others)):
                return f"folder:{parts.path} has the station's own files: results need a folder of their own"
        return None

    def profile_problem(self, name: str) -> str | None:
        """Why this may not be a profile; None: it may."""
        kept = self.data / KEPT_PROFILES
        for path in {Path(name), self.site / name}:
            if _is_within(path, self.data) and not _is_within(path, kept):
                return f"profile {name} is in the station's own data folder"
        return None


def home_of(settings: SiteSettings, file: Path) -> Home:
    site = file.parent
    named = (*settings.site.rule_packs, *settings.vision.trusted_keys)
    return Home(site, site / settings.site.data, tuple((site / name).parent for name in named))


def misplaced(settings: SiteSettings, file: Path) -> Iterator[tuple[str, str]]:
    """Every address and profile of the site file that leads to the station's own files: where, and why."""
    home = home_of(settings, file)
    for index, section in enumerate(settings.instruments):
        if problem := _problem_of(home, section.port):
            yield f"instruments[{index}].port", problem
        for key, name in profiles_in(section.settings).items():
            if problem := home.profile_problem(name):
                yield f"instruments[{index}].settings.{key}", problem
    for index, address in enumerate(settings.site.spare_ports):
        if problem := _problem_of(home, address):
            yield f"site.spare_ports[{index}]", problem


def wiring_problem(home: Home, address: str, settings: Mapping[str, Setting]) -> str | None:
    """Why an instrument may not be read so; None: it may."""
    names = profiles_in(settings).values()
    return _problem_of(home, address) or next(filter(None, map(home.profile_problem, names)), None)


def _problem_of(home: Home, address: str) -> str | None:
    try:
        return home.address_problem(address)
    except (OSError, ValueError, RuntimeError):  # a name that is none, or links in a circle
        return "leads nowhere"


def _overlap(one: Path, other: Path) -> bool:
    return _is_within(one, other) or _is_within(other, one)


def _is_within(path: Path, folder: Path) -> bool:
    """Is it the folder or in it? A folder under two names (a mount) is one."""
    resolved = path.resolve()
    return any(_is_same(up, folder) for up in (resolved, *resolved.parents))


def _is_same(one: Path, other: Path) -> bool:
    if one.resolve() == other.resolve():
        return True
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there (yet)
        return False
