"""What an application of pages brings to the parts that all pages share: the station's, headquarters'."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request

from ui.web.menu import Navigation
from ui.web.sessions import LANGUAGE, Holder
from ui.words.i18n import LANGUAGES, language_of


class Visitor(Holder, Protocol):
    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> Collection[str]: ...
    @property
    def language(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Front:
    """`name` is that of the silo or the co-operative, `language` that of who wishes none; `visitor` finds who
    is signed in."""

    navigation: Navigation
    name: Callable[[], str]
    language: Callable[[], str]
    visitor: Callable[[Request], Visitor | None]


def front_of(request: Request) -> Front:
    front: Front = request.app.state.front
    return front


def language_of_page(request: Request, visitor: Visitor | None) -> str:
    """What was chosen on a page, else the visitor's own, else the browser's, else the silo's."""
    wishes = request.cookies.get(LANGUAGE), visitor.language if visitor else None
    chosen = next((one for one in wishes if one in LANGUAGES), None)
    return chosen or language_of(request.headers.get("accept-language"), default=front_of(request).language())
