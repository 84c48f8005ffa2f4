"""The exceptions: what could not be paired waits here for a person."""

from collections.abc import Sequence
from typing import Literal

from fastapi import APIRouter, Response

from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.views.exceptions import items
from station.api.views.view import view_of
from station.grain.reasons import Code
from station.receival.arrivals import taking_back
from station.receival.measuring import pairings
from station.store import pages, queries
from station.store.tables import Pairing

router = APIRouter(prefix="/exceptions", tags=["exceptions"])
MOST_ASSIGNED = 30
TAKEN_BACK = (Code.PAIRED_BY_PERSON, Code.PAIRED_BY_ODDS)


@router.get("")
def list_exceptions(
    asked: Asked, response: Response, *, state: Literal["waiting", "assigned"] = "waiting",
    newest: bool = False, after: After = None, limit: Limit = 50,
) -> list[schemas.ExceptionItem]:  # fmt: skip
    """What waits, oldest or newest first, on each page what a waiting load needs before the rest; or what
    persons assigned, or the station by odds, and may still be taken back, newest first."""
    (place,) = place_of(after) or (None,)
    with view_of(asked) as view:
        if state == "assigned":
            return items(view, queries.assigned(view.tx, TAKEN_BACK, MOST_ASSIGNED))
        found = pages.unpaired(view.tx, place, limit + 1, newest=newest)
        shown = items(view, page(response, found, limit, lambda row: (row.seq or 0,)))
        return sorted(shown, key=lambda one: not one.blocks)


@router.post("/dismiss", responses=problems(404))
def dismiss_several(asked: Asked, by: By, body: schemas.DismissIn) -> list[schemas.ExceptionItem]:
    """They belong to nothing, and stay recorded. All of them or none."""
    return _shown(asked, pairings.dismiss_all(asked.desk, body.ids, body.reason, by, asked.now()))


@router.post("/take-back", responses=problems(404, 409))
def take_back(asked: Asked, by: By, body: schemas.ItemsIn) -> list[schemas.ExceptionItem]:
    """They wait again: what was dismissed within a minute, what was assigned until its load's ticket."""
    return _shown(asked, taking_back.restore_exceptions(asked.desk, body.ids, by, asked.now()))


@router.post("/{item_id}/assign", responses=problems(404, 409))
def assign(asked: Asked, by: By, item_id: str, body: schemas.AssignIn) -> schemas.ExceptionItem:
    """409 `contradicts_sample` says in `params.remarks` what speaks against it, and wants a reason."""
    done = pairings.assign(
        asked.desk, item_id, body.barcode, by, asked.now(),
        reason=body.reason, as_courtesy=body.as_courtesy, despite_remarks=body.despite_remarks,
    )  # fmt: skip
    return _shown(asked, [done])[0]


@router.post("/{item_id}/dismiss", responses=problems(404))
def dismiss(asked: Asked, by: By, item_id: str, body: schemas.OutcomeIn) -> schemas.ExceptionItem:
    """It belongs to nothing, and stays recorded."""
    return _shown(asked, pairings.dismiss_all(asked.desk, [item_id], body.reason, by, asked.now()))[0]


def _shown(asked: Inquiry, pairings: Sequence[Pairing]) -> list[schemas.ExceptionItem]:
    with view_of(asked) as view:
        return items(view, pairings)
