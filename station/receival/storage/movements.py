"""Grain leaves a cell, goes to another, or a count of what lies there corrects the balance.

What does not fit the book of a cell is asked about first: `asked_of_cells`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, Invalid, NotAllowed, NotFound
from station.grain.identifiers import Regime
from station.grain.past import Grain
from station.grain.reasons import Reason
from station.receival.bridge.weighings import offered_weighing
from station.receival.deciding import proposals
from station.receival.masters.external import External, refer
from station.receival.measuring.remarked import asked_at_use, check_asked
from station.receival.storage import cells
from station.receival.storage.asked_of_cells import (
    EXACT_KG,
    Answer,
    check_answered,
    check_coming,
    check_count,
    check_leaving,
    check_paper,
    check_returned,
)
from station.receival.storage.joining import check_joining
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Cell, CellMovement, WeighingUse


@dataclass(frozen=True, slots=True)
class Title:
    """Whose grain it is; the site's own where nothing is said."""

    regime: Regime | None = None
    organisation: str | None = None


NOTHING_SAID = Title()


def move_out(
    desk: Desk, cell: str, kg: float, reason: str, paper_number: str, actor: Actor, at: datetime, *,
    weighings: tuple[str, str] | None = None, title: Title = NOTHING_SAID, external: External | None = None,
    despite_kg: float | None = None, despite_remarks: bool = False,
) -> CellMovement:  # fmt: skip
    """Records that `kg` left the site out of a cell. `weighings` are the empty vehicle and the full one,
    whose difference `kg` must be: they are used by this.

    Raises what `check_leaving` and `check_answered` raise, of which `despite_kg` is the answer, and what
    `weighings.confirm` raises for weights that may not be used."""
    with desk.ledger.write() as tx:
        row = take_out(
            tx, desk, cell, kg, reason, paper_number, actor, at, weighings=weighings, title=title,
            external=external, despite_kg=despite_kg, despite_remarks=despite_remarks,
            asked=check_paper(tx, "out", paper_number),
        )  # fmt: skip
        proposals.propose_open_loads(tx, desk, at)
    return row


def take_out(
    tx: Session, desk: Desk, cell: str, kg: float, reason: str, paper_number: str, actor: Actor,
    at: datetime, *, weighings: tuple[str, str] | None = None, title: Title = NOTHING_SAID,
    external: External | None = None, despite_kg: float | None = None, despite_remarks: bool = False,
    rests_on: tuple[str | None, str | None] = (None, None), asked: Sequence[Reason] = (),
) -> CellMovement:  # fmt: skip
    """Does what `move_out` says in the caller's transaction; loads are not proposed anew. `rests_on`: the two
    weights where a visit has used them already. `asked`: what the caller found to ask beside the mass."""
    source = find_cell(tx, cell)
    known = cells.last_movement(tx, source.id)
    asked = [*check_leaving(source, known, kg), *asked]
    despite = check_answered(asked, kg, Answer(despite_kg, reason))
    row = movement(desk, cell, "out", -kg, reason, paper_number, title, actor, at)
    row.values, row.grain = cells.part_of(known, kg), cells.grain_of(source, known).as_dict()
    row.first_weighing_id, row.last_weighing_id = rests_on
    if weighings is not None:
        despite += use_weighings(tx, weighings, kg, actor, at, despite_remarks=despite_remarks)
        row.first_weighing_id, row.last_weighing_id = weighings
    refer(tx, row, external)
    cells.move(tx, row)
    record(tx, "grain_moved_out", row, actor, weighings=list(weighings or ()), despite=despite)
    return row


def bring_back(
    tx: Session, gone: CellMovement, cell: str, kg: float, reason: str, actor: Actor, at: datetime, *,
    weighings: tuple[str, str] | None = None, despite_kg: float | None = None, despite_remarks: bool = False,
    rests_on: tuple[str | None, str | None] = (None, None),
) -> CellMovement:  # fmt: skip
    """Puts `kg` of what a movement took out into a cell, in the caller's transaction, with the quality that
    it left with. Raises as `move_out` for weights, as `transfer` for the cell, and what `check_returned`
    raises."""
    source, target = find_cell(tx, gone.cell_id), find_cell(tx, cell)
    before = cells.last_movement(tx, target.id)
    asked = check_joining(source, Grain.from_dict(gone.grain), target, before, actor)
    asked += check_returned(gone.paper_number, -gone.kg, kg)
    asked += check_coming(tx, target, before, kg)
    despite = check_answered(asked, kg, Answer(despite_kg, reason))
    share = kg / -gone.kg
    row = CellMovement(
        id=new_id(at), cell_id=cell, kind="returned", kg=kg, by=actor.id, reason=reason,
        paper_number=gone.paper_number, regime=gone.regime, organisation=gone.organisation,
        transfer_id=gone.id, at=at, grain=gone.grain,
        values={name: {**one, "known_t": one["known_t"] * share} for name, one in gone.values.items()},
        first_weighing_id=rests_on[0], last_weighing_id=rests_on[1],
    )  # fmt: skip
    if weighings is not None:
        despite += use_weighings(tx, weighings, kg, actor, at, despite_remarks=despite_remarks)
        row.first_weighing_id, row.last_weighing_id = weighings
    cells.move(tx, row)
    record(tx, "grain_returned", row, actor, weighings=list(weighings or ()), despite=despite)
    return row


