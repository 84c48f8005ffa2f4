"""Signing in with the organisation's own accounts, where hub.toml says so."""

import logging
from dataclasses import asdict, dataclass
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from station.acts.refusals import NotAllowed
from station.api.pins import Turnstile
from station.headquarters.people import HubPerson, person_with_account
from station.headquarters.provider import PATH, Pending, Provider, ProviderAway, ProviderRefused
from station.headquarters.served import Quarters
from ui.web.doorway import place_of
from ui.web.failures import told
from ui.web.front import language_of_page
from ui.web.rendering import page_of
from ui.web.sessions import PENDING_S, SESSION, Sessions, keep, local_path
from ui.words.i18n import N_, translator

PENDING = "silo-pending"
AWAY = N_("The organisation's sign-in cannot be reached"), N_("Try again, or sign in with a password.")
PROVES_NOTHING = N_("The organisation's sign-in did not end well"), N_("Begin again from the sign-in page.")
NO_ROLE = (
    N_("This account has no role at headquarters"),
    N_("Whoever looks after headquarters can give it one: silo hub person."),
)
router = APIRouter()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SignedInPage:
    to: str


@router.get("/provider")
def begin(request: Request, to: str = "/") -> Response:
    """Send the browser to the provider."""
    provider, sessions, quarters = _parts(request)
    try:
        place, pending = provider.begin(local_path(to))
    except (ProviderAway, ProviderRefused) as error:
        return _away(request, error)
    response = RedirectResponse(place, 303)
    response.set_cookie(
        PENDING, sessions.seal(asdict(pending), quarters.clock()), PENDING_S, path=PATH, httponly=True,
        samesite="lax",  # the browser comes back from another house
        secure=provider.settings.address.startswith("https:"),
    )  # fmt: skip
    return response


@router.get(PATH)
async def come_back(request: Request, state: str = "", code: str = "") -> Response:
    """One at a time from a place: each asks the provider."""
    provider, sessions, quarters = _parts(request)
    kept = sessions.unseal(request.cookies.get(PENDING), quarters.clock())
    if kept is None:
        return _told(request, 403, PROVES_NOTHING)
    turnstile: Turnstile = request.app.state.provider_turnstile
    pending = Pending(**kept)
    try:
        person = await turnstile.attempt(
            place_of(request), lambda: pending, partial(_person, quarters, provider, state, code)
        )
    except ProviderAway as error:
        return _away(request, error)
    except ProviderRefused as error:
        _log.warning("the provider's answer was refused: %s", error)
        return _told(request, 403, PROVES_NOTHING)
    except NotAllowed:
        return _told(request, 403, NO_ROLE)
    return _let_in(request, person, pending.to)


def _person(quarters: Quarters, provider: Provider, state: str, code: str, pending: Pending) -> HubPerson:
    account = provider.finish(pending, state, code)
    return person_with_account(
        quarters, account.subject, account.name, account.roles, follows=provider.has_roles
    )


def _let_in(request: Request, person: HubPerson, to: str) -> Response:
    """The session's cookie goes with what our own pages ask for only: so a page of ours goes on."""
    sessions: Sessions = request.app.state.sessions
    quarters: Quarters = request.app.state.quarters
    t = translator(language_of_page(request, person))
    page = SignedInPage(local_path(to))
    response = page_of(request, t, "hub/signed_in.html", person=None, page=page)
    response.delete_cookie(PENDING, path=PATH, httponly=True, samesite="lax")
    keep(response, request, SESSION, sessions.begin(person, quarters.clock()))
    return response


def _parts(request: Request) -> tuple[Provider, Sessions, Quarters]:
    state = request.app.state
    return state.provider, state.sessions, state.quarters


def _away(request: Request, error: Exception) -> Response:
    _log.warning("the provider cannot be used: %s", error)
    return _told(request, 503, AWAY)


def _told(request: Request, status: int, texts: tuple[str, str]) -> Response:
    t = translator(language_of_page(request, None))
    return told(request, status, (t.gettext(texts[0]), t.gettext(texts[1])))
