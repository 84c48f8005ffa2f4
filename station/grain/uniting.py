"""Values of one analyte by several sources become one where they agree, each weighed by how well it is known.

They agree where no two of them lie farther apart than the rule pack tolerates. What does not agree is never
averaged: the site's order decides, and a photo gives way. What is legal for an analyte is never mixed with
anything.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from station.grain.assessed import Kind, Part
from station.grain.precision import Uncertainty, together
from station.grain.units import known


@dataclass(frozen=True, slots=True)
class Said:
    """One source's value: `name` is the instrument's port, or the phone and model of a photo. `ids` are the
    readings, or the captures."""

    kind: Kind
    name: str
    value: float
    u: float
    shared: Mapping[str, float]
    ids: tuple[str, ...]

    @property
    def own_variance(self) -> float:
        return max(0.0, self.u**2 - math.fsum(part**2 for part in self.shared.values()))


@dataclass(frozen=True, slots=True)
class United:
    value: float
    uncertainty: Uncertainty
    parts: tuple[Part, ...]


def agree(values: Sequence[float], tolerance: float) -> bool:
    return max(values) - min(values) <= tolerance + 1e-9


def unite(said: Sequence[Said]) -> United:
    """Weigh each by its inverse variance. Raises ZeroDivisionError for a value without any uncertainty."""
    whole = math.fsum(1 / one.u**2 for one in said)
    weights = [1 / one.u**2 / whole for one in said]
    shared: dict[str, float] = defaultdict(float)
    for weight, one in zip(weights, said, strict=True):
        for source, part in one.shared.items():
            shared[source] += weight * part
    own = math.fsum(weight**2 * one.own_variance for weight, one in zip(weights, said, strict=True))
    value = math.fsum(weight * one.value for weight, one in zip(weights, said, strict=True))
    parts = tuple(
        Part(one.kind, one.name, known(one.value), known(one.u), known(weight), one.ids)
        for weight, one in zip(weights, said, strict=True)
    )
    return United(known(value), together(own, shared), parts)
