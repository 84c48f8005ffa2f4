"""How an instrument is read: driver, address and the driver's settings.

Records have addresses without passwords: those stand in the site file, or beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from drivers.redaction import redacted
from station.store.tables import PortAssignment

Setting = str | int | float | bool


@dataclass(frozen=True, slots=True)
class NewProfile:
    """A profile that nothing here has a name for yet; `name` is that of its file."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Rewiring:
    """What a person says of how an instrument is read from now on; what is not said (None) stays."""

    driver: str | None = None
    address: str | None = None
    settings: Mapping[str, Setting] | None = None
    profile: NewProfile | None = None


@dataclass(frozen=True, slots=True)
class Wiring:
    driver: str
    address: str
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def changed(self, said: Rewiring) -> "Wiring":
        """The wiring with these changes. What is not said stays, but another driver begins with its own
        default settings."""
        kept = self.settings if said.driver in (None, self.driver) else {}
        settings = dict(kept if said.settings is None else said.settings)
        return Wiring(said.driver or self.driver, said.address or self.address, settings)

    def as_dict(self) -> dict[str, Any]:
        return {"driver": self.driver, "address": self.address, "settings": dict(self.settings)}


def wiring_of(assignment: PortAssignment) -> Wiring:
    """The wiring that is in force while this is plugged in."""
    return Wiring(assignment.driver, redacted(assignment.port), assignment.settings)


def declared_wiring(assignment: PortAssignment) -> Wiring:
    """What the site file said when this began."""
    assert assignment.site_file is not None  # `plug` writes it
    said = Wiring(**assignment.site_file)
    return replace(said, address=redacted(said.address))


def profiles_in(settings: Mapping[str, Setting]) -> dict[str, str]:
    """The settings that name a profile, that of a driver inside another one too."""
    return {key: str(value) for key, value in settings.items() if key.rpartition(".")[2] == "profile"}
