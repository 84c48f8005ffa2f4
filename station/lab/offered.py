"""What the evidence bears, as it is handed over by whoever works it out: JSON values."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OfferedCorrection:
    """A bias worth correcting. `known_at` tells when the laboratory's word on each sample came (ISO);
    `evidence` is kept with the proposal."""

    method: str
    source: str
    analyte: str
    species: str | None
    bias: float
    u: float
    unit: str
    basis: str | None
    evidence: Json
    known_at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferedSpread:
    """A phone's spread of a class share. `known_at`: when both were known of each sample (ISO)."""

    phone: str
    release: str
    class_name: str
    spread: float
    n: int
    evidence: Json
    known_at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offers:
    corrections: tuple[OfferedCorrection, ...] = ()
    spreads: tuple[OfferedSpread, ...] = ()

    def as_dict(self) -> Json:
        return asdict(self)

    @classmethod
    def from_dict(cls, told: Json) -> "Offers":
        """Raises KeyError or TypeError for what `as_dict` did not make."""
        return cls(
            tuple(OfferedCorrection(**_tupled(one)) for one in told["corrections"]),
            tuple(OfferedSpread(**_tupled(one)) for one in told["spreads"]),
        )


def _tupled(one: Json) -> Json:
    known: Iterable[str] = one["known_at"]
    return {**one, "known_at": tuple(known)}
