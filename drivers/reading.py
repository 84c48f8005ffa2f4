"""An instrument's words are frozen values: bytes become a Frame, a Frame becomes a Reading.

This is the only place where analytes, units, bases and flags are named. Values are in the
analyte's unit of `UNIT_OF`: a driver converts once, here at the door, and keeps what was sent
under `extra["as_sent"]`. `Value.value is None` means "measured badly"; an analyte that is absent
from `Reading.values` was not measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal


class Analyte(StrEnum):
    WEIGHT = "weight"
    MOISTURE = "moisture"
    PROTEIN = "protein"
    TEST_WEIGHT = "test_weight"
    TEMPERATURE = "temperature"
    FALLING_NUMBER = "falling_number"
    OIL = "oil"
    CALIBRATION_2_5 = "calibration_2_5"
    BROKEN = "broken"
    IMPURITIES = "impurities"
    SPROUTED = "sprouted"
    ERGOT = "ergot"
    DON = "don"
    INSECTS = "insects"
    VITREOUSNESS = "vitreousness"
    VARIETY_PURITY = "variety_purity"


class Unit(StrEnum):
    KILOGRAM = "kg"
    PERCENT = "%"
    KILOGRAM_PER_HECTOLITRE = "kg/hl"
    CELSIUS = "°C"
    SECOND = "s"
    MICROGRAM_PER_KILOGRAM = "µg/kg"
    COUNT_PER_KILOGRAM = "1/kg"


class Basis(StrEnum):
    """A basis says what a share is a share of."""

    AS_IS = "as_is"
    DRY_MATTER = "dm"
    MOISTURE_12 = "m12"
    MOISTURE_13_5 = "m13_5"


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


UNIT_OF: Mapping[Analyte, Unit] = MappingProxyType(
    {
        Analyte.WEIGHT: Unit.KILOGRAM,
        Analyte.MOISTURE: Unit.PERCENT,
        Analyte.PROTEIN: Unit.PERCENT,
        Analyte.TEST_WEIGHT: Unit.KILOGRAM_PER_HECTOLITRE,
        Analyte.TEMPERATURE: Unit.CELSIUS,
        Analyte.FALLING_NUMBER: Unit.SECOND,
        Analyte.OIL: Unit.PERCENT,
        Analyte.CALIBRATION_2_5: Unit.PERCENT,
        Analyte.BROKEN: Unit.PERCENT,
        Analyte.IMPURITIES: Unit.PERCENT,
        Analyte.SPROUTED: Unit.PERCENT,
        Analyte.ERGOT: Unit.PERCENT,
        Analyte.DON: Unit.MICROGRAM_PER_KILOGRAM,
        Analyte.INSECTS: Unit.COUNT_PER_KILOGRAM,
        Analyte.VITREOUSNESS: Unit.PERCENT,
        Analyte.VARIETY_PURITY: Unit.PERCENT,
    }
)

# The widest values that can be true of grain or a weighbridge. A value outside is refused where it
# enters (typed by a person) or kept as None (measured badly).
PLAUSIBLE: Mapping[Analyte, tuple[float, float]] = MappingProxyType(
    {
        Analyte.WEIGHT: (-2_000.0, 200_000.0),
        Analyte.MOISTURE: (0.0, 60.0),
        Analyte.PROTEIN: (0.0, 60.0),
        Analyte.TEST_WEIGHT: (20.0, 100.0),
        Analyte.TEMPERATURE: (-30.0, 90.0),
        Analyte.FALLING_NUMBER: (0.0, 900.0),
        Analyte.OIL: (0.0, 70.0),
        Analyte.CALIBRATION_2_5: (0.0, 100.0),
        Analyte.BROKEN: (0.0, 100.0),
        Analyte.IMPURITIES: (0.0, 100.0),
        Analyte.SPROUTED: (0.0, 100.0),
        Analyte.ERGOT: (0.0, 100.0),
        Analyte.DON: (0.0, 100_000.0),
        Analyte.INSECTS: (0.0, 100_000.0),
        Analyte.VITREOUSNESS: (0.0, 100.0),
        Analyte.VARIETY_PURITY: (0.0, 100.0),
    }
)


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
    `identity` is the sender's own identifier of this message, where the protocol has one.
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
