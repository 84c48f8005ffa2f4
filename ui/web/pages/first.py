"""The first page is the first one that the person may see."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from station.acts.refusals import Fault, NotAllowed
from ui.web.navigation import STATION
from ui.web.reader import Reading

router = APIRouter()


@router.get("/")
def first(reader: Reading, request: Request) -> RedirectResponse:
    groups = STATION.menu(reader.person.roles, request.app.state.served)
    if not groups:
        raise NotAllowed(Fault.NOT_ALLOWED)
    return RedirectResponse(groups[0][0].path, 303)
