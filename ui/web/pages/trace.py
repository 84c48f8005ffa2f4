"""Where the grain of a ticket, a cell or a lot came from, and where it went."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import SQLModel

from station.api.views.view import view_of
from station.store.books import Books
from ui.web.reader import Reading
from ui.web.tracing import Wanted, answer
from ui.words.traces import note_of

LONGEST = 80
router = APIRouter()


@router.get("/trace")
def trace(
    reader: Reading,
    of: Annotated[str, Query(max_length=LONGEST)] = "",
    kind: Annotated[str, Query(max_length=10)] = "",
    paper: Annotated[bool, Query()] = False,
) -> Response:
    """`paper`: the same as a PDF, as a recall needs it."""
    with view_of(reader.asked) as view:
        books = Books(view.tx.connection(), SQLModel.metadata, view.policy.site)
        note = note_of(view.policy.site_name, reader.now(), reader.t)
        return answer(reader, books, Wanted(of, kind, paper=paper), note)
