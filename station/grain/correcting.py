"""A correction is a known bias of one source of one analyte: what is judged is the raw value minus it.

Only values on the correction's own basis are corrected. Where several replicates make a value, each brings
its own source's bias, by its share; a source without a correction brings none.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drivers.reading import Analyte, Basis, Unit, default_basis
from station.grain.units import known


@dataclass(frozen=True, slots=True)
class Correction:
    """`source` is the instrument's id; `u` is the standard uncertainty of `bias`, both in `unit`, on `basis`
    (None: the analyte has none)."""

    id: str
    source: str
    analyte: Analyte
    bias: float
    u: float
    unit: Unit
    basis: Basis | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values, of which `from_dict` makes an equal correction."""
        return {
            "id": self.id,
            "source": self.source,
            "analyte": self.analyte.value,
            "bias": self.bias,
            "u": self.u,
            "unit": self.unit.value,
            "basis": self.basis.value if self.basis else None,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Correction":
        """Make a correction of what `as_dict` returned. Raises KeyError or ValueError for anything else."""
        return cls(
            stored["id"], stored["source"], Analyte(stored["analyte"]), stored["bias"], stored["u"],
            Unit(stored["unit"]), Basis(stored["basis"]) if stored["basis"] else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shift:
    """What a combined value is too high by, with its standard uncertainty, by these corrections. `parts`:
    what each of them adds to the uncertainty."""

    bias: float
    u: float
    corrections: tuple[str, ...]
    parts: Mapping[str, float]

    def judged(self, raw: float) -> float:
        return known(raw - self.bias)

    def widened(self, u: float | None) -> float | None:
        """The value's own uncertainty with that of the correction; one that is unknown stays unknown."""
        return None if u is None else math.hypot(u, self.u)


def shift_of(
    sources: Sequence[str | None], analyte: Analyte, basis: Basis | None, corrections: Iterable[Correction]
) -> Shift | None:
    """Return what the mean of replicates of these `sources` is shifted by; None where no correction is of
    any of them."""
    only = default_basis(analyte)
    of = {
        one.source: one
        for one in corrections
        if one.analyte == analyte and (one.basis or only) == (basis or only)
    }
    used = {one.id: one for source in sources if source is not None and (one := of.get(source))}
    if not used:
        return None
    shares = {id_: sources.count(one.source) / len(sources) for id_, one in used.items()}
    bias = math.fsum(shares[id_] * one.bias for id_, one in used.items())
    parts = {id_: shares[id_] * used[id_].u for id_ in sorted(used)}
    u = math.sqrt(math.fsum(part**2 for part in parts.values()))
    return Shift(known(bias), u, tuple(parts), parts)
