"""What routing is told and what it answers: cells, the load's facts, the proposal.

Tonnes throughout; analytes in their unit of `drivers.reading.UNIT_OF`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from drivers.reading import Analyte, Basis
from station.grain.identifiers import CellRole, Species
from station.grain.reasons import Reason
from station.grain.units import MoisturePercent, known

NotNegative = Annotated[float, Field(ge=0.0)]  # checked where a file is read


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in the analyte's unit, its standard uncertainty where known, and what it is a share of."""

    value: float
    u: NotNegative | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class CellState:
    """One storage cell now, and what a CELLS file says of it. `species` None takes any (a hold cell) or its
    grade's; `pits`: from which it can be reached; `reserved_t`: decided but not yet tipped. `content_t` is a
    balance, below 0 where more left than an opening content that was estimated."""

    id: str
    pits: tuple[str, ...]
    capacity_t: NotNegative
    species: Species | None = None
    grade: str | None = None
    content_t: float = 0.0
    reserved_t: NotNegative = 0.0
    content: Mapping[Analyte, Measured] = field(default_factory=dict)
    claims: frozenset[str] = frozenset()
    open: bool = True
    role: CellRole = "normal"

    @property
    def free_t(self) -> float:
        return known(self.capacity_t - self.content_t - self.reserved_t)

    @property
    def filled(self) -> float:
        """Share of the capacity that is taken or reserved, 0 to 1."""
        if self.capacity_t <= 0.0:
            return 1.0
        return min(1.0, max(0.0, (self.content_t + self.reserved_t) / self.capacity_t))


@dataclass(frozen=True, slots=True)
class Facts:
    """The load to route. `load_t` None: not weighed yet. `declared`: what the supplier states.
    `badly`: analytes whose measurement failed. `adverse`: findings of an adverse visual check. `waived`:
    analytes without which loads of this species may be decided for now."""

    species: str
    claims: frozenset[str]
    load_t: float | None
    values: Mapping[Analyte, Measured]
    declared: Mapping[Analyte, Measured] = field(default_factory=dict)
    badly: tuple[Analyte, ...] = ()
    adverse: tuple[str, ...] = ()
    waived: tuple[Analyte, ...] = ()

    @property
    def moisture(self) -> MoisturePercent | None:
        measured = self.values.get(Analyte.MOISTURE)
        return None if measured is None else MoisturePercent(measured.value)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A cell that may be chosen, through one pit, and what speaks for it. `score` 0 to 1."""

    cell: str
    pit: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A cell that may not be chosen: all that speaks against it, then what would speak for it."""

    cell: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """`cell` None: the truck waits, and `reasons` say for what. `hold` False only for a normal cell."""

    cell: str | None
    pit: str | None
    hold: bool
    ranked: tuple[Ranked, ...]
    refused: tuple[Refused, ...]
    reasons: tuple[Reason, ...]

    def as_dict(self) -> dict[str, Any]:
        """The shape that `silo route` prints, less the reasons' messages."""
        return {
            "proposal": self.cell,
            "pit": self.pit,
            "hold": self.hold,
            "ranked": [
                {"cell": r.cell, "pit": r.pit, "score": r.score, "reasons": _reason_dicts(r.reasons)}
                for r in self.ranked
            ],
            "refused": [{"cell": r.cell, "reasons": _reason_dicts(r.reasons)} for r in self.refused],
            "reasons": _reason_dicts(self.reasons),
        }


def _reason_dicts(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [reason.as_dict() for reason in reasons]
