"""What stands at the door of all pages: the question who it is, the way out, the language."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from station.store.names import PAGES
from ui.web.front import language_of_page
from ui.web.rendering import page_of
from ui.web.sessions import LANGUAGE, SESSION, keep, local_path
from ui.words.i18n import LANGUAGES, translator
from ui.words.problems import problem

LONGEST_NAME = 80
router = APIRouter()


@dataclass(frozen=True, slots=True)
class LoginPage:
    """`to` is where the reader wanted to go, `wrong` why not yet; `has_provider`: one may sign in by way of
    another house."""

    to: str
    name: str = ""
    wrong: tuple[str, str] | None = None
    has_provider: bool = False


@router.post("/logout")
def sign_out() -> Response:
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION, httponly=True, samesite="strict")
    return response


@router.get("/language/{language}")
def speak(request: Request, language: str, to: str = "/") -> RedirectResponse:
    """Go on in another language, from now on."""
    response = RedirectResponse(local_path(to), 303)
    if language in LANGUAGES:
        keep(response, request, LANGUAGE, language)
    return response


def asking(request: Request, page: LoginPage, status: int = 200, template: str = "login.html") -> Response:
    t = translator(language_of_page(request, None))
    return page_of(request, t, template, person=None, page=page, status=status)


def refused(
    request: Request, page: LoginPage, status: int, code: str, params: Mapping[str, Any],
    template: str = "login.html",
) -> Response:  # fmt: skip
    """The same page again, which says why not."""
    texts = problem(code, params, language_of_page(request, None))
    response = asking(request, replace(page, wrong=texts), status, template)
    if status == 429:
        response.headers["Retry-After"] = str(params["seconds"])
    return response


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
