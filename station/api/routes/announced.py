"""Announced apports at the gate: who may be here, and the key that confirms it."""

from typing import Annotated

from fastapi import APIRouter, Query

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.views.announced import announced, candidates
from station.api.views.view import view_of
from station.api.views.visits import visit as shown_visit
from station.receival.arrivals import announcing, identification
from station.store.tables import Visit

router = APIRouter(tags=["announced"])
SearchText = Annotated[schemas.Text, Query(max_length=120)]


@router.get("/announced")
def list_announced(asked: Asked, q: SearchText = "") -> list[schemas.Announced]:
    """What is expected of vehicles whose plate begins so, the soonest first."""
    with view_of(asked) as view:
        return announced(view, identification.announced_like(view.tx, q))


@router.get("/identification")
def identify(asked: Asked, text: SearchText) -> list[schemas.Candidate]:
    """What a badge, the code of an announced apport or a plate says of who is here, the surest first."""
    with view_of(asked) as view:
        return candidates(view, identification.identify(view.tx, asked.desk, text))


@router.post("/announced/{announced_id}/arrive", status_code=201, responses=problems(404, 409))
def confirm(asked: Asked, by: By, announced_id: str, body: schemas.AnnouncedArrivalIn) -> schemas.Visit:
    """The truck is here: its visit opens with all that was announced."""
    seen = announcing.Seen(**body.model_dump())
    row = announcing.confirm_arrival(asked.desk, announced_id, seen, by, asked.now())
    with view_of(asked) as view:
        return shown_visit(view, view.tx.get_one(Visit, row.id))
