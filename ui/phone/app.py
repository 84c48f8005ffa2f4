"""The page that a phone opens from a QR code: one page, its style and its scripts; all else it asks the API.

It is made for plain HTTP on the site's network, where a browser gives a page no secure context: no service
worker, no `crypto.randomUUID`, no camera but the file input's.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.words.i18n import language_of, translator

PATH = "/phone"
HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # what is installed anew is seen at the next opening
}


def create_phone_page(default_language: Callable[[], str]) -> FastAPI:
    """The application; `default_language` is the site's own, for a phone that wishes none of ours."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get(PATH, response_class=HTMLResponse)
    def show(request: Request) -> Response:
        language = language_of(request.headers.get("accept-language"), default=default_language())
        t = translator(language)
        page = _environment().get_template("page.html")
        return HTMLResponse(page.render(_=t.gettext, language=language, path=PATH))

    app.mount(f"{PATH}/static", StaticFiles(directory=HERE / "static"))
    app.add_middleware(_SafeHeaders)
    return app


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


class _SafeHeaders:
    """Every answer says that nothing is loaded from elsewhere and no script stands in the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_safe)
