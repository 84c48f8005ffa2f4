"""An instrument's words are frozen values: bytes become a Frame, a Frame becomes a Reading.

Flags are named here, units and bases in `drivers.analytes` with the catalogue of analytes; all are imported
from here. Values are in the analyte's unit of `UNIT_OF`: a driver converts once, here at the door, and keeps
what was sent under `extra["as_sent"]`. `Value.value is None` means "measured badly"; an analyte that is
absent from `Reading.values` was not measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from drivers.analytes import (
    BLENDS,
    PLAUSIBLE,
    UNIT_OF,
    USUAL,
    Analyte,
    Basis,
    Unit,
    basis_allowed,
    default_basis,
    grain_analytes,
    in_order,
    is_known,
    known_analyte,
    needs_basis,
)
from drivers.protection import Protection
from drivers.text import LONGEST_NAME, clean_identity, clean_text, clean_value

__all__ = [
    "BLENDS",
    "PLAUSIBLE",
    "UNIT_OF",
    "USUAL",
    "Analyte",
    "Basis",
    "Flag",
    "Frame",
    "Reading",
    "ReadingKind",
    "Unit",
    "Value",
    "basis_allowed",
    "default_basis",
    "grain_analytes",
    "in_order",
    "is_known",
    "known_analyte",
    "needs_basis",
]


class Flag(StrEnum):
    STABLE = "stable"
    MOTION = "motion"
    NET = "net"
    GROSS = "gross"
    NEGATIVE = "negative"
    OVERLOAD = "overload"
    UNDERLOAD = "underload"
    ZERO = "zero"
    PRINT = "print"
    ERROR = "error"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Value:
    """One analyte's result: `value` in `unit`, or None when it was measured badly."""

    value: float | None
    unit: Unit
    basis: Basis | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "unit": self.unit.value,
            "basis": self.basis.value if self.basis else None,
        }


@dataclass(frozen=True, slots=True)
class Frame:
    """One complete device message, terminator included, and when its last byte arrived here."""

    data: bytes
    at: datetime


ReadingKind = Literal["weight", "analysis"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One instrument's result at one instant.

    `device_time` is the instrument's own local clock (naive) and is never used to order or pair.
    `identity` is the sender's own identifier of this message, where the protocol has one. `protection` says
    how damage to the message would be noticed, `unit_sent` in which unit a weight was written, `platform`
    of which of several platforms or addresses on the line it is, where the message tells. Texts are cleaned
    here, whoever reads them off the wire; the frame keeps what was sent.
    """

    driver: str
    kind: ReadingKind
    frame: Frame
    values: Mapping[Analyte, Value]
    flags: frozenset[Flag] = frozenset()
    device_time: datetime | None = None
    sample_id: str | None = None
    product: str | None = None
    serial: str | None = None
    identity: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    protection: Protection = Protection.LEARNT_WIDTH
    unit_sent: str | None = None
    platform: str | None = None

    def __post_init__(self) -> None:
        for name, text in (("sample_id", self.sample_id), ("product", self.product), ("serial", self.serial)):
            if text is not None:
                object.__setattr__(self, name, clean_text(text, LONGEST_NAME) or None)
        if self.identity is not None:
            object.__setattr__(self, "identity", clean_identity(self.identity))
        if self.extra:
            extra = self.extra if isinstance(self.extra, dict) else dict(self.extra)
            if (cleaned := clean_value(extra)) is not self.extra:
                object.__setattr__(self, "extra", cleaned)

    @property
    def at(self) -> datetime:
        return self.frame.at

    @property
    def weight_kg(self) -> float | None:
        value = self.values.get(Analyte.WEIGHT)
        return value.value if value else None

    def as_dict(self) -> dict[str, Any]:
        """Return the shape that `silo decode` prints, one object per frame."""
        return {
            "driver": self.driver,
            "kind": self.kind,
            "device_time": self.device_time.isoformat() if self.device_time else None,
            "sample_id": self.sample_id,
            "product": self.product,
            "serial": self.serial,
            "values": {analyte.value: value.as_dict() for analyte, value in self.values.items()},
            "flags": sorted(flag.value for flag in self.flags),
            "extra": dict(self.extra),
            "raw": self.frame.data.hex(),
        }
