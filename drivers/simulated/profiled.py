"""A simulated device that speaks as a profile's template says."""

import re
from datetime import datetime

from drivers.generic.controls import control_bytes
from drivers.generic.profile import Profile
from drivers.reading import Analyte
from drivers.simulated.emission import Emission, EmissionLog
from drivers.simulated.line import Line

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::([<>])([0-9]{1,3}))?\}")


def message(profile: Profile, texts: dict[str, str]) -> bytes:
    """The profile's template with `texts` in its places: `{name}`, or `{name:>8}` padded to 8.

    Raises ValueError when the profile has no template, and KeyError when a place has no text.
    """
    if profile.template is None:
        raise ValueError(f"the profile {profile.head.name!r} has no [simulate] template")

    def filled(place: re.Match[str]) -> str:
        name, side, width = place.groups()
        text = texts[name]
        return text.rjust(int(width)) if side == ">" else text.ljust(int(width or 0))

    return control_bytes(_PLACE.sub(filled, profile.template))


class Profiled:
    """Sends on `line`; `log` holds every message with the number that each analyte was given."""

    def __init__(self, line: Line, profile: Profile) -> None:
        self.log = EmissionLog()
        self._line = line
        self._profile = profile

    def send(self, texts: dict[str, str], values: dict[Analyte, float | None], at: datetime) -> Emission:
        """One message; `values` are what a person would read on the display."""
        data = message(self._profile, texts)
        named = {analyte.value: value for analyte, value in values.items()}
        return self.log.add(Emission(at, data, named, carried=self._line.write(data)))
