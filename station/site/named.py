"""What the site file names: what whoever is signed in may choose among, and what is new beside it."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from drivers.generic.profile import SHIPPED
from drivers.redaction import has_password, redacted
from station.acts.refusals import Fault, Invalid, NotAllowed
from station.receival.measuring.wiring import Rewiring, Wiring, profiles_in
from station.site.file import SiteSettings

# Their options are settings of the instrument (baud, parity): the place is the same.
_LINES = ("serial", "tap", "tcp")


def named_addresses(settings: SiteSettings) -> Iterator[str]:
    """Without passwords, as they are shown."""
    yield from (redacted(section.port) for section in settings.instruments)
    yield from map(redacted, settings.site.spare_ports)


def named_profiles(settings: SiteSettings) -> set[str]:
    return {name for section in settings.instruments for name in profiles_in(section.settings).values()}


def require_named(
    settings: SiteSettings, file: Path, usual: Wiring, said: Rewiring, *, is_installer: bool
) -> None:
    """What is said anew, beside what is usual at the port, must stand in the site file; an installer may also
    name another device, and a profile that ships, lies beside the site file or comes with its text. A
    recording is no device. Raises NotAllowed(not_in_site_file), Invalid(wiring_wrong)."""
    wiring = usual.changed(said)
    if has_password(wiring.address):
        raise Invalid(Fault.WIRING_WRONG, text="a password stands in the site file: leave it out here")
    known = (usual.address, *named_addresses(settings))
    is_new = not any(_is_same_place(wiring.address, address) for address in known)
    if is_new and (not is_installer or wiring.address.lower().lstrip().startswith("replay:")):
        raise NotAllowed(Fault.NOT_IN_SITE_FILE, what=wiring.address)
    if said.profile is not None and not is_installer:
        raise NotAllowed(Fault.NOT_IN_SITE_FILE, what=said.profile.name)
    old = {*profiles_in(usual.settings).values(), *named_profiles(settings)}
    for name in profiles_in(wiring.settings).values():
        if name in old:
            continue
        if not is_installer:
            raise NotAllowed(Fault.NOT_IN_SITE_FILE, what=name)
        if not _is_at_hand(name, file.parent):
            text = f"profile {name[:80]} neither ships nor lies beside the site file: send its text"
            raise Invalid(Fault.WIRING_WRONG, text=text)


def _is_same_place(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        a, b = urlsplit(one, allow_fragments=False), urlsplit(other, allow_fragments=False)
    except ValueError:
        return False
    return a.scheme in _LINES and (a.scheme, a.netloc, a.path) == (b.scheme, b.netloc, b.path)


def _is_at_hand(name: str, folder: Path) -> bool:
    try:
        if "/" not in name and any(path.stem == name for path in SHIPPED.rglob("*.toml")):
            return True
        path = (folder / name).resolve()
        return path.suffix == ".toml" and path.is_file() and folder.resolve() in path.parents
    except (OSError, ValueError, RuntimeError):
        return False
