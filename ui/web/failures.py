"""What goes wrong becomes a page that says so, in the reader's language, and what to do."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from station.acts.refusals import Refusal
from station.api.problems import ApiFault, Rejected, status_of
from station.store.errors import DiskFull, LedgerError
from ui.web.forms import FormExpired, SignInFirst
from ui.web.front import front_of, language_of_page
from ui.web.headers import HEADERS
from ui.web.rendering import address_of, page_of
from ui.words.fields import field_name
from ui.words.i18n import N_, translator
from ui.words.problems import problem

_log = logging.getLogger(__name__)
EXPIRED = N_("This page was open for too long, or the browser keeps no cookies"), N_("Fill it in again.")
CORRECT = N_("Go back, correct it and send it again.")
NUMBER = N_("Go back and write a number below 1000, without its unit.")
NUMBERS = {
    "old_slope": N_("Slope before"), "new_slope": N_("Slope after"), "old_bias": N_("Bias before"),
    "new_bias": N_("Bias after"),
}  # fmt: skip
FIELDS = {  # as the forms call them
    **NUMBERS, "reason": N_("Reason"), "done_at": N_("When"), "instrument": N_("Instrument"),
    "analyte": N_("What"), "network": N_("Network"), "done_by": N_("Adjusted by"), "outcome": N_("Outcome"),
    "raised_by": N_("Contested by"), "correction": N_("Correction"), "day": N_("Day"),
}  # fmt: skip
_HTTP = {404: ApiFault.NOT_FOUND, 405: ApiFault.METHOD_NOT_ALLOWED, 413: ApiFault.TOO_LARGE}


def install(app: FastAPI) -> None:
    app.add_exception_handler(SignInFirst, _sign_in)
    app.add_exception_handler(FormExpired, _expired)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(Rejected, _rejected)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    for kind in (DiskFull, LedgerError, OperationalError, PoolTimeout):
        app.add_exception_handler(kind, _busy)
    app.add_exception_handler(Exception, _internal)


def failure(request: Request, status: int, code: str, params: Mapping[str, Any]) -> Response:
    person = getattr(request.state, "person", None)
    language = language_of_page(request, person)
    return told(request, status, problem(code, params, language))


def told(request: Request, status: int, texts: tuple[str, str]) -> Response:
    person = getattr(request.state, "person", None)
    t = translator(language_of_page(request, person))
    return page_of(request, t, "failure.html", person=person, page=texts, status=status)


async def _sign_in(request: Request, _error: Exception) -> Response:
    """A page is asked for again after signing in; what a form sent is lost."""
    path = request.url.path if request.method != "GET" else address_of(request)
    return RedirectResponse(f"/login?to={quote(path, safe='')}", 303)


async def _expired(request: Request, _error: Exception) -> Response:
    t = translator(language_of_page(request, None))
    return told(request, 403, (t.gettext(EXPIRED[0]), t.gettext(EXPIRED[1])))


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return failure(request, error.status, error.code.value, error.params)


async def _rejected(request: Request, error: Exception) -> Response:
    assert isinstance(error, Rejected)
    if named := _named(request, [one["field"] for one in error.errors]):
        return named
    return failure(request, error.status, error.code.value, error.params)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if named := _named(request, [str(one["loc"][-1]) for one in error.errors()]):
        return named
    return failure(request, 422, ApiFault.NOT_VALID, {})


def _named(request: Request, fields: Sequence[str]) -> Response | None:
    """Name what is to be corrected as its form does, or as it is called elsewhere; None where nothing is."""
    t = translator(language_of_page(request, getattr(request.state, "person", None)))
    last = [one.rsplit(".", 1)[-1] for one in fields]
    names = [t.gettext(FIELDS[one]) if one in FIELDS else field_name(one, t) for one in dict.fromkeys(last)]
    if not names:
        return None
    action = NUMBER if all(one in NUMBERS for one in fields) else CORRECT
    return told(
        request, 422, (t.gettext("Not valid: {fields}").format(fields=t.listed(names)), t.gettext(action))
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    await run_in_threadpool(front_of(request).visitor, request)  # no page asked it
    return failure(request, error.status_code, _HTTP.get(error.status_code, ApiFault.NOT_VALID), {})


async def _busy(request: Request, error: Exception) -> Response:
    _log.error("%s %s: the ledger did not answer", request.method, request.url.path, exc_info=error)
    return failure(request, status_of(error), ApiFault.BUSY, {})


async def _internal(request: Request, _error: Exception) -> Response:
    """The server logs the trace. This answer goes past the middleware."""
    response = failure(request, 500, ApiFault.INTERNAL_ERROR, {})
    response.headers.update(HEADERS)
    return response
