"""Before a body is read it is known who sends it, 401, and that it is not too large, 413."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from station.acts.refusals import Fault
from station.api.problems import ApiFault, answer

Knows = Callable[[Request], bool]


class BodyTooLarge(HTTPException):
    def __init__(self) -> None:
        super().__init__(413)


class BodyLimit:
    """`limit_of(path)` is the largest body in bytes: a declared length over it is answered at once, an
    undeclared one ends when it passes the limit. `knows(request)` tells whether its token is one of ours."""

    def __init__(self, app: ASGIApp, limit_of: Callable[[str], int], knows: Knows) -> None:
        self._app, self._limit_of, self._knows = app, limit_of, knows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        declared = headers.get("content-length", "")
        if "transfer-encoding" not in headers and declared in ("", "0"):
            await self._app(scope, receive, send)
            return
        request, limit = Request(scope), self._limit_of(scope["path"])
        if not await run_in_threadpool(self._knows, request):
            await answer(request, 401, Fault.UNKNOWN_TOKEN, {})(scope, receive, send)
        elif declared.isdecimal() and (len(declared) > 15 or int(declared) > limit):
            await answer(request, 413, ApiFault.TOO_LARGE, {"limit": limit})(scope, receive, send)
        else:
            await self._app(scope, _counting(receive, limit), send)


def _counting(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise BodyTooLarge
        return message

    return counted
