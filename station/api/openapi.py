"""A true description of the API: every error is a Problem, every security requirement is stated."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from station.api.access import Access, Admin, access_of
from station.api.problems import MEDIA_TYPE
from station.api.schemas import Problem

_MEANING = {
    401: "The token or the sign-in is missing, unknown or ended, or the PIN is wrong.",
    403: "This kind of token, or this person, may not do this.",
    404: "What was named does not exist.",
    405: "This address does not do that.",
    409: "What is recorded since does not allow it; nothing was written.",
    413: "The body is too large.",
    415: "A file is no photo that can be judged here; `params` name it.",
    422: "Something sent is not valid; `errors` names the fields.",
    429: "Too many wrong PINs, attempts or listeners at once; wait as long as `Retry-After` says.",
    500: "The station failed; the log says why.",
    503: "The ledger did not answer in time; try again.",
    507: "The disk is full.",
}
_SCHEMES = {
    "token": {
        "type": "http", "scheme": "bearer", "description": "The token of a terminal, phone or application.",
    },
    "person": {
        "type": "apiKey", "in": "header", "name": "Silo-Person", "description": "The token of a sign-in.",
    },
    "admin": {
        "type": "http", "scheme": "bearer",
        "description": "The admin token of the data folder (admin.token).",
    },
}  # fmt: skip
_ONLY_ADMIN = "Only with the admin token; percent-encoded UTF-8."
_NAMED = {
    "Silo-Manager": "The manager in whose name it is done.",
    "Silo-Operator": "The operator or manager in whose name it is done.",
    "Silo-Pin": "The PIN of whoever is named.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can fail in these ways."""
    return {status: {"model": Problem, "description": _MEANING[status]} for status in statuses}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                _complete(operation, access_of(method, path))
        document["components"]["securitySchemes"] = _SCHEMES
        for leftover in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(leftover, None)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(operation: dict[str, Any], access: Access) -> None:
    """Adds who may ask and what every operation of its kind can answer, and says that errors are
    problem+json."""
    _state_access(operation, access)
    responses = operation["responses"]
    expected = [500, 503]
    if operation.get("parameters") or "requestBody" in operation:
        expected.append(422)
    if "requestBody" in operation:
        expected += [413, 507]
    if access.tokens is not None:
        expected += [401, 403]
    if access.name_header:
        expected.append(429)
    for status in expected:
        responses.setdefault(str(status), {})["description"] = _MEANING[status]
    for status, response in responses.items():
        if status.isdecimal() and int(status) >= 400:
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation["responses"] = dict(sorted(responses.items()))


def _state_access(operation: dict[str, Any], access: Access) -> None:
    """The ways to prove who asks, each with all that it needs, and the headers that name a person."""
    schemes = ["token"] if access.roles is None else ["token", "person"]
    ways = [schemes] if access.tokens else []
    if access.admin is not Admin.NOTHING:
        ways.append(["admin"])
    if access.here:
        ways.append([])
    if ways:
        operation["security"] = [{scheme: [] for scheme in way} for way in ways]
    if access.name_header:
        headers = [
            {
                "name": name, "in": "header", "required": False, "schema": {"type": "string"},
                "description": f"{_NAMED[name]} {_ONLY_ADMIN}",
            }
            for name in (access.name_header, "Silo-Pin")
        ]  # fmt: skip
        operation["parameters"] = [*operation.get("parameters", []), *headers]
