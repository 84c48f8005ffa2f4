"""A simulated device that speaks as a profile's template says."""

import re
from datetime import datetime

from drivers.generic.controls import control_bytes
from drivers.generic.profile import Profile
from drivers.reading import Analyte
from drivers.simulated.emission import Emission, EmissionLog
from drivers.simulated.line import Line

_CHECKSUM = "checksum"
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::([<>])([0-9]{1,3}))?\}")


def message(profile: Profile, texts: dict[str, str]) -> bytes:
    """Return the profile's template with `texts` in its places: `{name}`, or `{name:>8}` padded to 8.

    `{checksum}` keeps the room that [checksum] fills. Raises ValueError when the profile has no template,
    and KeyError when a place has no text.
    """
    if profile.template is None:
        raise ValueError(f"the profile {profile.head.name!r} has no [simulate] template")
    checksum = profile.checksum

    def fill(place: re.Match[str]) -> str:
        name, side, width = place.groups()
        text = "0" * checksum.width if name == _CHECKSUM and checksum else texts[name]
        return text.rjust(int(width)) if side == ">" else text.ljust(int(width or 0))

    data = control_bytes(_PLACE.sub(fill, profile.template))
    return _seal(profile, data) if checksum else data


def _seal(profile: Profile, data: bytes) -> bytes:
    """Put in the right checksum; what [checksum] does not count in, the end of a line, stays."""
    counted = profile.framing.counted_part(data)
    sealed = profile.checksum.seal(counted) if profile.checksum else counted
    return data.replace(counted, sealed, 1)


class ProfiledDevice:
    """Sends on `line`; `log` holds every message with the number that each analyte was given."""

    def __init__(self, line: Line, profile: Profile) -> None:
        self.log = EmissionLog()
        self._line = line
        self._profile = profile

    def send(self, texts: dict[str, str], values: dict[Analyte, float | None], at: datetime) -> Emission:
        """Send one message; `values` are what a person would read on the display."""
        data = message(self._profile, texts)
        named = {analyte.value: value for analyte, value in values.items()}
        return self.log.add(Emission(at, data, named, carried=self._line.write(data)))
