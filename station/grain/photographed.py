"""What a photo says of an analyte, with its uncertainty, beside what instruments say.

A second photo, of another handful, takes away what the handful did; what the model gets wrong of this phone's
pictures stays however many are taken. A phone never tells a moisture: the legal one decides money.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drivers.reading import Analyte, Basis, in_order
from station.grain.precision import together
from station.grain.uniting import Said
from station.grain.units import known

_Z95 = 1.959963984540054
NEVER = frozenset({Analyte.MOISTURE, Analyte.WEIGHT, Analyte.TEMPERATURE})


@dataclass(frozen=True, slots=True)
class PhotoValue:
    """Holds what one model says of one capture: `source` names phone and model, known corrections are taken
    off. `shared` as of `Measured`."""

    analyte: Analyte
    value: float
    u: float
    basis: Basis | None
    source: str
    capture: str
    shared: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values, of which `from_dict` makes an equal value."""
        return {
            "analyte": self.analyte.value, "value": self.value, "u": self.u,
            "basis": self.basis.value if self.basis else None, "source": self.source, "capture": self.capture,
            "shared": dict(self.shared),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "PhotoValue":
        """Make a value of what `as_dict` returned. Raises KeyError or ValueError for anything else."""
        return cls(
            Analyte(stored["analyte"]), stored["value"], stored["u"],
            Basis(stored["basis"]) if stored["basis"] else None, stored["source"], stored["capture"],
            stored["shared"],
        )  # fmt: skip


def photo_value(
    analyte: Analyte, value: float, limits: tuple[float, float], basis: Basis | None, source: str,
    capture: str, corrections: Mapping[str, float], phones_part: float = 1.0,
) -> PhotoValue | None:  # fmt: skip
    """Make a value of a number with its 95 % limits, and of what known corrections that were taken off add
    to its uncertainty, each by its id. `phones_part`: how much of its uncertainty is the phone's and the
    model's; where nothing tells, all of it is, which no other photo takes away. None where it tells
    nothing."""
    u = (limits[1] - limits[0]) / (2 * _Z95)
    if analyte in NEVER or not u > 0 or not math.isfinite(u):
        return None
    shared = {source: known(u * phones_part)} | {name: known(part) for name, part in corrections.items()}
    whole = math.hypot(u, *corrections.values())
    return PhotoValue(analyte, known(value), known(whole), basis, source, capture, shared)


def said_by_photos(photos: Sequence[PhotoValue]) -> dict[tuple[Analyte, Basis | None], list[Said]]:
    """Average what one phone and model says of several captures; the best known source comes first."""
    of: dict[tuple[Analyte, Basis | None, str], list[PhotoValue]] = defaultdict(list)
    for one in sorted(photos, key=lambda one: (one.capture, one.value)):
        if one.analyte not in NEVER:
            of[one.analyte, one.basis, one.source].append(one)
    found: dict[tuple[Analyte, Basis | None], list[Said]] = defaultdict(list)
    for analyte in in_order({analyte for analyte, _, _ in of}):
        for (named, basis, source), values in of.items():
            if named == analyte:
                found[analyte, basis].append(_averaged(source, values))
    for said in found.values():
        said.sort(key=lambda one: (one.u, one.name))
    return dict(found)


def _averaged(source: str, values: Sequence[PhotoValue]) -> Said:
    count = len(values)
    shared: dict[str, float] = defaultdict(float)
    for one in values:
        for name, part in one.shared.items():
            shared[name] += part / count
    own = math.fsum(max(0.0, one.u**2 - math.fsum(part**2 for part in one.shared.values())) for one in values)
    whole = together(own / count**2, shared)
    mean = math.fsum(one.value for one in values) / count
    ids = tuple(one.capture for one in values)
    return Said("photo", source, mean, whole.u, whole.shared, ids)
