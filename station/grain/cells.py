"""What routing is told and what it answers: cells, the load's facts, the proposal.

Tonnes throughout; analytes in their unit of `drivers.reading.UNIT_OF`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from drivers.reading import Analyte, Basis
from station.grain.identifiers import CellRole, Species
from station.grain.reasons import Reason
from station.grain.units import MoisturePercent, known

NotNegative = Annotated[float, Field(ge=0.0, le=1e9)]  # checked where a file is read


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in the analyte's unit, its standard uncertainty where known, and what it is a share of.

    `shared` is the part of `u` that is one error for everything that a source measured, by the source
    (an instrument, a correction): it stays in a mean however many loads there are. The rest of `u` is this
    value's own."""

    value: float
    u: NotNegative | None = None
    basis: Basis | None = None
    shared: Mapping[str, NotNegative] = field(default_factory=dict)

    @property
    def own_u(self) -> float | None:
        """Return the part of the uncertainty that no other value has."""
        if self.u is None:
            return None
        return math.sqrt(max(0.0, self.u**2 - math.fsum(part**2 for part in self.shared.values())))


@dataclass(frozen=True, slots=True)
class CellState:
    """One storage cell now, and what a CELLS file says of it. `species` None takes any (a hold cell) or its
    grade's; `pits`: from which it can be reached; `reserved_t`: decided but not yet tipped. `content_t` is a
    balance, below 0 where more left than an opening content that was estimated.

    `reserved` is the mean content of what is reserved. `barred`: why nothing may go in now, whatever it is;
    `barred_pits`: why not through that pit, or what it waits for there. `target_t`: what the storage plan
    wants in it, at most."""

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
    reserved: Mapping[Analyte, Measured] = field(default_factory=dict)
    barred: tuple[Reason, ...] = ()
    barred_pits: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    target_t: NotNegative | None = None

    @property
    def free_t(self) -> float:
        """A balance below 0 makes no room that the walls do not have."""
        return known(self.capacity_t - max(0.0, self.content_t) - self.reserved_t)

    @property
    def filled(self) -> float:
        """Share of the capacity that is taken or reserved, 0 to 1."""
        if self.capacity_t <= 0.0:
            return 1.0
        return min(1.0, max(0.0, (self.content_t + self.reserved_t) / self.capacity_t))


@dataclass(frozen=True, slots=True)
class Delivered:
    """An earlier load of the same supplier: its tonnes, and the values that it was taken for."""

    load_t: float
    values: Mapping[Analyte, Measured]


@dataclass(frozen=True, slots=True)
class Facts:
    """The load to route. `load_t` None: not weighed yet. `declared`: what the supplier states.
    `badly`: analytes whose measurement failed. `adverse`: findings of an adverse visual check. `waived`:
    analytes without which loads of this species may be decided for now.

    `expected`: what was not measured of this load but is known of loads like it (a composite, its variety),
    with its wide uncertainty. `uncertified`: claims whose certificate is not there or not valid that day.
    `questions`: what a person must answer before the load is tipped. `never_blend`: the own silo that it came
    from kept it apart. `delivered`: the supplier's loads before this one, the newest first, where a running
    average may carry it."""

    species: str
    claims: frozenset[str]
    load_t: float | None
    values: Mapping[Analyte, Measured]
    declared: Mapping[Analyte, Measured] = field(default_factory=dict)
    badly: tuple[Analyte, ...] = ()
    adverse: tuple[str, ...] = ()
    waived: tuple[Analyte, ...] = ()
    expected: Mapping[Analyte, Measured] = field(default_factory=dict)
    uncertified: frozenset[str] = frozenset()
    questions: tuple[Reason, ...] = ()
    never_blend: bool = False
    delivered: tuple[Delivered, ...] = ()

    @property
    def moisture(self) -> MoisturePercent | None:
        measured = self.values.get(Analyte.MOISTURE)
        return None if measured is None else MoisturePercent(measured.value)


@dataclass(frozen=True, slots=True)
class After:
    """What a cell will hold with the load and all that is reserved in it: tonnes, and the mean content."""

    tonnes: float
    content: Mapping[Analyte, Measured]

    def as_dict(self) -> dict[str, Any]:
        content = {
            analyte.value: {"mean": m.value, "u": m.u, "basis": m.basis.value if m.basis else None}
            for analyte, m in self.content.items()
        }
        return {"t": self.tonnes, **content}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A cell that may be chosen, through one pit, and what speaks for it. `score` 0 to 1.

    `p_load_ok`: the probability that the load alone meets the cell's grade, `p_cell_ok`: that the cell does
    after it. `value`: in euros, what this choice is worth more than the best other one for this load; without
    prices by the grades' preference, without another choice None."""

    cell: str
    pit: str
    score: float
    reasons: tuple[Reason, ...]
    p_load_ok: float = 1.0
    p_cell_ok: float = 1.0
    after: After | None = None
    value: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "pit": self.pit,
            "score": self.score,
            "reasons": _reason_dicts(self.reasons),
            "p_load_ok": self.p_load_ok,
            "p_cell_ok": self.p_cell_ok,
            "after": self.after.as_dict() if self.after else None,
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """Measuring this analyte again may change the choice: what that is worth on average, in euros, and how
    many minutes it takes."""

    analyte: Analyte
    gain: float
    minutes: float

    def as_dict(self) -> dict[str, Any]:
        return {"analyte": self.analyte.value, "gain": self.gain, "minutes": self.minutes}


@dataclass(frozen=True, slots=True)
class Refused:
    """A cell that may not be chosen: all that speaks against it, then what would speak for it."""

    cell: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """`cell` None: the truck waits, and `reasons` say for what. `hold` False only for a normal cell. `ask`:
    what is worth measuring again first."""

    cell: str | None
    pit: str | None
    hold: bool
    ranked: tuple[Ranked, ...]
    refused: tuple[Refused, ...]
    reasons: tuple[Reason, ...]
    ask: Ask | None = None

    def as_dict(self) -> dict[str, Any]:
        """The shape that `silo route` prints, less the reasons' messages."""
        return {
            "proposal": self.cell,
            "pit": self.pit,
            "hold": self.hold,
            "ranked": [r.as_dict() for r in self.ranked],
            "refused": [{"cell": r.cell, "reasons": _reason_dicts(r.reasons)} for r in self.refused],
            "reasons": _reason_dicts(self.reasons),
            "ask": self.ask.as_dict() if self.ask else None,
        }


def _reason_dicts(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [reason.as_dict() for reason in reasons]
