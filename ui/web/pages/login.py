"""Signing in with a name and a password."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from station.acts.passwords import LONGEST_PASSWORD
from station.acts.refusals import Refusal
from station.api.asked import Inquiry
from station.api.context import Context
from station.api.pins import PinDesk
from station.api.problems import Rejected
from station.receival.persons.people import person_with_password
from station.store.tables import Person
from ui.web.doorway import LONGEST_NAME, LoginPage, asking, place_of, refused
from ui.web.front import language_of_page
from ui.web.reader import visiting
from ui.web.sessions import SESSION, Sessions, keep, local_path

router = APIRouter()


@router.get("/login")
def ask_who(request: Request, person: Annotated[Person | None, Depends(visiting)], to: str = "/") -> Response:
    if person is not None:
        return RedirectResponse(local_path(to), 303)
    return asking(request, LoginPage(local_path(to)))


@router.post("/login")
async def sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = "/",
) -> Response:
    """A wrong password, and too many of them, are told on the same page."""
    context: Context = request.app.state.context
    pins: PinDesk = request.app.state.pins
    sessions: Sessions = request.app.state.sessions
    asked = Inquiry(context, language_of_page(request, None))
    name, place = name.strip()[:LONGEST_NAME], place_of(request)
    password = password[: LONGEST_PASSWORD + 1]  # a longer one is nobody's
    try:
        person = await pins.attempt(
            asked, place, name,
            lambda: person_with_password(asked.desk, name, password, place, asked.now()),
        )  # fmt: skip
    except (Refusal, Rejected) as no:
        return refused(request, LoginPage(local_path(to), name), no.status, no.code.value, no.params)
    response = RedirectResponse(local_path(to), 303)
    keep(response, request, SESSION, sessions.begin(person, asked.now()))
    return response
