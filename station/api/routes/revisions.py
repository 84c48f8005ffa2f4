"""Revisions: what late values make of closed loads, to be confirmed by a manager."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, FewRows, page, place_of
from station.api.views.revisions import revisions as shown
from station.api.views.view import view_of
from station.receival.papers import late_values, revisions
from station.store import pages

router = APIRouter(prefix="/revisions", tags=["revisions"])

State = Annotated[Literal["all", "proposed", "applied", "dismissed", "withdrawn"], Query()]


@router.get("")
def list_revisions(
    asked: Asked, response: Response, state: State = "proposed", after: After = None, limit: FewRows = 50
) -> list[schemas.Revision]:
    """Newest first."""
    (before,) = place_of(after) or (None,)
    with view_of(asked) as view:
        found = pages.revisions(view.tx, state, before, limit + 1)
        return shown(view, page(response, found, limit, lambda row: (row.seq or 0,)))


@router.post("/look", status_code=204)
def look_for_late_values(asked: Asked) -> None:
    """Late values are looked for at once; the station does so every few seconds."""
    late_values.take_all(asked.desk, asked.now())


@router.post("/apply", responses=problems(404, 409))
def apply_revisions(asked: Asked, by: By, body: schemas.RevisionsIn) -> list[schemas.Revision]:
    """Cells hold what is known now; a ticket that says another value is replaced. All of them or none."""
    rows = revisions.apply_revisions(asked.desk, body.ids, body.reason, by, asked.now())
    with view_of(asked) as view:
        return shown(view, rows)


@router.post("/dismiss", responses=problems(404, 409))
def dismiss_revisions(asked: Asked, by: By, body: schemas.RevisionsIn) -> list[schemas.Revision]:
    """Loads stay what they were. All of them or none."""
    rows = revisions.dismiss_revisions(asked.desk, body.ids, body.reason, by, asked.now())
    with view_of(asked) as view:
        return shown(view, rows)
