"""Where grain came from and where it went, over all silos that the reader sees."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from station.headquarters.stations import stations_seen
from station.store.books import Books
from ui.web.hub.reader import Reading
from ui.web.tracing import Wanted, answer
from ui.words.traces import note_of

LONGEST = 80
router = APIRouter()


@router.get("/trace")
def trace(
    reader: Reading,
    of: Annotated[str, Query(max_length=LONGEST)] = "",
    kind: Annotated[str, Query(max_length=10)] = "",
    site: Annotated[str, Query(max_length=LONGEST)] = "",
    paper: Annotated[bool, Query()] = False,
) -> Response:
    quarters = reader.quarters
    names = {one.station: one.name for one in stations_seen(quarters) if one.name}
    seen = None if reader.stations is None else frozenset(reader.stations)
    with quarters.engine.connect() as connection:
        books = Books(connection, quarters.tables, sites=seen)
        wanted = Wanted(of, kind, site, paper)
        note = note_of(quarters.name, reader.now(), reader.t)
        return answer(reader, books, wanted, note, lambda one: names.get(one, one))
