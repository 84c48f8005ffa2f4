"""The reference card adds sizes in millimetres to an inspection, and how true its colours are."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A tenth lies below p10, half below p50, nine tenths below p90."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sums up length and width in mm of `kernels` complete kernels of any class, as they lie."""

    length_mm: Quantiles
    width_mm: Quantiles
    kernels: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Sizes":
        """Make the summary of what `as_dict` returned. Raises KeyError or TypeError for other shapes."""
        return cls(Quantiles(**stored["length_mm"]), Quantiles(**stored["width_mm"]), stored["kernels"])


@dataclass(frozen=True, slots=True)
class ColourDifference:
    """Holds the median CIEDE2000 between the card's patches on the photo and as designed: as photographed,
    and after a correction, each patch judged by the others. It says how far colours may be compared."""

    delta_e_before: float
    delta_e_after: float


def sizes_of(lengths_mm: Sequence[float], widths_mm: Sequence[float]) -> Sizes | None:
    """Return the summary of as many lengths as widths; None for no kernel."""
    if not lengths_mm:
        return None
    return Sizes(_quantiles(lengths_mm), _quantiles(widths_mm), len(lengths_mm))


def _quantiles(values: Sequence[float]) -> Quantiles:
    ordered = sorted(values)
    return Quantiles(*(round(_quantile(ordered, share), DECIMALS) for share in (0.1, 0.5, 0.9)))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Interpolate linearly between the two nearest values."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
