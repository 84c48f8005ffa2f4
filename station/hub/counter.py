"""The hub's counter: what stations ask over HTTP. It has no state: any number of copies serve one database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Connection, Engine, MetaData, insert, select
from starlette.concurrency import run_in_threadpool

from station.hub.own import EVENTS, STATIONS
from station.hub.receiving import Answer, receive
from station.post.bag import MOST_PACKED
from station.post.wire import EPOCH, NUMBER, PREFIX, SIGNATURE, BodyWrong, SignatureWrong, Signed, opened

MOST_BODY = MOST_PACKED + 1_000_000  # with the persons' part

router = APIRouter(prefix=PREFIX)


@dataclass(frozen=True, slots=True)
class Hub:
    """What a copy of the hub needs: the database, its tables, and the time."""

    engine: Engine
    tables: MetaData
    clock: Callable[[], datetime]


def create_counter(hub: Hub) -> FastAPI:
    app = FastAPI(title="Silo Hub", openapi_url=None)
    app.state.hub = hub
    app.include_router(router)
    return app


@router.post("/{station}/bags/{number}")
async def take_bag(request: Request, station: str, number: int) -> JSONResponse:
    """A bag in its envelope, signed by the station."""
    body = await _body(request)
    if body is None:
        return _said(Answer(413, "too_large", detail=f"at most {MOST_BODY} bytes"))
    return _said(await run_in_threadpool(_take, request.app.state.hub, _signed(request, body), station))


@dataclass(frozen=True, slots=True)
class _Request:
    signed: Signed
    signature: str


def _take(hub: Hub, asked: _Request, station: str) -> Answer:
    at = hub.clock()
    with hub.engine.begin() as connection:
        if refusal := _unknown(connection, hub, asked, station, at):
            return refusal
        try:
            facts, people = opened(asked.signed.body)
        except BodyWrong as error:
            return Answer(422, "wrong_bag", detail=str(error))
        return receive(connection, hub.tables, station, facts, people, at)


def _unknown(connection: Connection, hub: Hub, asked: _Request, station: str, at: datetime) -> Answer | None:
    """The answer to who is not this station; a wrong signature is noted."""
    stations = hub.tables.tables[STATIONS]
    query = select(stations.c.public_key, stations.c.revoked_at).where(stations.c.id == station)
    known = connection.execute(query).mappings().first()
    if known is None:
        return Answer(404, "unknown_station")
    try:
        asked.signed.check(known["public_key"], asked.signature)
    except SignatureWrong:
        note(connection, hub.tables, "wrong_signature", at, station, {"path": asked.signed.path})
        return Answer(403, "wrong_signature")
    return Answer(403, "revoked") if known["revoked_at"] is not None else None


def note(
    connection: Connection, tables: MetaData, kind: str, at: datetime, station: str, data: dict[str, Any]
) -> None:
    """Record an event of the hub's own."""
    connection.execute(insert(tables.tables[EVENTS]).values(kind=kind, at=at, station=station, data=data))


def _signed(request: Request, body: bytes) -> _Request:
    number = request.headers.get(NUMBER, "")
    signed = Signed(
        request.method, request.url.path, request.headers.get(EPOCH, ""),
        int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1, body,
    )  # fmt: skip
    return _Request(signed, request.headers.get(SIGNATURE, ""))


async def _body(request: Request) -> bytes | None:
    """None: it is larger than may be; the rest of it was not read."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_BODY:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _said(answer: Answer) -> JSONResponse:
    told = {
        "reason": answer.reason,
        "epoch": answer.epoch,
        "have": answer.have,
        "sha256": answer.sha256,
        "detail": answer.detail,
    }
    return JSONResponse(told, status_code=answer.status)
