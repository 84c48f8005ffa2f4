"""A template becomes a page. What is printed is escaped, and what a reader could not see is shown by its
number."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from drivers.text import visible
from ui.web.front import Visitor, front_of
from ui.web.sessions import VISITOR, Sessions, bound_to, keep, new_visitor
from ui.words import vocabulary
from ui.words.i18n import LANGUAGES, Translator

HERE = Path(__file__).parent


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_shown,
    )  # fmt: skip
    environment.globals["vocabulary"] = vocabulary
    environment.globals["LANGUAGES"] = LANGUAGES
    return environment


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def page_of(
    request: Request, t: Translator, template: str, *, person: Visitor | None, page: Any = None,
    status: int = 200,
) -> HTMLResponse:  # fmt: skip
    """`page` is what the template shows; the rest is what the layout needs. Who is not signed in gets a
    number that the form's token is signed over."""
    sessions: Sessions = request.app.state.sessions
    bound = bound_to(request)
    visitor = "" if bound else new_visitor()
    front = front_of(request)
    entry = front.navigation.entry_of(request.url.path)
    content = (
        _environment()
        .get_template(template)
        .render(
            page=page,
            t=t,
            _=t.gettext,
            ngettext=t.ngettext,
            language=t.language,
            site_name=front.name(),
            person=person,
            menu=front.navigation.menu(person.roles, request.app.state.served) if person else [],
            here=entry.path if entry else "",
            form_token=sessions.token_for(bound or visitor),
            address=address_of(request),
            csv_of=lambda name: request.url.include_query_params(format="csv", table=name).query,
            turned=lambda **over: _turned(request, over),
        )
    )
    response = HTMLResponse(content, status)
    if visitor:
        keep(response, request, VISITOR, visitor)
    return response


def address_of(request: Request) -> str:
    """Where the reader is, without the host."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _turned(request: Request, over: dict[str, Any]) -> str:
    """The same page asked in another way."""
    return f"{request.url.path}?{request.url.include_query_params(**over).query}"
