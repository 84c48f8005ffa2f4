"""What moved in and out of a cell."""

from collections.abc import Sequence

from sqlmodel import col, select

from station.api import schemas
from station.api.views.view import View, external_of, values_of
from station.grain.lines import LineState
from station.store.tables import CellMovement, Treatment


def movements(view: View, rows: Sequence[CellMovement]) -> list[schemas.Movement]:
    transfers = {row.transfer_id for row in rows if row.transfer_id}
    cells: dict[tuple[str | None, bool], str] = {
        (row.transfer_id, row.kg > 0): row.cell_id
        for row in view.tx.exec(select(CellMovement).where(col(CellMovement.transfer_id).in_(transfers)))
    }
    view.names_of(row.by for row in rows)
    return [_movement(view, row, cells.get((row.transfer_id, row.kg < 0))) for row in rows]


def _movement(view: View, row: CellMovement, other_cell: str | None) -> schemas.Movement:
    assert row.seq is not None  # every kept row has its number
    return schemas.Movement(
        id=row.id,
        seq=row.seq,
        cell=row.cell_id,
        kind=row.kind,  # type: ignore[arg-type] # the column holds one of the kinds
        kg=row.kg,
        content_kg=row.content_kg,
        at=row.at,
        by=view.name_of(row.by),
        reason=row.reason,
        paper_number=row.paper_number,
        regime=row.regime,  # type: ignore[arg-type] # the column holds one of the regimes
        organisation=row.organisation,
        load_id=row.load_id,
        other_cell=other_cell if row.transfer_id else None,
        weighings=[one for one in (row.first_weighing_id, row.last_weighing_id) if one],
        values=values_of(row.values),
        act=schemas.Act.model_validate(row.act) if row.act else None,
        **external_of(row),
    )


def treatments(view: View, rows: Sequence[Treatment]) -> list[schemas.Treatment]:
    view.names_of(row.by for row in rows)
    return [
        schemas.Treatment.model_validate(
            {**row.model_dump(), "cell": row.cell_id, "by": view.name_of(row.by) or row.by}
        )
        for row in rows
    ]


def lines(states: Sequence[LineState]) -> list[schemas.Line]:
    return [
        schemas.Line(
            id=one.id,
            pits=sorted(one.pits),
            cells=sorted(one.cells),
            busy=one.busy.species if one.busy else None,
            claims=sorted(one.busy.claims) if one.busy else [],
            treated=list(one.treated),
        )
        for one in states
    ]
