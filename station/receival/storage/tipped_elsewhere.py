"""A closed load was tipped elsewhere than its ticket says: grain, lines and paper follow what happened.

The net stays. What a cell has too much of it is taken back there, what it lacks comes in, in kilograms that
add up to the net; a cell that was counted since keeps its count, which had the grain in it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.receival.arrivals.loads import IN_CELLS
from station.receival.deciding import proposals
from station.receival.papers import revisions
from station.receival.papers.correcting_tickets import correct_where_tipped
from station.receival.storage import cells, lines, moved_grain, tippings
from station.receival.storage.tippings import Tipped
from station.store import audit
from station.store.ids import new_id
from station.store.tables import CellMovement, Load, Ticket, Tipping

Parts = dict[str, float]  # kilograms by cell


def correct_tipping(
    desk: Desk, load_id: str, parts: Sequence[Tipped], reason: str, actor: Actor, at: datetime
) -> Ticket | None:
    """Record where a closed load really went; return the correcting ticket, where it had one.

    Raises NotFound(unknown_load), Conflict(not_tipped, tipped_so_already), and what `tippings.tip` raises."""
    with desk.ledger.write() as tx:
        load = tx.get(Load, load_id)
        if load is None:
            raise NotFound(Fault.UNKNOWN_LOAD, id=load_id)
        before, last_seq = _moved(tx, load)
        if load.outcome not in IN_CELLS or not before:
            raise Conflict(Fault.NOT_TIPPED)
        was = [(one.pit, one.cell_id, one.kg) for one in tippings.tippings_of(tx, load.id)]
        rows = tippings.tip(tx, load, parts, round(sum(before.values()), 3), actor, at)
        if [(one.pit, one.cell_id, one.kg) for one in rows] == was:
            raise Conflict(Fault.TIPPED_SO_ALREADY)
        after = _by_cell(rows)
        _move(tx, load, before, after, last_seq, reason, actor, at)
        lines.note_treated(tx, load, rows, moved_grain.substances_on(tx, load.id))
        audit.record(
            tx, "tipping_corrected", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
            load_id=load.id, data={
                "before": before, "after": after, "reason": reason,
                **tippings.broken_elsewhere(tx, load, rows),
            },
        )  # fmt: skip
        ticket = correct_where_tipped(tx, desk, load, rows, reason, actor, at)
        proposals.propose_open_loads(tx, desk, at)
    return ticket


def _moved(tx: Session, load: Load) -> tuple[Parts, int]:
    """What each cell has of the load, and the number of the last of these movements."""
    query = select(CellMovement.cell_id, func.sum(CellMovement.kg), func.max(CellMovement.seq)).where(
        CellMovement.load_id == load.id, CellMovement.kg != 0
    )
    rows = tx.exec(query.group_by(col(CellMovement.cell_id))).all()
    held = {cell: kg for cell, total, _ in rows if (kg := round(total, 3))}
    return held, max((seq or 0 for _, _, seq in rows), default=0)


def _by_cell(rows: Sequence[Tipping]) -> Parts:
    found: Parts = {}
    for one in rows:
        found[one.cell_id] = round(found.get(one.cell_id, 0.0) + one.kg, 3)
    return found


def _move(
    tx: Session, load: Load, before: Parts, after: Parts, since: int, reason: str, actor: Actor, at: datetime
) -> None:
    """What is too much leaves first; nobody's grain is in two cells at once."""
    changes = {cell: round(after.get(cell, 0.0) - before.get(cell, 0.0), 3) for cell in (*before, *after)}
    applied = [one.new for one in revisions.revisions_of(tx, load.id) if one.state == revisions.APPLIED]
    for cell, kg in sorted(changes.items(), key=lambda change: (change[1] > 0, change[0])):
        if kg:
            is_counted = _is_counted(tx, cell, since)
            row = tippings.move(tx, load, cell, kg, actor, at, reason, late=applied[-1] if applied else {})
            if is_counted:
                _keep_count(tx, row)


def _is_counted(tx: Session, cell: str, since: int) -> bool:
    query = select(CellMovement.id).where(
        CellMovement.cell_id == cell, CellMovement.kind == "correction", col(CellMovement.seq) > since
    )
    return tx.exec(query.limit(1)).first() is not None


def _keep_count(tx: Session, row: CellMovement) -> None:
    cells.move(
        tx,
        CellMovement(
            id=new_id(row.at), cell_id=row.cell_id, kind="correction", kg=-row.kg, regime=row.regime,
            organisation=row.organisation, by=row.by, reason=row.reason, at=row.at,
        ),
    )  # fmt: skip
