"""Weighings: offered, confirmed into a visit's chain, typed, or dismissed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlmodel import col, select

from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import ByOperator, terminal
from station.api.openapi import problems
from station.api.views.tickets import ticket
from station.api.views.view import view_of
from station.api.views.visits import visit
from station.api.views.weighings import weighing
from station.receival import weighings
from station.receival.closing import Tipped
from station.store.tables import Weighing

router = APIRouter(prefix="/weighings", tags=["weighings"])
WeighingState = Literal["offered", "used", "dismissed"]


@router.get("", dependencies=[Depends(terminal)])
def list_weighings(
    asked: Asked, state: WeighingState | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[schemas.Weighing]:
    """Offered ones first, oldest first; then the others, newest first."""
    with view_of(asked) as view:
        offered = select(Weighing).where(Weighing.state == "offered").order_by(col(Weighing.at))
        others = select(Weighing).where(Weighing.state != "offered").order_by(col(Weighing.at).desc())
        if state is not None:
            offered, others = offered.where(Weighing.state == state), others.where(Weighing.state == state)
        found = [*view.tx.exec(offered.limit(limit)), *view.tx.exec(others.limit(limit))]
        return [weighing(view, row) for row in found[:limit]]


@router.post("", status_code=201, responses=problems(404, 409))
def type_weighing(asked: Asked, by: ByOperator, body: schemas.TypedWeighingIn) -> schemas.Weighing:
    """A weight that somebody read: it is held to what the site weighs and what its bridge can show."""
    row = weighings.type_weighing(
        asked.desk, body.kg, body.reason, by, asked.now(), bridge=body.bridge,
        despite_remarks=body.despite_remarks,
    )  # fmt: skip
    return _shown(asked, row)


@router.post("/{weighing_id}/confirm", responses=problems(404, 409))
def confirm(
    asked: Asked, by: ByOperator, weighing_id: str, body: schemas.ConfirmWeighingIn
) -> schemas.WeighingConfirmed:
    """A first weighing starts the visit's chain; an intermediate or last one closes loads with tickets."""
    tipped = {
        load_id: [Tipped(part.pit, part.cell, part.share) for part in parts]
        for load_id, parts in body.tipped.items()
    }
    done = weighings.confirm(
        asked.desk, weighing_id, body.visit_id, body.role, by, asked.now(),
        load_ids=body.load_ids, tipped=tipped, despite_remarks=body.despite_remarks,
    )  # fmt: skip
    with view_of(asked) as view:
        return schemas.WeighingConfirmed(
            weighing=weighing(view, done.weighing),
            visit=visit(view, done.visit),
            tickets=[ticket(view, row) for row in done.tickets],
        )


@router.post("/{weighing_id}/dismiss", responses=problems(404, 409))
def dismiss(asked: Asked, by: ByOperator, weighing_id: str, body: schemas.OutcomeIn) -> schemas.Weighing:
    """Nobody's weight; it stays recorded."""
    return _shown(asked, weighings.dismiss(asked.desk, weighing_id, body.reason, by, asked.now()))


def _shown(asked: Inquiry, row: Weighing) -> schemas.Weighing:
    with view_of(asked) as view:
        return weighing(view, row)
