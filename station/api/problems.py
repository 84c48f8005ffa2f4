"""An exception becomes problem+json: one table of statuses, one answer in the reader's language."""

import errno
import logging
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from drivers.text import visible_value
from station.acts.refusals import Refusal
from station.api import schemas
from station.api.asked import language_for
from station.api.language import field_error, problem_texts, reasons, translator
from station.api.schemas import Problem
from station.store.errors import DiskFull, LedgerError

_log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
LONGEST_TOLD = 2_000


class ApiFault(StrEnum):
    """Codes of problems that are no act's "no": the request or the machine is at fault."""

    NOT_VALID = "not_valid"
    HIDDEN_CHARACTER = "hidden_character"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_LARGE = "too_large"
    NOT_A_PHOTO = "not_a_photo"
    HEIC_PHOTO = "heic_photo"
    PHOTO_CUT_OFF = "photo_cut_off"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    TOO_MANY_AT_ONCE = "too_many_at_once"
    TOO_MANY_LISTENERS = "too_many_listeners"
    DISK_FULL = "disk_full"  # for photos: the rest of the disk is kept for tickets
    NOTHING_RECORDED = "disk_full_nothing_recorded"
    NO_ROOM_FOR_COPY = "no_room_for_copy"
    BUSY = "busy"
    INTERNAL_ERROR = "internal_error"


# What a kind of exception means to a client. The first kind that fits counts.
STATUS_OF: Mapping[type[Exception], int] = {
    DiskFull: 507,
    LedgerError: 503,
    OperationalError: 503,
    PoolTimeout: 503,
}

_HTTP_FAULTS: Mapping[int, tuple[int, ApiFault]] = {
    400: (422, ApiFault.NOT_VALID),
    404: (404, ApiFault.NOT_FOUND),
    405: (405, ApiFault.METHOD_NOT_ALLOWED),
    413: (413, ApiFault.TOO_LARGE),
}


class Rejected(Exception):
    """The request itself cannot be served. `errors` name the fields that are wrong."""

    def __init__(
        self, status: int, code: ApiFault, errors: Sequence[Mapping[str, Any]] = (), **params: Any
    ) -> None:
        super().__init__(code.value)
        self.status = status
        self.code = code
        self.errors = [dict(error) for error in errors]
        self.params = params


def not_valid(field: str, why: str, **params: Any) -> Rejected:
    """One field of a request that FastAPI does not check; `why` is a sentence of the catalogue."""
    return Rejected(422, ApiFault.NOT_VALID, [{"field": field, "why": why, "ctx": params}])


def install(app: FastAPI) -> None:
    """Registers the handlers. What no handler knows is answered with 500 and logged with its trace."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(Rejected, _rejected)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DiskFull, _disk_full)
    app.add_exception_handler(OSError, _os_error)
    for kind in (LedgerError, OperationalError, PoolTimeout):
        app.add_exception_handler(kind, _busy)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(Exception, _internal)


def answer(
    request: Request, status: int, code: str, params: Mapping[str, Any],
    errors: Sequence[Mapping[str, Any]] = (),
) -> Response:  # fmt: skip
    """The problem as a response; a 401 says which scheme is wanted. `errors`: which field, and what pydantic
    calls what is wrong with it (`type`, `ctx`, `input`) or a sentence of the catalogue (`why`, `ctx`)."""
    language = language_for(request.app.state.context, request.headers.get("accept-language"))
    t = translator(language)
    told = visible_value(dict(params), LONGEST_TOLD)  # some of it is what was sent
    errors = visible_value([field_error(error, language) for error in errors], LONGEST_TOLD)
    title, action = problem_texts(code, told, language)
    if "remarks" in told:
        told["remarks"] = [one.model_dump() for one in reasons(told["remarks"], language)]
    problem = Problem(
        type=f"urn:silo-station:problem:{code}",
        title=title,
        status=status,
        detail=t.listed(t.named(error["name"], error["message"]) for error in errors) or title,
        action=action,
        code=code,
        params=told,
        errors=[dict(error) for error in errors],
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if status == 429:
        headers["Retry-After"] = str(params["seconds"])
    return Response(problem.model_dump_json(), status, headers, MEDIA_TYPE)


def status_of(error: Exception) -> int:
    """The HTTP status of an exception of the desk or the ledger; 500 for any other."""
    if isinstance(error, Refusal):
        return error.status
    return next((status for kind, status in STATUS_OF.items() if isinstance(error, kind)), 500)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return answer(request, status_of(error), error.code.value, error.params)


async def _rejected(request: Request, error: Exception) -> Response:
    assert isinstance(error, Rejected)
    return answer(request, error.status, error.code.value, error.params, error.errors)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = schemas.one_a_field(error.errors())
    found = [{**one, "field": ".".join(str(part) for part in one["loc"])} for one in errors]
    hidden = schemas.only_hidden(errors)
    code = ApiFault.HIDDEN_CHARACTER if hidden else ApiFault.NOT_VALID
    return answer(request, 422, code, hidden, found)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status, code = _HTTP_FAULTS.get(error.status_code, (error.status_code, ApiFault.NOT_VALID))
    errors = [{"field": "body", "type": "json_invalid"}] if code is ApiFault.NOT_VALID else []
    return answer(request, status, code, {}, errors)


async def _disk_full(request: Request, _error: Exception) -> Response:
    """Says what is refused: photos where they came in, else what was asked."""
    is_upload = request.url.path.endswith("/captures")
    code = ApiFault.DISK_FULL if is_upload else ApiFault.NOTHING_RECORDED
    return answer(request, 507, code, {"free_mb": request.app.state.context.blobs.free_mb()})


async def _os_error(request: Request, error: Exception) -> Response:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return await _disk_full(request, error)
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer(request, 500, ApiFault.INTERNAL_ERROR, {})


async def _busy(request: Request, error: Exception) -> Response:
    _log.error("%s %s: the ledger did not answer", request.method, request.url.path, exc_info=error)
    if isinstance(error, LedgerError) and not error.passing:
        return answer(request, status_of(error), error.code.value, error.params)
    return answer(request, status_of(error), ApiFault.BUSY, {})


async def _internal(request: Request, _error: Exception) -> Response:
    """The server logs the trace and hangs up; this names the request that caused it."""
    _log.error("%s %s failed", request.method, request.url.path)
    response = answer(request, 500, ApiFault.INTERNAL_ERROR, {})
    response.headers["Connection"] = "close"
    return response


async def _hung_up(_request: Request, _error: Exception) -> Response:
    """The client is gone in the middle of its body: nobody reads this."""
    return Response(status_code=400)
