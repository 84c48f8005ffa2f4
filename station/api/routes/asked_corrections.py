"""Corrections that headquarters asks for: a named person here accepts or refuses each."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.views import asked_corrections as views
from station.api.views.view import view_of
from station.receival.arrivals import asked_corrections
from station.receival.arrivals.asked_corrections import ACCEPTED, OPEN, REFUSED
from station.store.tables import CorrectionRequest

router = APIRouter(prefix="/correction-requests", tags=["corrections"])
_STATES = {"open": (OPEN,), "answered": (ACCEPTED, REFUSED), "all": (OPEN, ACCEPTED, REFUSED)}


@router.get("")
def list_requests(
    asked: Asked, state: Annotated[Literal["open", "answered", "all"], Query()] = "open",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[schemas.CorrectionRequest]:  # fmt: skip
    """Newest first."""
    with view_of(asked) as view:
        return views.requests(view, asked_corrections.requests(view.tx, _STATES[state], limit))


@router.post("/{request_id}/accept", responses=problems(404, 409))
def accept(
    asked: Asked, by: By, request_id: schemas.Key, body: schemas.CorrectionRequestAcceptIn
) -> schemas.CorrectionRequest:
    """The load is corrected as asked; 409 `corrections_cross` where it is neither what headquarters saw nor
    what it asks for."""
    row = asked_corrections.accept(
        asked.desk, request_id, body.note, by, asked.now(), despite_crossing=body.despite_crossing
    )
    return _shown(asked, row)


@router.post("/{request_id}/refuse", responses=problems(404))
def refuse(
    asked: Asked, by: By, request_id: schemas.Key, body: schemas.CorrectionRequestRefuseIn
) -> schemas.CorrectionRequest:
    """The load stays as it is; headquarters reads the reason."""
    return _shown(asked, asked_corrections.refuse(asked.desk, request_id, body.reason, by, asked.now()))


def _shown(asked: Inquiry, row: CorrectionRequest) -> schemas.CorrectionRequest:
    with view_of(asked) as view:
        return views.request(view, row)
