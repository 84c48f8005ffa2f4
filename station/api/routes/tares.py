"""Stored tares: kept from a real weighing, and used as a visit's last one where a person says so."""

from fastapi import APIRouter, Response

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.confirming import confirmed, tipped_by_load
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.views import reference as views
from station.api.views.view import view_of
from station.receival.bridge import stored_tares as acts
from station.store import pages

router = APIRouter(tags=["weighings"])


@router.get("/visits/{visit_id}/stored-tare", responses=problems(404))
def get_tare(asked: Asked, visit_id: str) -> schemas.StoredTare | None:
    """That of the visit's vehicle with its trailer; null where none is kept."""
    with view_of(asked) as view:
        return views.tare_of_visit(view, asked.desk, visit_id)


@router.get("/tares")
def list_tares(
    asked: Asked, response: Response, after: After = None, limit: Limit = 50
) -> list[schemas.StoredTare]:
    """Those that are kept, the newest first."""
    (before,) = place_of(after) or (None,)
    with view_of(asked) as view:
        found = pages.stored_tares(view.tx, before, limit + 1)
        return views.tares(view, asked.desk, page(response, found, limit, lambda row: (row.seq or 0,)))


@router.post("/tares", status_code=201, responses=problems(404, 409))
def store_tare(asked: Asked, by: By, body: schemas.StoreTareIn) -> schemas.StoredTare:
    """It takes the place of the tare that this vehicle with this trailer had."""
    row = acts.store_tare(
        asked.desk, body.weighing_id, by, asked.now(), plate=body.plate or "", trailer=body.trailer
    )
    with view_of(asked) as view:
        return views.tares(view, asked.desk, [row])[0]


@router.post("/tares/{tare_id}/end", responses=problems(404))
def end_tare(asked: Asked, by: By, tare_id: str) -> schemas.StoredTare:
    """The vehicle was changed: it is kept no more."""
    row = acts.end_tare(asked.desk, tare_id, by, asked.now())
    with view_of(asked) as view:
        return views.tares(view, asked.desk, [row])[0]


@router.post("/visits/{visit_id}/stored-tare", responses=problems(404, 409))
def use_tare(asked: Asked, by: By, visit_id: str, body: schemas.UseTareIn) -> schemas.WeighingConfirmed:
    """It closes the visit's loads with tickets that say which weighing it was. One that is too old is 409
    `tare_too_old`, whatever was said."""
    done = acts.use_tare(
        asked.desk, visit_id, body.tare_id, by, asked.now(), load_ids=body.load_ids,
        tipped=tipped_by_load(body.tipped),
        despite_remarks=body.despite_remarks,
    )  # fmt: skip
    return confirmed(asked, done)
