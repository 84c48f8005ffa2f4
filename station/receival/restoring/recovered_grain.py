"""The grain that moved in the lost time moves again in the ledger: each movement with a balance made now.

A load's grain is moved by what is still missing of it in each cell: what was closed on paper since, or
weighed again, is there already. A cell that was counted since the restore had the lost movements in it when
it was counted: the count holds.
"""

from collections import defaultdict
from uuid import UUID, uuid5

from sqlmodel import col, select

from station.post.recovery import Told
from station.receival.restoring.recovered_rows import Row, Work
from station.receival.storage import cells
from station.receival.storage.unmixed import take_back
from station.store.ids import new_id
from station.store.tables import Cell, CellMovement, Load, Weighing

KIND = "recovered"
_EXACT_KG = 1e-3


def bring_grain(work: Work, told: Told) -> int:
    """Return how many movements came back. The site file's opening of a cell is made by its start."""
    counted = _counted(work)
    lost = [row for row in told.rows("cell_movement") if _is_lost(work, row)]
    for row in lost:
        _move(work, row)
    _take_back(work, {row["load_id"] for row in lost if row["load_id"]})
    _keep_counts(work, counted)
    return len(lost)


def again_of(movement_id: str) -> str:
    """The identifier of a movement that came back: however often it is asked for, it comes once."""
    return str(uuid5(UUID(movement_id), KIND))


def _is_lost(work: Work, row: Row) -> bool:
    again = again_of(row["id"])
    if work.tx.get(CellMovement, row["id"]) is not None:
        return False
    if work.tx.get(CellMovement, again) is not None:
        work.other["cell_movement", row["id"]] = again
        return False
    if row["kind"] == "opening" and cells.last_movement(work.tx, row["cell_id"]) is not None:
        return False
    if work.tx.get(Cell, row["cell_id"]) is None:
        work.leave("cell_movement", [row["id"]], "without_cell")
        return False
    work.other["cell_movement", row["id"]] = again
    return True


def _move(work: Work, row: Row) -> None:
    """When it happened and what it was stays; both halves of a transfer name the first."""
    known = {
        "load_id": _here(work, Load, row["load_id"]),
        "transfer_id": row["transfer_id"] and work.other.get(("cell_movement", row["transfer_id"])),
        "first_weighing_id": _here(work, Weighing, row["first_weighing_id"], "weighing"),
        "last_weighing_id": _here(work, Weighing, row["last_weighing_id"], "weighing"),
    }
    known["act"] = {"was": row["kind"], **row["act"]}
    again = CellMovement(**{**row, **known, "id": again_of(row["id"]), "kind": KIND, "seq": None})
    move = take_back if again.load_id and again.kg < 0 else cells.move
    move(work.tx, again)


def _here(work: Work, kind: type[Load] | type[Weighing], id_: str | None, table: str = "load") -> str | None:
    if id_ is None:
        return None
    known = work.other.get((table, id_), id_)
    return known if work.tx.get(kind, known) is not None else None


def _take_back(work: Work, loads: set[str]) -> None:
    """What was moved for such a load since the restore was moved a second time now."""
    tx = work.tx
    since = [key[0] for name, key in work.touched if name == "cell_movement"]
    for row in tx.exec(select(CellMovement).where(col(CellMovement.id).in_(since))).all():
        id_ = again_of(row.id)
        if row.load_id in loads and row.kind != KIND and tx.get(CellMovement, id_) is None:
            take_back(tx, _opposite(row, id_, work))


def _opposite(row: CellMovement, id_: str, work: Work) -> CellMovement:
    return CellMovement(
        id=id_, cell_id=row.cell_id, kind=KIND, kg=-row.kg, regime=row.regime, organisation=row.organisation,
        load_id=row.load_id, paper_number=row.paper_number, values={}, at=work.at,
    )  # fmt: skip


def _counted(work: Work) -> dict[str, float]:
    """The balance of each cell that was counted since the restore."""
    ids = {key[0] for name, key in work.touched if name == "cell_movement"}
    query = select(CellMovement).where(CellMovement.kind == "correction")
    found = list(work.tx.exec(query.where(col(CellMovement.id).in_(sorted(ids)))))
    last = {row.cell_id: cells.last_movement(work.tx, row.cell_id) for row in found}
    return {cell: row.content_kg for cell, row in last.items() if row is not None}


def _keep_counts(work: Work, counted: dict[str, float]) -> None:
    for cell, kg in counted.items():
        last = cells.last_movement(work.tx, cell)
        if last is None or abs(last.content_kg - kg) < _EXACT_KG:
            continue
        row = CellMovement(
            id=new_id(work.at), cell_id=cell, kind="correction", kg=kg - last.content_kg, regime=last.regime,
            organisation=last.organisation, values={}, at=work.at,
        )  # fmt: skip
        cells.move(work.tx, row)


def tonnes(work: Work) -> dict[str, float]:
    """What each cell holds now, in tonnes."""
    found: dict[str, float] = defaultdict(float)
    for state in cells.states(work.tx):
        found[state.id] = state.content_t
    return dict(found)
