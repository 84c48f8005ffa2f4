"""Signing in at headquarters with a name and a password."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from station.acts.passwords import LONGEST_PASSWORD
from station.acts.refusals import Refusal
from station.api.pins import Turnstile
from station.api.problems import ApiFault, Rejected
from station.headquarters.people import HubPerson, MustWait, begin_attempt, finish_attempt
from station.headquarters.served import Quarters
from ui.web.doorway import LONGEST_NAME, LoginPage, asking, place_of, refused
from ui.web.hub.reader import visiting
from ui.web.sessions import SESSION, Sessions, keep, local_path

TEMPLATE = "hub/login.html"
router = APIRouter()


@router.get("/login")
def ask_who(
    request: Request, person: Annotated[HubPerson | None, Depends(visiting)], to: str = "/"
) -> Response:
    if person is not None:
        return RedirectResponse(local_path(to), 303)
    return asking(request, _page(request, to), template=TEMPLATE)


@router.post("/login")
async def sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = "/",
) -> Response:
    """A wrong password, and too many of them, are told on the same page."""
    quarters: Quarters = request.app.state.quarters
    turnstile: Turnstile = request.app.state.turnstile
    sessions: Sessions = request.app.state.sessions
    name, place = name.strip()[:LONGEST_NAME], place_of(request)
    password = password[: LONGEST_PASSWORD + 1]  # a longer one is nobody's
    no = partial(refused, request, _page(request, to, name), template=TEMPLATE)
    try:
        person = await turnstile.attempt(
            place,
            lambda: begin_attempt(quarters, name, place),
            lambda attempt: finish_attempt(quarters, attempt, password),
        )
    except MustWait as wait:
        return no(429, ApiFault.TOO_MANY_ATTEMPTS, {"seconds": wait.seconds})
    except (Refusal, Rejected) as error:
        return no(error.status, error.code.value, error.params)
    response = RedirectResponse(local_path(to), 303)
    keep(response, request, SESSION, sessions.begin(person, quarters.clock()))
    return response


def _page(request: Request, to: str, name: str = "") -> LoginPage:
    return LoginPage(local_path(to), name, has_provider=request.app.state.provider is not None)
