"""A mixture of loads contains the means by tonnes, and of falling numbers by their liquefaction number.

Falling number does not average: LN = 6000 / (FN - 50) does (Perten's liquefaction number). At FN <= 50 s
there is no LN; such grain is never blended and the mixture's falling number is not known.

What the parts' own errors make of a mean falls with their number; what one source got wrong for all that it
measured (`Measured.shared`) stays.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
    computed. `u` is its standard uncertainty, None where that of a part is not known; `shared` as of
    `Measured`."""

    value: float | None
    basis: Basis | None
    known_t: float
    total_t: float
    u: float | None = None
    shared: Mapping[str, float] = field(default_factory=dict)

    @property
    def measured(self) -> Measured | None:
        """Return it as a value that can be blended again."""
        return None if self.value is None else Measured(self.value, self.u, self.basis, self.shared)


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
    if mean is None:
        return Blended(None, basis, known_t, total)
    u = None if mean.u is None else known(mean.u)
    shared = {source: known(part) for source, part in mean.shared.items()}
    return Blended(known(mean.value), basis, known_t, total, u, shared)


def _comparable(analyte: Analyte, part: Part) -> Measured | None:
    measured = part.content.get(analyte)
    if measured is None or not needs_basis(analyte):
        return measured
    if measured.basis is None:
        return None
    moisture = part.content.get(Analyte.MOISTURE)
    water = None if moisture is None else MoisturePercent(moisture.value)
    factor = on_basis(1.0, measured.basis, Basis.DRY_MATTER, water)
    return None if factor is None else scaled(measured, factor)


def scaled(measured: Measured, factor: float) -> Measured:
    """Return the value and its uncertainty times `factor`, which may be below 0."""
    size = abs(factor)
    return replace(
        measured,
        value=measured.value * factor,
        u=None if measured.u is None else measured.u * size,
        shared={source: part * size for source, part in measured.shared.items()},
    )


def _mean(values: Sequence[tuple[float, Measured]]) -> Measured | None:
    """Average by tonnes; shared errors add up by source, own ones as independent errors do."""
    if not values:
        return None
    total = math.fsum(t for t, _ in values)
    mean = math.fsum(t * one.value for t, one in values) / total
    if any(one.u is None for _, one in values):
        return Measured(mean)
    shared: dict[str, float] = defaultdict(float)
    for t, one in values:
        for source, part in one.shared.items():
            shared[source] += t * part / total
    own = math.fsum((t * (one.own_u or 0.0) / total) ** 2 for t, one in values)
    u = math.sqrt(own + math.fsum(part**2 for part in shared.values()))
    return Measured(mean, u, shared=dict(sorted(shared.items())))


def liquefied(seconds: Measured) -> Measured | None:
    """Return a falling number as its liquefaction number, which blends; None at or under 50 s."""
    number = liquefaction_number(seconds.value)
    if number is None:
        return None
    return replace(scaled(seconds, number / (seconds.value - FALLING_NUMBER_FLOOR)), value=number)


def _mean_falling_number(values: Sequence[tuple[float, Measured]]) -> Measured | None:
    liquid = [(tonnes, liquefied(seconds)) for tonnes, seconds in values]
    if any(one is None for _, one in liquid):
        return None
    mean = _mean([(tonnes, one) for tonnes, one in liquid if one is not None])
    if mean is None:
        return None
    seconds = falling_number_of(mean.value)
    return replace(scaled(mean, (seconds - FALLING_NUMBER_FLOOR) / mean.value), value=seconds)


_MEANS: Mapping[str, Callable[[Sequence[tuple[float, Measured]]], Measured | None]] = {
    "mean": _mean,
    "liquefaction": _mean_falling_number,
    "never": lambda values: None,
}
