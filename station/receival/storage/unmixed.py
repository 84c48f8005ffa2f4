"""A cell of which grain is taken back that never came into it: it is what it would be without that grain.

What came, left and was done there since is gone through again with so much less of the load. Only movements
of this cell are read, from the load's own on. What left for elsewhere meanwhile keeps the quality that it was
taken for.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from station.receival.storage import cells
from station.store.tables import CellMovement


def take_back(tx: Session, row: CellMovement) -> CellMovement:
    """Append a movement that takes back, below 0 kg, what came into its cell of its load."""
    first = select(func.min(CellMovement.seq)).where(
        CellMovement.load_id == row.load_id, CellMovement.cell_id == row.cell_id, CellMovement.kg > 0
    )
    since = tx.exec(first).one()
    if since is None:
        return cells.move(tx, row)
    here = select(CellMovement).where(CellMovement.cell_id == row.cell_id).order_by(col(CellMovement.seq))
    rows = tx.exec(here.where(col(CellMovement.seq) >= since)).all()
    earlier = here.where(col(CellMovement.seq) < since).order_by(None).order_by(col(CellMovement.seq).desc())
    after = _again(tx.exec(earlier.limit(1)).first(), rows, row)
    row.content_kg = rows[-1].content_kg + row.kg
    row.content, row.standing = after.content, after.standing
    tx.add(row)
    tx.flush()
    return row


def _again(before: CellMovement | None, rows: Sequence[CellMovement], less: CellMovement) -> CellMovement:
    """Go through these movements of a cell as if what was taken back of loads had never come."""
    came = {one.load_id for one in rows if one.load_id and one.kg > 0}
    taken: dict[str, float] = defaultdict(float)
    for one in (*rows, less):
        if one.kg < 0 and one.load_id in came:
            taken[one.load_id or ""] -= one.kg
    lies = dict.fromkeys(taken, 1.0)
    last = before
    for one in rows:
        again = CellMovement(**one.model_dump())
        if one.load_id in taken:
            again.kg = _left(one, taken, lies)
            again.grain = one.grain if again.kg else {}
            again.values = _scaled(one.values, lies[one.load_id]) if one.kind == "revaluation" else one.values
        again.content_kg = (last.content_kg if last else 0.0) + again.kg
        again.content = cells.content_after(last, again)
        again.standing = cells.standing_after(last, again).as_dict()
        last = again
    assert last is not None  # the load's own movement is among them
    return last


def _left(one: CellMovement, taken: dict[str, float], lies: dict[str, float]) -> float:
    """What of a load's movement came all the same."""
    load = one.load_id or ""
    if one.kg <= 0:
        return 0.0
    less = min(one.kg, taken[load])
    taken[load] -= less
    lies[load] = 1.0 - less / one.kg
    return one.kg - less


def _scaled(values: Mapping[str, Any], share: float) -> dict[str, Any]:
    """A late value is of what really lies there."""
    if share <= 0.0:
        return {}
    return {name: {**one, "known_t": one["known_t"] * share} for name, one in values.items()}
