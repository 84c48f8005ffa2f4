"""The first page of headquarters is the first one that the person may see."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse

from station.acts.refusals import Fault, NotAllowed
from station.headquarters.people import HubPerson
from ui.web.forms import SignInFirst
from ui.web.front import front_of
from ui.web.hub.reader import visiting

router = APIRouter()


@router.get("/")
def first(request: Request, person: Annotated[HubPerson | None, Depends(visiting)]) -> RedirectResponse:
    if person is None:
        raise SignInFirst
    groups = front_of(request).navigation.menu(person.roles, request.app.state.served)
    if not groups:
        raise NotAllowed(Fault.NOT_ALLOWED)
    return RedirectResponse(groups[0][0].path, 303)
