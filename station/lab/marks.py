"""What is shown marked "to be confirmed": values of readings and photos, and cells' means, that an open hold
covers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from station.lab.holds import MOST, readings_used, values_under
from station.store.holds import MACHINE, covering, is_covered
from station.store.queries import current_proposals
from station.store.tables import CellMovement, Hold, Inspection, Measurement, Reading, Tipping

_NOTHING_KG = 0.001  # what sums of shares leave of an empty cell


def held_analytes(holds: Sequence[Hold], reading: Reading) -> list[str]:
    """Return the analytes of a reading that one of these holds covers."""
    return [
        name
        for name in reading.values
        if covering(holds, MACHINE, reading.instrument_id, name, reading.at) is not None
    ]


def held_of_captures(tx: Session, holds: Iterable[Hold], capture_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return for each of these captures the analytes of its inspections that one of these holds covers."""
    found: dict[str, set[str]] = defaultdict(set)
    for hold in (one for one in holds if one.method != MACHINE):
        query = select(Inspection.capture_id).join(Measurement, col(Measurement.source_id) == Inspection.id)
        query = query.where(col(Inspection.capture_id).in_(capture_ids), is_covered(hold))
        for capture_id in tx.exec(query):
            found[capture_id].add(hold.analyte)
    return {capture_id: sorted(analytes) for capture_id, analytes in found.items()}


def results_to_confirm(tx: Session, holds: Iterable[Hold], results: Mapping[str, Any]) -> set[str]:
    """Return the analytes of an assessment's results of which one reading, or more, is held."""
    its_own = [hold for hold in holds if hold.method == MACHINE and hold.analyte in results]
    ids = {reading for hold in its_own for reading in results[hold.analyte]["replicates"]}
    if not ids:
        return set()
    readings = {row.id: row for row in tx.exec(select(Reading).where(col(Reading.id).in_(ids)))}
    return {
        hold.analyte
        for hold in its_own
        for reading in results[hold.analyte]["replicates"]
        if hold.analyte in held_analytes([hold], readings[reading])
    }


def cells_to_confirm(tx: Session, holds: Iterable[Hold]) -> dict[str, set[str]]:
    """Return for each cell the analytes whose mean is to be confirmed: it holds grain of a load whose value
    is held, or got some of it from another cell."""
    found: dict[str, set[str]] = defaultdict(set)
    for hold in holds:
        if hold.method == MACHINE:
            for cell in _doubted_cells(tx, hold):
                found[cell].add(hold.analyte)
    return dict(found)


def _doubted_cells(tx: Session, hold: Hold) -> set[str]:
    """The cells whose mean of the analyte stands on what a hold covers. A cell that was empty since holds
    none of it; grain that was moved takes the doubt along."""
    rows = values_under(tx, hold, MOST)
    ids = list({row.load_id for row in rows if row.load_id})
    used = readings_used(current_proposals(tx, ids).values(), hold.analyte)
    loads = {row.load_id for row in rows if row.source_id in used}
    tipped = select(Tipping).where(col(Tipping.load_id).in_(loads)).order_by(col(Tipping.seq))
    came = [Step(row.seq or 0, 0, row.cell_id, None) for row in tx.exec(tipped)]
    if not came:
        return set()
    moved = list(_transfers(tx, came[0].seq))
    cells = {step.cell for step in (*came, *moved)}
    doubted: set[str] = set()
    for _, _, cell, source in sorted(
        [*came, *moved, *_emptied(tx, cells, came[0].seq)], key=lambda step: step[:2]
    ):
        if source == cell:
            doubted.discard(cell)
        elif source is None or source in doubted:
            doubted.add(cell)
    return doubted


class Step(NamedTuple):
    """Grain came into a cell from a pit (`source` None) or another cell, or the cell was empty (its own).
    What leaves a cell has left it before the cell is empty: `rank` puts both of one movement in order."""

    seq: int
    rank: int
    cell: str
    source: str | None


def _transfers(tx: Session, since: int) -> Iterator[Step]:
    query = select(CellMovement).where(CellMovement.kind == "transfer", col(CellMovement.seq) > since)
    left: dict[str, CellMovement] = {}
    for row in tx.exec(query.order_by(col(CellMovement.seq))):
        if row.id == row.transfer_id:
            left[row.id] = row
        elif source := left.get(row.transfer_id or ""):
            yield Step(source.seq or 0, 0, row.cell_id, source.cell_id)


def _emptied(tx: Session, cells: Iterable[str], since: int) -> Iterator[Step]:
    query = select(CellMovement.seq, CellMovement.cell_id).where(col(CellMovement.seq) > since)
    query = query.where(col(CellMovement.cell_id).in_(cells), col(CellMovement.content_kg) <= _NOTHING_KG)
    for seq, cell in tx.exec(query):
        yield Step(seq or 0, 1, cell, cell)
