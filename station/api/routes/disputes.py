"""Disputes of tickets: opened within the site's window, closed with all values kept."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.views import disputes as views
from station.api.views.view import view_of
from station.lab import disputes
from station.store import disputes as store
from station.store.tables import Dispute, Load

router = APIRouter(tags=["disputes"])
_IS_OPEN = {"open": True, "closed": False, "all": None}


@router.get("/disputes")
def list_disputes(
    asked: Asked,
    response: Response,
    state: Annotated[Literal["open", "closed", "all"], Query()] = "open",
    after: After = None,
    limit: Limit = 100,
) -> list[schemas.Dispute]:
    """Newest first."""
    (before,) = place_of(after) or (None,)
    with view_of(asked) as view:
        found = store.disputes(view.tx, is_open=_IS_OPEN[state], before=before, most=limit + 1)
        return views.disputes(view, page(response, found, limit, lambda row: (row.seq or 0,)))


@router.get("/loads/{load_id}/disputes", responses=problems(404))
def disputes_of_load(asked: Asked, load_id: str) -> list[schemas.Dispute]:
    """Newest first."""
    with view_of(asked) as view:
        if view.tx.get(Load, load_id) is None:
            raise NotFound(Fault.UNKNOWN_LOAD, id=load_id)
        rows = store.disputes(view.tx, is_open=None, before=None, most=100, load_id=load_id)
        return views.disputes(view, rows)


@router.post("/loads/{load_id}/disputes", status_code=201, responses=problems(404, 409))
def open_dispute(asked: Asked, by: By, load_id: str, body: schemas.DisputeIn) -> schemas.Dispute:
    """Its retained sample and its photos stay until it is closed; 409 `too_late_to_dispute` says until when
    the ticket could be disputed."""
    row = disputes.open_dispute(
        asked.desk, load_id, body.analytes, body.raised_by, body.reason, by, asked.now()
    )
    return _shown(asked, row)


@router.get("/disputes/{dispute_id}", responses=problems(404))
def show_dispute(asked: Asked, dispute_id: str) -> schemas.DisputePaper:
    """The whole paper: ticket, decision, values, custody."""
    with view_of(asked) as view:
        return views.paper(view, dispute_id)


@router.post("/disputes/{dispute_id}/note", responses=problems(404, 409))
def add_note(asked: Asked, by: By, dispute_id: str, body: schemas.DisputeNoteIn) -> schemas.Dispute:
    return _shown(asked, disputes.note(asked.desk, dispute_id, body.text, by, asked.now()))


@router.post("/disputes/{dispute_id}/close", responses=problems(404, 409))
def close_dispute(asked: Asked, by: By, dispute_id: str, body: schemas.DisputeCloseIn) -> schemas.Dispute:
    """With every value that is known now."""
    row = disputes.close_dispute(asked.desk, dispute_id, body.outcome, body.reason, by, asked.now())
    return _shown(asked, row)


def _shown(asked: Inquiry, row: Dispute) -> schemas.Dispute:
    with view_of(asked) as view:
        return views.disputes(view, [row])[0]
