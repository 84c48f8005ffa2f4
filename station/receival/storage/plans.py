"""The storage plan (plan de stockage) is changed by a manager, cell by cell. What a cell holds is never
called something else by it: a plan that the content does not fit waits until the cell is empty."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed, NotFound, Refusal
from station.claims import CLAIMS
from station.grain.cells import CellState
from station.grain.claims import must_be_kept, satisfied_by
from station.grain.criteria import broken_limits
from station.grain.grades import Grade
from station.receival.deciding import proposals
from station.receival.packs.pack_standing import pack_in_force
from station.receival.storage import cells
from station.receival.storage.plan_standing import apply, in_force
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Cell, StoragePlan

WEEK = re.compile(r"20[0-9]{2}-W(0[1-9]|[1-4][0-9]|5[0-3])")
_NOTHING_T = 0.001


@dataclass(frozen=True, slots=True)
class Planned:
    """What is said of a cell; None leaves it as it is. "" of species or grade, 0 of the target: none.
    `expected`: tonnes by ISO week, in place of all that was expected."""

    species: str | None = None
    grade: str | None = None
    claims: tuple[str, ...] | None = None
    target_t: float | None = None
    expected: Mapping[str, float] | None = None


def set_plan(desk: Desk, cell: str, said: Planned, why: str, actor: Actor, at: datetime) -> StoragePlan:
    """Raises NotFound(unknown_cell), Invalid for words and figures that cannot be, and Conflict where the
    cell holds what does not fit (cell_holds_other, cell_holds_claim, cell_holds_grade), or more than is
    planned now (target_under_content)."""
    if "manager" not in actor.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    with desk.ledger.write() as tx:
        row = plan(tx, desk, cell, said, why, actor, at)
        proposals.propose_open_loads(tx, desk, at)
    return row


def plan(
    tx: Session, desk: Desk, cell_id: str, said: Planned, why: str, actor: Actor | None, at: datetime
) -> StoragePlan:
    """Do what `set_plan` says in the caller's transaction. `actor` None: the site file says so."""
    cell = tx.get(Cell, cell_id)
    if cell is None:
        raise NotFound(Fault.UNKNOWN_CELL, cell=cell_id)
    row = _row(tx, cell, said, at)
    _check_words(desk, cell, row)
    grade = _check_grade(tx, cell, row, at)
    _check_content(_state(tx, cell_id), cell, row, grade)
    row.why, row.by = why, actor.id if actor else None
    tx.add(row)
    apply(tx, cell, row)
    tx.flush()
    data = {
        "cell": cell_id, "species": row.species, "grade": row.grade, "claims": row.claims,
        "target_kg": row.target_kg, "expected": row.expected, "why": why,
    }  # fmt: skip
    audit.record(
        tx, "storage_planned", at, by=row.by, terminal=actor.terminal if actor else None, subject_id=row.id,
        data=data,
    )  # fmt: skip
    return row


def follow_site_file(tx: Session, desk: Desk, said: Iterable[tuple[str, Planned]], at: datetime) -> None:
    """Take what the site file plans anew. What a person planned holds over it; what does not fit a cell's
    content is tried again at the next start."""
    held = in_force(tx)
    for cell_id, planned in said:
        before = held.get(cell_id)
        if (before is not None and before.by is not None) or _says_the_same(tx, cell_id, planned):
            continue
        try:
            plan(tx, desk, cell_id, planned, "", None, at)
        except Refusal as refusal:
            data = {"cell": cell_id, "code": refusal.code.value}
            audit.record(tx, "storage_plan_waits", at, data=data)


def _says_the_same(tx: Session, cell_id: str, said: Planned) -> bool:
    """Tell whether the newest row of the site file says this already."""
    query = select(StoragePlan).where(StoragePlan.cell_id == cell_id, col(StoragePlan.by).is_(None))
    last = tx.exec(query.order_by(col(StoragePlan.seq).desc()).limit(1)).first()
    if last is None:
        return False
    again = _merged(last, said)
    return all(getattr(again, name) == getattr(last, name) for name in _SAID)


_SAID = ("species", "grade", "claims", "target_kg", "expected")


