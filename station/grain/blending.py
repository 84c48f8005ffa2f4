"""A mixture of loads contains the means by tonnes, and of falling numbers by their liquefaction number.

Falling number does not average: LN = 6000 / (FN - 50) does (Perten's liquefaction number). At FN <= 50 s
there is no LN; such grain is never blended and the mixture's falling number is not known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drivers.reading import BLENDS, Analyte, Basis, in_order, needs_basis
from station.grain.cells import Measured
from station.grain.units import MoisturePercent, Tonnes, known, on_basis

FALLING_NUMBER_FLOOR = 50.0
_LIQUEFACTION = 6000.0


@dataclass(frozen=True, slots=True)
class Part:
    """A part is some tonnes (as they are) of known content."""

    tonnes: Tonnes
    content: Mapping[Analyte, Measured]


@dataclass(frozen=True, slots=True)
class Blended:
    """Holds the mean over the `known_t` of `total_t` tonnes whose value is known; None when it cannot be
    computed. It has no uncertainty: the errors of parts read by one instrument are not independent."""

    value: float | None
    basis: Basis | None
    known_t: float
    total_t: float


def liquefaction_number(falling_number: float) -> float | None:
    """Return the LN of a falling number in seconds, None at or under 50 s."""
    if falling_number <= FALLING_NUMBER_FLOOR:
        return None
    return _LIQUEFACTION / (falling_number - FALLING_NUMBER_FLOOR)


def falling_number_of(liquefaction: float) -> float:
    """Return the seconds of a liquefaction number above 0."""
    return _LIQUEFACTION / liquefaction + FALLING_NUMBER_FLOOR


def blend(parts: Sequence[Part]) -> dict[Analyte, Blended]:
    """Return per analyte the content of the parts together: protein and oil on dry matter, the rest as is.

    Weighted by tonnes as they are, dry-matter shares too: between 12 and 15 % moisture that moves a
    protein mean by less than 0.02. Parts without mass do not count. Raises ValueError below 0 t."""
    if any(part.tonnes < 0.0 for part in parts):
        raise ValueError("a part of a mixture cannot weigh less than nothing")
    real = [part for part in parts if part.tonnes > 0.0]
    total = known(sum(part.tonnes for part in real))
    present = {analyte for part in real for analyte in part.content}
    return {analyte: _blended(analyte, real, total) for analyte in in_order(present)}


def _blended(analyte: Analyte, parts: Sequence[Part], total: float) -> Blended:
    basis = Basis.DRY_MATTER if needs_basis(analyte) else None
    values = [(part.tonnes, value) for part in parts if (value := _comparable(analyte, part)) is not None]
    known_t = known(sum(tonnes for tonnes, _ in values))
    mean = _MEANS[BLENDS[analyte]](values)
    return Blended(None if mean is None else known(mean), basis, known_t, total)


def _comparable(analyte: Analyte, part: Part) -> float | None:
    measured = part.content.get(analyte)
    if measured is None:
        return None
    if not needs_basis(analyte):
        return measured.value
    if measured.basis is None:
        return None
    moisture = part.content.get(Analyte.MOISTURE)
    water = None if moisture is None else MoisturePercent(moisture.value)
    return on_basis(measured.value, measured.basis, Basis.DRY_MATTER, water)


def _mean(values: Sequence[tuple[float, float]]) -> float | None:
    if not values:
        return None
    return sum(t * v for t, v in values) / sum(t for t, _ in values)


def _mean_falling_number(values: Sequence[tuple[float, float]]) -> float | None:
    liquefied = [(tonnes, liquefaction_number(seconds)) for tonnes, seconds in values]
    mean = _mean([(tonnes, ln) for tonnes, ln in liquefied if ln is not None])
    if mean is None or any(ln is None for _, ln in liquefied):
        return None
    return falling_number_of(mean)


_MEANS: Mapping[str, Callable[[Sequence[tuple[float, float]]], float | None]] = {
    "mean": _mean,
    "liquefaction": _mean_falling_number,
    "never": lambda values: None,
}
