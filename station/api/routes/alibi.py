"""The sealed memory of a weighing head beside the tickets."""

from fastapi import APIRouter

from station.api import schemas
from station.api.asked import Asked
from station.api.openapi import problems
from station.api.views import alibi
from station.api.views.view import view_of

router = APIRouter(tags=["weighings"])


@router.post("/alibi/check", responses=problems(404, 422))
def check_memory(asked: Asked, body: schemas.AlibiFileIn) -> schemas.AlibiChecked:
    """Nothing is recorded. 422 `bridge_not_said` where the site has several bridges and none is named."""
    with view_of(asked) as view:
        return alibi.checked(view, body.text, body.bridge)
