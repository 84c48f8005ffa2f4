"""The screen in the yard: where each truck tips, in digits that a driver reads from the cab.

Anybody on the site's network sees it without signing in; it says no more than the yard does."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from station.api.asked import Inquiry
from station.api.context import Context
from station.api.views.board import board
from station.api.views.view import view_of
from ui.web.front import language_of_page
from ui.web.rendering import page_of
from ui.words.i18n import translator
from ui.words.vocabulary import short_site_name

REFRESH_S = 3
router = APIRouter()


@dataclass(frozen=True, slots=True)
class BoardPage:
    """`lines` are (end of the plate, pit), who was sent last first."""

    lines: list[tuple[str, str]]
    refresh_s: int


@router.get("/board")
def show_board(request: Request) -> Response:
    context: Context = request.app.state.context
    language = language_of_page(request, None)
    with view_of(Inquiry(context, language)) as view:
        lines = [(one.plate_end, short_site_name("pit", one.pit, language)) for one in board(view)]
    page = BoardPage(lines, REFRESH_S)
    return page_of(request, translator(language), "board.html", person=None, page=page)
