"""Weighings: offered, confirmed into a visit's chain, typed, or dismissed."""

from typing import Literal

from fastapi import APIRouter, Response

from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.confirming import confirmed, tipped_by_load
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.views.view import view_of
from station.api.views.weighings import weighing, weighings
from station.receival.arrivals import taking_back
from station.receival.bridge import weighings as acts
from station.store import pages
from station.store.tables import Weighing

router = APIRouter(prefix="/weighings", tags=["weighings"])
WeighingState = Literal["offered", "used", "dismissed"]


@router.get("")
def list_weighings(
    asked: Asked, response: Response, state: WeighingState | None = None, after: After = None,
    limit: Limit = 50,
) -> list[schemas.Weighing]:  # fmt: skip
    """Offered ones first, oldest first; then the others, newest first."""
    is_past, seq = place_of(after, parts=2) or (0, 0)
    past = [one for one in _PAST if state in (None, one)]
    found: list[Weighing] = []
    with view_of(asked) as view:
        if not is_past and state in (None, "offered"):
            found += pages.offered_weighings(view.tx, seq, limit + 1)
        if len(found) <= limit:
            found += pages.past_weighings(view.tx, past, seq if is_past else None, limit + 1 - len(found))
        return weighings(view, page(response, found, limit, _place))


_PAST = ("used", "dismissed")


def _place(row: Weighing) -> tuple[int, int]:
    return int(row.state != "offered"), row.seq or 0


@router.post("", status_code=201, responses=problems(404, 409))
def type_weighing(asked: Asked, by: By, body: schemas.TypedWeighingIn) -> schemas.Weighing:
    """A weight that somebody read: it is held to what the site weighs and what its bridge can show."""
    row = acts.type_weighing(
        asked.desk, body.kg, body.reason, by, asked.now(), bridge=body.bridge,
        despite_remarks=body.despite_remarks,
    )  # fmt: skip
    return _shown(asked, row)


@router.post("/{weighing_id}/confirm", responses=problems(404, 409))
def confirm(
    asked: Asked, by: By, weighing_id: str, body: schemas.ConfirmWeighingIn
) -> schemas.WeighingConfirmed:
    """A first weighing starts the visit's chain; an intermediate or last one closes loads with tickets."""
    done = acts.confirm(
        asked.desk, weighing_id, body.visit_id, body.role, by, asked.now(),
        load_ids=body.load_ids, tipped=tipped_by_load(body.tipped), part=body.part or "",
        despite_remarks=body.despite_remarks,
    )  # fmt: skip
    return confirmed(asked, done)


@router.post("/{weighing_id}/dismiss", responses=problems(404, 409))
def dismiss(asked: Asked, by: By, weighing_id: str, body: schemas.OutcomeIn) -> schemas.Weighing:
    """Nobody's weight; it stays recorded."""
    return _shown(asked, acts.dismiss(asked.desk, weighing_id, body.reason, by, asked.now()))


@router.post("/{weighing_id}/take-back", responses=problems(404, 409))
def take_back(asked: Asked, by: By, weighing_id: str) -> schemas.Weighing:
    """A weight that was dismissed within a minute is offered again."""
    return _shown(asked, taking_back.restore_weighing(asked.desk, weighing_id, by, asked.now()))


def _shown(asked: Inquiry, row: Weighing) -> schemas.Weighing:
    with view_of(asked) as view:
        return weighing(view, row)
