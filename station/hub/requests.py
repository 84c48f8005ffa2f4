"""A station's request at the hub: read up to a size, signed by who is known, answered in one way."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool

from station.hub.admission import refusal
from station.hub.photo_store import PhotoStore
from station.hub.receiving import Answer
from station.post.wire import BYTES, EPOCH, NUMBER, SIGNATURE, Signed

DISK_FULL = "53100"  # an SQLSTATE of PostgreSQL

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hub:
    """What a copy of the hub needs: the database, its tables, the time, whom it tells that a bag came, and
    where photos are kept."""

    engine: Engine
    tables: MetaData
    clock: Callable[[], datetime]
    nudge: Callable[[], None] = lambda: None
    photos: PhotoStore | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    signed: Signed
    signature: str

    def json(self) -> dict[str, Any] | None:
        """Return the body's object; None where it is none, or one that no other program could read."""
        try:
            told = json.loads(self.signed.body)
            json.dumps(told, allow_nan=False).encode()
        except (ValueError, RecursionError):
            return None
        return told if isinstance(told, dict) else None


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request of the station that signed it, in a transaction of its own."""

    connection: Connection
    hub: Hub
    station: str
    asked: Asked
    at: datetime


Act = Callable[[Hub, Asked, str], Answer | bytes]


def admitted(act: Callable[[Admitted], Answer | bytes]) -> Act:
    """Let the act see only what a station signed that is known here."""

    def checked(hub: Hub, asked: Asked, station: str) -> Answer | bytes:
        at = hub.clock()
        with hub.engine.begin() as connection:
            refused = refusal(connection, hub.tables, station, asked.signed, asked.signature, at)
            return refused or act(Admitted(connection, hub, station, asked, at))

    return checked


async def answered(request: Request, station: str, most: int, act: Act) -> Response:
    """Return what an act says of a request whose body has at most so many bytes."""
    hub: Hub = request.app.state.hub
    body = await _body(request, most)
    if body is None:
        return said(Answer(413, "too_large", detail=f"at most {most} bytes"), hub)
    return said(await acted(hub, signed_by(request, body), station, act), hub)


async def acted(hub: Hub, asked: Asked, station: str, act: Act) -> Answer | bytes:
    try:
        return await run_in_threadpool(act, hub, asked, station)
    except DataError:  # no text of a database: a NUL in the path
        return Answer(404, "unknown_station")
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        return _out_of_order(error)


def _out_of_order(error: Exception) -> Answer:
    """The answer of a copy whose database is full or away: the station keeps its bag and comes again."""
    log.warning("database_away", error=str(error).strip())
    if getattr(getattr(error, "orig", None), "sqlstate", None) == DISK_FULL:
        return Answer(507, "full")
    return Answer(503, "database_away")


def signed_by(request: Request, body: bytes) -> Asked:
    number = request.headers.get(NUMBER, "")
    path, query = request.url.path, request.url.query
    signed = Signed(
        request.method, f"{path}?{query}" if query else path, request.headers.get(EPOCH, ""),
        int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1, body,
    )  # fmt: skip
    return Asked(signed, request.headers.get(SIGNATURE, ""))


async def _body(request: Request, most: int) -> bytes | None:
    """None: it is larger than may be; the rest of it was not read."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def said(answer: Answer | bytes, hub: Hub) -> Response:
    """With the hub's time: a station sees by it how its own clock goes, and does nothing else with it."""
    if isinstance(answer, bytes):
        return Response(answer, media_type=BYTES)
    told = {
        "reason": answer.reason,
        "epoch": answer.epoch,
        "have": answer.have,
        "sha256": answer.sha256,
        "detail": answer.detail,
        "now": hub.clock().isoformat(),
        **answer.more,
    }
    return JSONResponse(told, status_code=answer.status)
