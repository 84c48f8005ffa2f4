"""A lot's passport says how likely what left in one movement meets what its buyer asks for, and what the
buyer found in it: the buyer's analysis comes in as a result of the movement (`silo lab import --customer`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from station.acts.refusals import Fault, Invalid, NotFound
from station.grain.cells import Facts
from station.grain.criteria import Absent, GradeJudgement, judge
from station.grain.grades import Grade, RulePack
from station.grain.mixing import OUT
from station.grain.revising import measured_of
from station.receival.packs.pack_standing import packs_in_force
from station.store.tables import Cell, CellMovement, LabResult


@dataclass(frozen=True, slots=True)
class PassportLine:
    """One limit of the contract. `value` and `u` are what left, on the limit's basis, None where it is not
    known; `p` is the probability that it meets the limit. `found` is the buyer's value, if there is one."""

    analyte: str
    unit: str
    basis: str | None
    op: str
    limit: float
    kind: str
    value: float | None
    u: float | None
    p: float | None
    found: float | None = None

    @property
    def difference(self) -> float | None:
        """Return what the buyer found more."""
        return None if self.value is None or self.found is None else round(self.found - self.value, 6)


@dataclass(frozen=True, slots=True)
class Passport:
    """`p`: that the lot meets the grade by all that is known of it; what is not known stands in `lines`
    without a value."""

    movement_id: str
    at: datetime
    kg: float
    grade: str
    grade_name: Mapping[str, str]
    pack: str
    p: float
    lines: tuple[PassportLine, ...]


def passport(tx: Session, movement_id: str, grade_id: str | None, pack: RulePack | None) -> Passport:
    """Judge one movement out by a grade of `pack`; None: by the packs that held when it left, and by its
    cell's grade where none is named. Raises NotFound(unknown_paper), Invalid(unknown_grade)."""
    row = tx.get(CellMovement, movement_id)
    if row is None or row.was != OUT:
        raise NotFound(Fault.UNKNOWN_PAPER, paper_number=movement_id)
    wanted = grade_id or tx.get_one(Cell, row.cell_id).grade
    packs = [pack] if pack else list(packs_in_force(tx, row.at).values())
    found = next(((one, grade) for one in packs if (grade := one.grade(wanted))), None)
    if found is None:
        known = sorted({grade.id for one in packs for grade in one.grades})
        raise Invalid(Fault.UNKNOWN_GRADE, grade=wanted or "", known=known)
    held, grade = found
    judged = judge(_facts(row, grade), grade, held)
    return Passport(
        row.id, row.at, -row.kg, grade.id, grade.name, f"{held.name} {held.version}", judged.p_load_ok,
        tuple(_lines(judged, _found(tx, row.id))),
    )  # fmt: skip


def _facts(row: CellMovement, grade: Grade) -> Facts:
    return Facts(grade.species, grade.claims, -row.kg / 1000, measured_of(row.values))


def _found(tx: Session, movement_id: str) -> Mapping[tuple[str, str | None], float]:
    """The buyer's values that hold, by analyte and basis."""
    query = select(LabResult).where(LabResult.movement_id == movement_id, LabResult.state == "accepted")
    query = query.where(col(LabResult.current).is_(True), LabResult.comparator == "")
    return {(one.analyte, one.basis): one.value for one in tx.exec(query.order_by(col(LabResult.seq)))}


def _lines(judged: GradeJudgement, found: Mapping[tuple[str, str | None], float]) -> Sequence[PassportLine]:
    lines = []
    for step in judged.steps:
        limit = step.criterion
        basis = limit.basis.value if limit.basis else None
        known = (None, None, None) if isinstance(step, Absent) else (step.value, step.u, step.p)
        line = PassportLine(
            limit.analyte.value, limit.unit.value, basis, limit.op.value, limit.limit, limit.kind, *known
        )
        lines.append(replace(line, found=_found_on(found, line.analyte, basis)))
    return lines


def _found_on(found: Mapping[tuple[str, str | None], float], analyte: str, basis: str | None) -> float | None:
    """The buyer's value on that basis; as is and without a basis is the same."""
    bases = (None, "as_is") if basis in (None, "as_is") else (basis,)
    return next((found[analyte, one] for one in bases if (analyte, one) in found), None)
