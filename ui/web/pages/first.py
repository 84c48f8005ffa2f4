"""The first page is the first one that the person may see."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from station.acts.refusals import Fault, NotAllowed
from ui.web.navigation import menu
from ui.web.reader import Reading
from ui.web.sessions import LANGUAGE, keep, local_path
from ui.words.i18n import LANGUAGES

router = APIRouter()


@router.get("/")
def first(reader: Reading, request: Request) -> RedirectResponse:
    groups = menu(reader.person.roles, request.app.state.served)
    if not groups:
        raise NotAllowed(Fault.NOT_ALLOWED)
    return RedirectResponse(groups[0][0].path, 303)


@router.get("/language/{language}")
def speak(request: Request, language: str, to: str = "/") -> RedirectResponse:
    """Go on in another language, from now on."""
    response = RedirectResponse(local_path(to), 303)
    if language in LANGUAGES:
        keep(response, request, LANGUAGE, language)
    return response
