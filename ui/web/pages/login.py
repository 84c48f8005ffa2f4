"""Signing in with a name and a password, and out."""

import ipaddress
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from station.acts.refusals import Refusal
from station.api.asked import Inquiry
from station.api.context import Context
from station.api.pins import PinDesk
from station.api.problems import Rejected
from station.receival.people import person_with_password
from station.store.names import PAGES
from station.store.tables import Person
from ui.web.reader import language_of_page, visiting
from ui.web.rendering import page_of
from ui.web.sessions import SESSION, Sessions, keep, local_path
from ui.words.i18n import translator
from ui.words.problems import problem

LONGEST_NAME, LONGEST_PASSWORD = 80, 128
router = APIRouter()


@dataclass(frozen=True, slots=True)
class LoginPage:
    """`to` is where the reader wanted to go, `wrong` why not yet."""

    to: str
    name: str = ""
    wrong: tuple[str, str] | None = None


@router.get("/login")
def ask_who(request: Request, person: Annotated[Person | None, Depends(visiting)], to: str = "/") -> Response:
    if person is not None:
        return RedirectResponse(local_path(to), 303)
    return _asking(request, LoginPage(local_path(to)))


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
    except (Refusal, Rejected) as refused:
        texts = problem(refused.code.value, refused.params, asked.language)
        response = _asking(request, LoginPage(local_path(to), name, texts), refused.status)
        if refused.status == 429:
            response.headers["Retry-After"] = str(refused.params["seconds"])
        return response
    response = RedirectResponse(local_path(to), 303)
    keep(response, request, SESSION, sessions.begin(person, asked.now()))
    return response


@router.post("/logout")
def sign_out() -> Response:
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION, httponly=True, samesite="strict")
    return response


def _asking(request: Request, page: LoginPage, status: int = 200) -> Response:
    t = translator(language_of_page(request, None))
    return page_of(request, t, "login.html", person=None, page=page, status=status)


def place_of(request: Request) -> str:
    """Where somebody signs in from, as the locks count it: of IPv6 the network, in which one device may have
    as many addresses as it likes."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return f"{PAGES} {host}"
    if address.version == 4:
        return f"{PAGES} {address}"
    return f"{PAGES} {ipaddress.ip_network((address, 64), strict=False)}"
