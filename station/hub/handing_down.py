"""What stations hear from the hub: the heads of documents, after a number, and their bodies, in pieces."""

import asyncio
import base64

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from station.hub.documents import offered_after, piece
from station.hub.receiving import Answer
from station.hub.requests import Act, Admitted, Asked, Hub, acted, admitted, answered, said, signed_by
from station.post.wire import PREFIX

LOOK_S, LOOKS = 1.0, 25  # how often it looks before it says that there is nothing
MOST_NUMBER = 2**31 - 1

router = APIRouter(prefix=PREFIX)


@router.get("/{station}/down")
async def tell(request: Request, station: str) -> Response:
    """The signed heads after the number in the header, at once where there are some, else after a while."""
    hub: Hub = request.app.state.hub
    asked = signed_by(request, b"")
    look: Act = admitted(lambda it: _heads_in(it.connection, it.hub, it.asked, it.station))
    for turn in range(LOOKS):
        answer = await acted(hub, asked, station, look)
        is_told = not isinstance(answer, Answer) or answer.more.get("documents") != []
        if is_told or turn == LOOKS - 1 or getattr(request.app.state, "is_stopping", False):
            break
        look = _heads  # who asks is known by now
        await asyncio.sleep(LOOK_S)
    return said(answer, hub)


@router.get("/{station}/down/{number}")
async def give(request: Request, station: str, number: int) -> Response:
    """A piece of a document's body from the byte in the header on, nothing at its end."""

    def cut(it: Admitted) -> Answer:
        start = it.asked.signed.number
        if not (0 <= start <= MOST_NUMBER and 0 <= number <= MOST_NUMBER):
            return Answer(404, "unknown_document")
        found = piece(it.connection, it.hub.tables, it.station, number, start)
        if found is None:
            return Answer(404, "unknown_document")
        return Answer(200, more={"piece": base64.b64encode(found).decode()})

    return await answered(request, station, 0, admitted(cut))


def _heads(hub: Hub, asked: Asked, station: str) -> Answer:
    with hub.engine.connect() as connection:
        return _heads_in(connection, hub, asked, station)


def _heads_in(connection: Connection, hub: Hub, asked: Asked, station: str) -> Answer:
    after = asked.signed.number
    if not 0 <= after <= MOST_NUMBER:
        return Answer(422, "wrong_word")
    return Answer(200, more={"documents": offered_after(connection, hub.tables, station, after)})
