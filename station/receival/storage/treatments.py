"""Treatments: an insecticide or a fumigation of a load, of what lies in a cell, or of a line.

What was touched is no longer free of insecticide, and is not treated with the same substance again. A line
that was treated, or that treated grain went through, keeps oilseeds out until it is flushed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from drivers.text import fold
from station.acts.desk import Actor, Desk, TreatmentProduct
from station.acts.refusals import Conflict, Fault, Invalid
from station.grain.past import INSECTICIDE_FREE, has_substance, united
from station.receival.arrivals.loads import IN_CELLS, load_named, open_load
from station.receival.deciding import proposals
from station.receival.deciding.withdrawing import withdraw_where_it_fails
from station.receival.storage import cells
from station.receival.storage.lines import check_line, in_line, note_treated
from station.receival.storage.moved_grain import substances_on
from station.receival.storage.movements import NOTHING_SAID, find_cell, movement
from station.receival.storage.tippings import tippings_of
from station.store import audit
from station.store.ids import new_id
from station.store.tables import CellMovement, Load, Treatment

Kind = Literal["insecticide", "fumigation"]


@dataclass(frozen=True, slots=True)
class Dose:
    """What is put on: a product of the site file, which says its substance and kind, or any other with both.
    `dose` is in `unit`, as the label says it (ml/t, g/m3)."""

    product: str
    dose: float
    unit: str
    substance: str = ""
    kind: Kind | None = None
    reason: str = ""


def treat_load(desk: Desk, named: str, dose: Dose, actor: Actor, at: datetime) -> Treatment:
    """Records that a load, as `load_named` finds it, was treated at its intake. Before its ticket it loses
    the claim: a decision that does not hold without it is withdrawn. What is said of it after its ticket is
    said of the cells and lines that it went into. Raises Conflict(same_substance, load_ended)."""
    with desk.ledger.write() as tx:
        load = load_named(tx, named, desk.policy.site)
        row = _row(desk, dose, actor, at, load_id=load.id)
        _check_new(substances_on(tx, load.id), row.substance)
        tx.add(row)
        _record(tx, row, actor, load)
        if load.outcome in IN_CELLS:
            _treat_where_it_lies(tx, desk, load, row, actor)
            proposals.propose_open_loads(tx, desk, at)
            return row
        open_load(tx, load.id)
        _end_claim(tx, load)
        if withdraw_where_it_fails(tx, desk, load, actor, at):
            proposals.propose_open_loads(tx, desk, at)
        else:
            proposals.propose(tx, desk, [load], at)
    return row


def treat_cell(desk: Desk, cell: str, dose: Dose, actor: Actor, at: datetime) -> CellMovement:
    """Records that a cell was treated; its movement says so, and the treatment goes with the grain. Raises
    Conflict(same_substance) where any of the grain had it before."""
    with desk.ledger.write() as tx:
        known = cells.last_movement(tx, find_cell(tx, cell).id)
        row = _row(desk, dose, actor, at, cell_id=cell)
        _check_new(cells.standing_of(known).treated, row.substance)
        tx.add(row)
        moved = _treat(tx, desk, cell, row, actor)
        _record(tx, row, actor)
        proposals.propose_open_loads(tx, desk, at)
    return moved


def treat_line(desk: Desk, line: str, dose: Dose, actor: Actor, at: datetime) -> Treatment:
    """Records that a line was treated, its machines or its empty conveyors."""
    with desk.ledger.write() as tx:
        check_line(tx, line)
        row = _row(desk, dose, actor, at, line=line)
        row.in_line = list(united(in_line(tx, line), (row.substance,)))
        tx.add(row)
        _record(tx, row, actor)
        proposals.propose_open_loads(tx, desk, at)
    return row


def flush(desk: Desk, line: str, reason: str, actor: Actor, at: datetime) -> Treatment:
    """Records that a line was flushed: nothing of what was treated is left in it."""
    with desk.ledger.write() as tx:
        check_line(tx, line)
        row = Treatment(id=new_id(at), kind="flush", line=line, reason=reason, by=actor.id, at=at)
        tx.add(row)
        audit.record(
            tx, "line_flushed", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={"line": line, "reason": reason},
        )  # fmt: skip
        proposals.propose_open_loads(tx, desk, at)
    return row


def _row(desk: Desk, dose: Dose, actor: Actor, at: datetime, **target: Any) -> Treatment:
    listed = next((one for one in desk.treatments if one.name == dose.product), None)
    substance = listed.substance if listed else dose.substance
    kind = listed.kind if listed else dose.kind
    if not substance or kind is None:
        raise Invalid(Fault.SUBSTANCE_NOT_SAID, product=dose.product)
    if listed is not None:
        _check_label(listed, dose)
    return Treatment(
        id=new_id(at), kind=kind, product=dose.product, substance=substance, dose=dose.dose, unit=dose.unit,
        reason=dose.reason, by=actor.id, at=at, **target,
    )  # fmt: skip


def _check_label(product: TreatmentProduct, dose: Dose) -> None:
    """Raises Invalid(dose_above_label) for more than the label allows, or in another unit than it says."""
    if product.most is None:
        return
    if fold(dose.unit) != fold(product.unit) or dose.dose > product.most:
        told = {"product": product.name, "most": product.most, "unit": product.unit}
        raise Invalid(Fault.DOSE_ABOVE_LABEL, dose=dose.dose, dose_unit=dose.unit, **told)


def _check_new(treated: tuple[str, ...], substance: str) -> None:
    if has_substance(treated, substance):
        raise Conflict(Fault.SAME_SUBSTANCE, substance=substance)


def _treat(tx: Session, desk: Desk, cell: str, row: Treatment, actor: Actor) -> CellMovement:
    """Writes into the cell's book that its grain was treated."""
    moved = movement(desk, cell, "treatment", 0.0, row.reason, "", NOTHING_SAID, actor, row.at)
    moved.act = {
        "treatment": row.kind, "product": row.product, "substance": row.substance, "dose": row.dose,
        "unit": row.unit,
    }  # fmt: skip
    return cells.move(tx, moved)


def _treat_where_it_lies(tx: Session, desk: Desk, load: Load, row: Treatment, actor: Actor) -> None:
    tippings = tippings_of(tx, load.id)
    for cell in dict.fromkeys(tipping.cell_id for tipping in tippings):
        _treat(tx, desk, cell, row, actor)
    tx.flush()
    note_treated(tx, load, tippings, substances_on(tx, load.id))


def _end_claim(tx: Session, load: Load) -> None:
    if INSECTICIDE_FREE in load.claims:
        load.claims = [claim for claim in load.claims if claim != INSECTICIDE_FREE]
        tx.add(load)
        tx.flush()


def _record(tx: Session, row: Treatment, actor: Actor, load: Load | None = None) -> None:
    data = row.model_dump(
        include={"kind", "cell_id", "line", "product", "substance", "dose", "unit", "reason"}
    )
    audit.record(
        tx, "treatment_recorded", row.at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
        load_id=load.id if load else None, visit_id=load.visit_id if load else None, data=data,
    )  # fmt: skip
