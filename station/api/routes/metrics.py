"""Numbers for Prometheus, where the site file opts in; also at `/metrics`, where it looks by itself."""

from typing import Any

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from station.api.asked import Asked
from station.api.openapi import problems
from station.api.views.view import view_of

PLAIN = "text/plain; version=0.0.4; charset=utf-8"
_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus' text format.", "content": {PLAIN: {"schema": {"type": "string"}}}}
}

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses={**_TEXT, **problems(404)})
def get_metrics(asked: Asked) -> Response:
    """A program on this machine needs no token. 404 where the site file does not opt in."""
    if asked.context.metrics is None:
        raise HTTPException(404)
    with view_of(asked) as view:
        return Response(asked.context.metrics(view, asked.context), media_type=PLAIN)
