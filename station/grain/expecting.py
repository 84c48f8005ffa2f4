"""What a laboratory measures days later of a load is expected from what it said of grain like it.

The latest composite sample of the species tells the mean of its loads; else the results of the same variety
do, else those of the species. A single load lies as far from that as results of single loads spread; fewer
than five of them tell no spread, and the rule pack's intake does. Where nobody knows a spread nothing is
expected.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, stdev
from typing import Any, Literal

from drivers.reading import UNIT_OF, Analyte, Basis
from station.grain.cells import Measured
from station.grain.grades import RulePack
from station.grain.reasons import Code, Reason
from station.grain.units import known

How = Literal["composite", "variety", "species"]

_ENOUGH = 5
_COMPOSITE_FOR, _RESULTS_FOR = timedelta(days=14), timedelta(days=120)


@dataclass(frozen=True, slots=True)
class LabSaid:
    """Holds a laboratory's result of a load's sample, or of a composite. `variety` is folded, "" while
    unknown."""

    species: str
    variety: str
    is_composite: bool
    value: float
    u: float | None
    basis: Basis | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a load: from `n` results, found `how`."""

    value: float
    u: float
    basis: Basis | None
    how: How
    n: int

    @property
    def measured(self) -> Measured:
        return Measured(self.value, self.u, self.basis)

    def reason(self, analyte: Analyte) -> Reason:
        told = {"analyte": analyte.value, "value": self.value, "unit": UNIT_OF[analyte].value, "u": self.u}
        return Reason(Code.EXPECTED_FROM, {**told, "how": self.how, "n": self.n})

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values, of which `from_dict` makes an equal expectation."""
        basis = self.basis.value if self.basis else None
        return {"value": self.value, "u": self.u, "basis": basis, "how": self.how, "n": self.n}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Expected":
        basis = Basis(stored["basis"]) if stored["basis"] else None
        return cls(stored["value"], stored["u"], basis, stored["how"], stored["n"])


def later_analytes(packs: Iterable[RulePack]) -> frozenset[Analyte]:
    """Return what any of the packs lets come later and judges of the mixture; what must never be blended is
    never guessed."""
    return frozenset(
        criterion.analyte
        for pack in packs
        for grade in pack.grades
        for criterion in grade.criteria
        if criterion.required == "later" and criterion.kind == "blendable"
    )


def expected(
    analyte: Analyte, species: str, variety: str, said: Sequence[LabSaid], pack: RulePack | None, at: datetime
) -> Expected | None:
    """Return what to expect of a load of this species and (folded) variety at that time; `said` are
    results of the analyte, in any order."""
    of = sorted(
        (one for one in said if one.species == species and one.at <= at), key=lambda one: (one.at, one.value)
    )
    single = [one for one in of if not one.is_composite and at - one.at <= _RESULTS_FOR]
    composites = [one for one in of if one.is_composite and at - one.at <= _COMPOSITE_FOR]
    if composites:
        return _made(analyte, composites[-1:], single, species, pack, "composite")
    alike = [one for one in single if variety and one.variety == variety]
    if len(alike) >= _ENOUGH:
        return _made(analyte, alike, alike, species, pack, "variety")
    return _made(analyte, single, single, species, pack, "species") if single else None


def _made(
    analyte: Analyte, of: Sequence[LabSaid], single: Sequence[LabSaid], species: str, pack: RulePack | None,
    how: How,
) -> Expected | None:  # fmt: skip
    same = [one for one in of if one.basis == of[-1].basis]
    spread = _spread(analyte, single, species, pack)
    if spread is None:
        return None
    stated = [one.u for one in same if one.u is not None]
    lab_u = max(stated) if stated else (pack.uncertainty.get(analyte, 0.0) if pack else 0.0)
    u = math.hypot(spread, lab_u)
    if u <= 0.0:
        return None  # nobody knows a load that was not measured so well
    value = fmean(one.value for one in same)
    return Expected(known(value), known(u), same[-1].basis, how, len(same))


def _spread(analyte: Analyte, single: Sequence[LabSaid], species: str, pack: RulePack | None) -> float | None:
    if len(single) >= _ENOUGH:
        return stdev([one.value for one in single])
    intake = pack.intake.get(species, {}).get(analyte) if pack else None
    return None if intake is None else intake.sd
