"""How an instrument is read: driver, address and the driver's settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from station.store.tables import PortAssignment

Setting = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Wiring:
    driver: str
    address: str
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def changed(
        self, driver: str | None, address: str | None, settings: Mapping[str, Setting] | None
    ) -> "Wiring":
        """The wiring with these changes. What is not said stays, but another driver begins with its own
        default settings."""
        kept = self.settings if driver in (None, self.driver) else {}
        return Wiring(
            driver or self.driver, address or self.address, dict(kept if settings is None else settings)
        )

    def as_dict(self) -> dict[str, Any]:
        return {"driver": self.driver, "address": self.address, "settings": dict(self.settings)}


def wiring_of(assignment: PortAssignment) -> Wiring:
    """The wiring that is in force while this is plugged in."""
    return Wiring(assignment.driver, assignment.port, assignment.settings)


def declared_wiring(assignment: PortAssignment) -> Wiring:
    """What the site file said when this began."""
    assert assignment.site_file is not None  # `plug` writes it
    return Wiring(**assignment.site_file)
