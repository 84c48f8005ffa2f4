"""Corrections: what the station proposes, and what a manager makes of it. Open loads are judged anew."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.views import corrections as views
from station.api.views.view import view_of
from station.lab import corrections
from station.receival.deciding import proposals
from station.store.tables import Correction

router = APIRouter(prefix="/corrections", tags=["corrections"])


@router.get("")
def list_corrections(
    asked: Asked,
    state: Annotated[Literal["all", "proposed", "approved", "declined", "ended"], Query()] = "all",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[schemas.Correction]:
    """Newest first."""
    with view_of(asked) as view:
        return views.listed(view, () if state == "all" else (state,), limit)


@router.post("/{correction_id}/approve", responses=problems(404, 409))
def approve(asked: Asked, by: By, correction_id: str, body: schemas.CorrectionActIn) -> schemas.Correction:
    """In force from now on, in place of an earlier one of the same source, analyte and species."""
    now = asked.now()
    row = corrections.approve(asked.desk, correction_id, body.reason, by, now)
    proposals.renew(asked.desk, now)
    return _shown(asked, row)


@router.post("/{correction_id}/decline", responses=problems(404, 409))
def decline(asked: Asked, by: By, correction_id: str, body: schemas.CorrectionActIn) -> schemas.Correction:
    """It is not proposed again before the evidence is another."""
    return _shown(asked, corrections.decline(asked.desk, correction_id, body.reason, by, asked.now()))


@router.post("/{correction_id}/end", responses=problems(404, 409))
def end(asked: Asked, by: By, correction_id: str, body: schemas.CorrectionActIn) -> schemas.Correction:
    """Values are judged as they are measured again."""
    now = asked.now()
    row = corrections.end(asked.desk, correction_id, body.reason, by, now)
    proposals.renew(asked.desk, now)
    return _shown(asked, row)


def _shown(asked: Inquiry, row: Correction) -> schemas.Correction:
    with view_of(asked) as view:
        return views.correction(view, row)
