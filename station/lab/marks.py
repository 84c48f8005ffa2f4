"""What is shown marked "to be confirmed": values of readings and photos, and cells' means, that an open hold
covers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from station.lab.holds import MOST, readings_used
from station.store.holds import MACHINE, covering, is_covered
from station.store.tables import CellMovement, Hold, Inspection, Measurement, Reading, Tipping

AT_ONCE = 100  # loads whose assessment is looked at by one question
_NOTHING_KG = 0.001  # what sums of shares leave of an empty cell


class Step(NamedTuple):
    """Grain came into a cell: from a pit (`source` None), with a held `reading` of a `load`, or from another
    cell; or the cell was empty (its own). What leaves a cell has left it before it is empty: `rank` puts both
    of one movement in order."""

    seq: int
    rank: int
    cell: str
    source: str | None
    load: str | None = None
    reading: str | None = None


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


def results_to_confirm(
    holds: Iterable[Hold], results: Mapping[str, Any], readings: Mapping[str, Reading]
) -> set[str]:
    """Return the analytes of an assessment's results of which one reading, or more, is held; `readings` by
    their id are all that the results stand on."""
    return {
        hold.analyte
        for hold in holds
        if hold.analyte in results
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
    came = _tipped(tx, hold)
    if not came:
        return set()
    moved = list(_transfers(tx, came[0].seq))
    cells = {step.cell for step in (*came, *moved)}
    steps = sorted([*came, *moved, *_emptied(tx, cells, came[0].seq)], key=lambda step: (step.seq, step.rank))
    used, doubted = _Used(tx, hold.analyte, came), set[str]()
    for step in steps:
        if step.source == step.cell:
            doubted.discard(step.cell)
        elif step.cell not in doubted and (step.source in doubted or used.stands_on(step)):
            doubted.add(step.cell)
    return doubted


def _tipped(tx: Session, hold: Hold) -> list[Step]:
    """What came from a pit with a value that the hold covers, oldest first."""
    query = select(Tipping.seq, Tipping.cell_id, Tipping.load_id, Measurement.source_id)
    query = query.where(col(Tipping.current).is_(True))
    query = query.join(Measurement, col(Measurement.load_id) == Tipping.load_id).where(is_covered(hold))
    rows = tx.exec(query.order_by(col(Measurement.at).desc()).limit(MOST))
    came = [Step(seq or 0, 0, cell, None, load, reading) for seq, cell, load, reading in rows]
    return sorted(came, key=lambda step: step.seq)


class _Used:
    """Which readings the loads' values stand on. The ledger is asked for a hundred loads at once, and only as
    far as somebody wants to know: a cell that is doubted is not asked about again."""

    def __init__(self, tx: Session, analyte: str, came: Sequence[Step]) -> None:
        self._tx, self._analyte = tx, analyte
        self._loads = list(dict.fromkeys(step.load for step in came if step.load is not None))
        self._asked: set[str] = set()
        self._readings: set[str] = set()

    def stands_on(self, step: Step) -> bool:
        if step.load is None:
            return False
        if step.load not in self._asked:
            begin = self._loads.index(step.load)
            some = self._loads[begin : begin + AT_ONCE]
            self._asked.update(some)
            self._readings |= readings_used(self._tx, some, self._analyte)
        return step.reading in self._readings


def _transfers(tx: Session, since: int) -> Iterator[Step]:
    query = select(CellMovement).where(col(CellMovement.kind).in_(["transfer", "drying", "recovered"]))
    query = query.where(col(CellMovement.seq) > since)
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