def _row(tx: Session, cell: Cell, said: Planned, at: datetime) -> StoragePlan:
    before = in_force(tx).get(cell.id)
    now = StoragePlan(
        id=new_id(at), cell_id=cell.id, species=cell.species, grade=cell.grade, claims=sorted(cell.claims),
        target_kg=cell.target_kg, expected=dict(before.expected) if before else {}, at=at,
    )  # fmt: skip
    return _merged(now, said)


def _merged(now: StoragePlan, said: Planned) -> StoragePlan:
    row = StoragePlan(**now.model_dump())
    if said.species is not None and said.species != now.species:
        row.species, row.grade = said.species or None, None  # a grade is one of a species
    if said.grade is not None:
        row.grade = said.grade or None
    if said.claims is not None:
        row.claims = sorted(set(said.claims))
    if said.target_t is not None:
        row.target_kg = round(said.target_t * 1000, 3) or None
    if said.expected is not None:
        row.expected = {week: t for week, t in sorted(said.expected.items()) if t > 0}
    return row


def _check_words(desk: Desk, cell: Cell, row: StoragePlan) -> None:
    if row.species not in (None, cell.species, *desk.policy.species):
        raise Invalid(Fault.UNKNOWN_SPECIES, species=row.species, known=list(desk.policy.species))
    for claim in row.claims:
        if claim not in CLAIMS.entries:
            raise Invalid(Fault.UNKNOWN_CLAIM, claim=claim, known=list(CLAIMS.entries))
    if row.target_kg is not None and row.target_kg > cell.capacity_kg:
        raise Invalid(Fault.TARGET_OVER_CAPACITY, cell=cell.id, capacity_t=cell.capacity_kg / 1000)
    for week in row.expected:
        if not WEEK.fullmatch(week):
            raise Invalid(Fault.NOT_A_WEEK, text=week)


def _check_grade(tx: Session, cell: Cell, row: StoragePlan, at: datetime) -> Grade | None:
    """Return the grade that is planned, where the pack in force has it."""
    pack = pack_in_force(tx, at)
    grade = pack.grade(row.grade) if pack else None
    if row.grade is not None and row.grade != cell.grade and grade is None:
        raise Invalid(Fault.UNKNOWN_GRADE, grade=row.grade)
    if grade is not None and row.species is None:
        row.species = grade.species
    if grade is not None and grade.species != row.species:
        raise Invalid(Fault.GRADE_OF_OTHER_SPECIES, grade=grade.id, species=grade.species)
    graded = {one.species for one in pack.grades} if pack else set()
    if cell.role == "normal" and row.grade is None and (row.species is None or row.species in graded):
        raise Invalid(Fault.GRADE_NOT_SAID, cell=cell.id)
    return grade


def _state(tx: Session, cell_id: str) -> CellState:
    return next(one for one in cells.states(tx) if one.id == cell_id)


def _check_content(state: CellState, cell: Cell, row: StoragePlan, grade: Grade | None) -> None:
    """What the cell holds, or has reserved, must be what the plan calls it, and no more than it wants."""
    held_t = state.content_t + state.reserved_t
    if held_t <= _NOTHING_T:
        return
    about = {"cell": cell.id, "content_kg": round(held_t * 1000)}
    if row.species != cell.species and row.species is not None:
        raise Conflict(Fault.CELL_HOLDS_OTHER, **about, species=cell.species)
    honoured, new = state.claims, set(row.claims)
    unproved = sorted(new - satisfied_by(honoured) - set(cell.claims))
    dropped = sorted(claim for claim in honoured - satisfied_by(new) if must_be_kept(claim))
    if unproved or dropped:
        raise Conflict(Fault.CELL_HOLDS_CLAIM, **about, claim=(unproved or dropped)[0])
    target_kg = row.target_kg if row.target_kg != cell.target_kg else None
    if target_kg is not None and target_kg / 1000 < held_t - _NOTHING_T:
        raise Conflict(Fault.TARGET_UNDER_CONTENT, **about, target_t=target_kg / 1000)
    if grade is None or row.grade == cell.grade:
        return
    decisive = replace(grade, criteria=tuple(c for c in grade.criteria if c.kind != "information"))
    values = {(a.value, m.basis.value if m.basis else None): m.value for a, m in state.content.items()}
    for reason in broken_limits(values, [decisive]):
        params = {name: reason.params[name] for name in ("analyte", "value", "unit", "basis")}
        raise Conflict(Fault.CELL_HOLDS_GRADE, **about, grade=grade.id, **params)