def transfer(
    desk: Desk, from_cell: str, to_cell: str, kg: float, reason: str, paper_number: str, actor: Actor,
    at: datetime, *, title: Title = NOTHING_SAID, external: External | None = None,
    despite_kg: float | None = None,
) -> tuple[CellMovement, CellMovement]:  # fmt: skip
    """Records that `kg` went from one cell into another, which takes the quality they had. `external` names
    the first of the two movements.

    Raises as `move_out` does, and what `check_coming` and `check_joining` raise of the other cell."""
    if from_cell == to_cell:
        raise Invalid(Fault.SAME_CELL, cell=from_cell)
    with desk.ledger.write() as tx:
        source, target = find_cell(tx, from_cell), find_cell(tx, to_cell)
        known, before = (cells.last_movement(tx, one.id) for one in (source, target))
        grain = cells.grain_of(source, known)
        asked = check_joining(source, grain, target, before, actor)
        asked += check_leaving(source, known, kg) + check_coming(tx, target, before, kg)
        asked += check_paper(tx, "transfer", paper_number)
        despite = check_answered(asked, kg, Answer(despite_kg, reason))
        leaving = movement(desk, from_cell, "transfer", -kg, reason, paper_number, title, actor, at)
        coming = movement(desk, to_cell, "transfer", kg, reason, paper_number, title, actor, at)
        leaving.transfer_id = coming.transfer_id = leaving.id
        leaving.values = cells.part_of(known, kg)
        coming.values = cells.part_of(known, kg)
        leaving.grain = coming.grain = grain.as_dict()
        refer(tx, leaving, external)
        cells.move(tx, leaving)
        cells.move(tx, coming)
        record(tx, "grain_transferred", leaving, actor, to_cell=to_cell, despite=despite)
        proposals.propose_open_loads(tx, desk, at)
    return leaving, coming


def correct_inventory(
    desk: Desk, cell: str, counted_kg: float, reason: str, paper_number: str, actor: Actor, at: datetime, *,
    title: Title = NOTHING_SAID, external: External | None = None, despite_kg: float | None = None,
) -> CellMovement:  # fmt: skip
    """Records what was counted in a cell: the balance is that from now on, the quality stays as it was.

    Raises NotAllowed(not_allowed) for anybody but a manager, and what `check_count` and `check_answered`
    raise."""
    if "manager" not in actor.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    with desk.ledger.write() as tx:
        counted = find_cell(tx, cell)
        known = cells.last_movement(tx, counted.id)
        asked = check_count(counted, known, counted_kg)
        despite = check_answered(asked, counted_kg, Answer(despite_kg, reason))
        kg = counted_kg - (known.content_kg if known else 0.0)
        row = movement(desk, cell, "correction", kg, reason, paper_number, title, actor, at)
        refer(tx, row, external)
        cells.move(tx, row)
        record(tx, "inventory_corrected", row, actor, counted_kg=counted_kg, despite=despite)
        proposals.propose_open_loads(tx, desk, at)
    return row


def find_cell(tx: Session, cell: str) -> Cell:
    row = tx.get(Cell, cell)
    if row is None:
        raise NotFound(Fault.UNKNOWN_CELL, cell=cell)
    return row


def use_weighings(
    tx: Session, ids: tuple[str, str], kg: float, actor: Actor, at: datetime, *, despite_remarks: bool
) -> list[str]:
    """Takes two offered weights, the empty vehicle's and the full one's, for a movement; returns the remarks
    that the person answered for."""
    first, last = offered_weighing(tx, ids[0]), offered_weighing(tx, ids[1])
    if abs(last.kg - first.kg - kg) > EXACT_KG:
        raise Invalid(Fault.NOT_THE_DIFFERENCE, moved_kg=kg, first_kg=first.kg, last_kg=last.kg)
    despite = []
    for weighing, role in ((first, "first"), (last, "last")):
        despite += check_asked(asked_at_use(weighing), despite_remarks)
        weighing.state = "used"
        use = WeighingUse(id=new_id(at), weighing_id=weighing.id, role=role, at=at, by=actor.id)
        tx.add_all([weighing, use])
    return despite


def movement(
    desk: Desk, cell: str, kind: str, kg: float, reason: str, paper_number: str, title: Title, actor: Actor,
    at: datetime,
) -> CellMovement:  # fmt: skip
    return CellMovement(
        id=new_id(at), cell_id=cell, kind=kind, kg=kg, by=actor.id, reason=reason, paper_number=paper_number,
        regime=title.regime.value if title.regime else desk.policy.regime,
        organisation=title.organisation or desk.policy.organisation, at=at,
    )  # fmt: skip


def record(tx: Session, event: str, row: CellMovement, actor: Actor, **more: Any) -> None:
    data = {"cell": row.cell_id, "kg": row.kg, "reason": row.reason, "paper_number": row.paper_number, **more}
    audit.record(
        tx, event, row.at, by=actor.id, terminal=actor.terminal, subject_id=row.id, data=data
    )  # fmt: skip
