"""The exceptions: what could not be paired waits here for a person."""

from fastapi import APIRouter, Response

from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.views.exceptions import item, items
from station.api.views.view import view_of
from station.receival import pairings
from station.store import pages
from station.store.tables import Pairing

router = APIRouter(prefix="/exceptions", tags=["exceptions"])


@router.get("")
def list_exceptions(
    asked: Asked, response: Response, *, newest: bool = False, after: After = None, limit: Limit = 50
) -> list[schemas.ExceptionItem]:
    """Oldest first, or the newest first."""
    (place,) = place_of(after) or (None,)
    with view_of(asked) as view:
        found = pages.unpaired(view.tx, place, limit + 1, newest=newest)
        return items(view, page(response, found, limit, lambda row: (row.seq or 0,)))


@router.post("/{item_id}/assign", responses=problems(404, 409))
def assign(asked: Asked, by: By, item_id: str, body: schemas.AssignIn) -> schemas.ExceptionItem:
    done = pairings.assign(
        asked.desk, item_id, body.barcode, by, asked.now(), despite_remarks=body.despite_remarks
    )
    return _shown(asked, done)


@router.post("/{item_id}/dismiss", responses=problems(404))
def dismiss(asked: Asked, by: By, item_id: str, body: schemas.OutcomeIn) -> schemas.ExceptionItem:
    """It belongs to nothing, and stays recorded."""
    return _shown(asked, pairings.dismiss(asked.desk, item_id, body.reason, by, asked.now()))


def _shown(asked: Inquiry, pairing: Pairing) -> schemas.ExceptionItem:
    with view_of(asked) as view:
        return item(view, pairing)
