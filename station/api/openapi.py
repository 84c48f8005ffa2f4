"""A true description of the API: every error is a Problem, every security requirement is stated."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from station.api.problems import MEDIA_TYPE
from station.api.schemas import Problem

_MEANING = {
    401: "The token or the sign-in is missing, unknown or ended.",
    403: "The signed-in person may not do this.",
    404: "What was named does not exist.",
    405: "This address does not do that.",
    409: "What is recorded since does not allow it; nothing was written.",
    413: "The body is too large.",
    422: "Something sent is not valid; `errors` names the fields.",
    429: "Too many wrong PINs, or too many who listen with one token; wait.",
    500: "The station failed; the log says why.",
    503: "The ledger did not answer in time; try again.",
    507: "The disk is full.",
}
# A request proves who sends it in one of these ways, by all that the operation needs of it.
_WAYS = (("token", "person"), ("admin",))


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can fail in these ways."""
    return {status: {"model": Problem, "description": _MEANING[status]} for status in statuses}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for path in document["paths"].values():
            for operation in path.values():
                _complete(operation)
        for leftover in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(leftover, None)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(operation: dict[str, Any]) -> None:
    """Adds what every operation of its kind can answer, and says that errors are problem+json."""
    responses = operation["responses"]
    expected = [500, 503]
    if operation.get("parameters") or "requestBody" in operation:
        expected.append(422)
    if "requestBody" in operation:
        expected += [413, 507]
    if operation.get("security"):
        needed = {name for one in operation["security"] for name in one}
        ways = [[name for name in way if name in needed] for way in _WAYS]
        operation["security"] = [{key: [] for key in way} for way in ways if way]
        expected += [401, 403] if "person" in needed else [401]
    for status in expected:
        responses.setdefault(str(status), {})["description"] = _MEANING[status]
    for status, response in responses.items():
        if status.isdecimal() and int(status) >= 400:
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation["responses"] = dict(sorted(responses.items()))
