"""What stations ask of the hub over HTTP. It has no state: any number of copies serve one database."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool

from station import release
from station.hub import photos, proving, stations
from station.hub.admission import refusal
from station.hub.giving_back import Place, bag_after, cursor_of
from station.hub.identity import key_of
from station.hub.own import add_event
from station.hub.photo_store import PhotoStore, PhotoStoreFault
from station.hub.receiving import Answer, receive
from station.post.bag import MOST_PACKED
from station.post.proof import Proof
from station.post.wire import (
    BYTES,
    EPOCH,
    NOTHING,
    NUMBER,
    PREFIX,
    SIGNATURE,
    BodyWrong,
    SignatureWrong,
    Signed,
    opened,
    public_text,
)
from station.store import schema

MOST_BODY = MOST_PACKED + 1_000_000  # with the persons' part
MOST_WORD = 200_000
DISK_FULL = "53100"  # an SQLSTATE of PostgreSQL
_HASH = r"^[0-9a-f]{64}$"

log = structlog.get_logger(__name__)
router = APIRouter(prefix=PREFIX)


@dataclass(frozen=True, slots=True)
class Hub:
    """What a copy of the hub needs: the database, its tables, the time, whom it tells that a bag came, and
    where photos are kept."""

    engine: Engine
    tables: MetaData
    clock: Callable[[], datetime]
    nudge: Callable[[], None] = lambda: None
    photos: PhotoStore | None = None


def create_counter(hub: Hub, *, has_metrics: bool = False) -> FastAPI:
    app = FastAPI(title="Silo Hub", openapi_url=None)
    app.state.hub = hub
    app.include_router(router)
    if has_metrics:
        app.add_api_route("/metrics", metrics)
    return app


def metrics(request: Request) -> Response:
    """The hub and its stations as numbers, where the hub's file opts in."""
    from station.hub.metrics import CONTENT_TYPE, written  # noqa: PLC0415  only where it is asked for

    hub: Hub = request.app.state.hub
    try:
        with hub.engine.connect() as connection:
            told = written(connection, hub.tables, hub.clock())
    except (OperationalError, InterfaceError, PoolTimeout):
        return Response(status_code=503)
    return Response(told, media_type=CONTENT_TYPE)


@router.post("/{station}/bags/{number}")
async def take_bag(request: Request, station: str, number: int) -> JSONResponse:
    """A bag in its envelope, signed by the station."""
    return await _answered(request, station, MOST_BODY, _take)


@router.post("/{station}/alive")
async def hear(request: Request, station: str) -> JSONResponse:
    """What a station says of itself each minute, so that the map is right before a backlog is in."""
    return await _answered(request, station, MOST_WORD, _hear)


@router.post("/{station}/proofs")
async def take_proof(request: Request, station: str) -> JSONResponse:
    """The station's digests as of a bag (`station.post.proof`), asked for in the answer to its word."""
    return await _answered(request, station, MOST_BODY, _take_proof)


@router.post("/{station}/photos/missing")
async def tell_missing(request: Request, station: str) -> JSONResponse:
    """`{"photos": {sha256: bytes}}`: which of these are lacking, from which byte on, and what is wanted."""
    return await _answered(request, station, MOST_WORD, _missing)


@router.put("/{station}/photos/{sha256}")
async def take_range(
    request: Request, station: str, sha256: Annotated[str, Path(pattern=_HASH)],
    start: Annotated[int, Query(alias="from")], of: int,
) -> JSONResponse:  # fmt: skip
    """A range of a photo of `of` bytes; an empty one where all have come and none was stored."""
    act = partial(_take_range, sha256=sha256, start=start, of=of)
    return await _answered(request, station, photos.MOST_RANGE, act)


@router.get("/{station}/bags/after/{number}/{sha256}")
async def give_bag(request: Request, station: str, number: int, sha256: str) -> Response:
    """The station's own bag after one that it names, in its envelope; the epoch stands in its header."""
    hub, asked = request.app.state.hub, _signed(request, b"")
    place = Place(asked.signed.epoch, number, "" if sha256 == NOTHING else sha256)
    given = await run_in_threadpool(_give, hub, asked, station, place)
    return _said(given, hub) if isinstance(given, Answer) else Response(given, media_type=BYTES)


@router.post("/{station}/enrol")
async def enrol(request: Request, station: str) -> JSONResponse:
    """`{"code", "public_key"}`, signed with the key that it brings."""
    return await _answered(request, station, MOST_WORD, _enrol)


@dataclass(frozen=True, slots=True)
class _Request:
    signed: Signed
    signature: str


async def _answered(
    request: Request, station: str, most: int, act: Callable[[Hub, _Request, str], Answer]
) -> JSONResponse:
    """What an act says of a request whose body has at most so many bytes."""
    body = await _body(request, most)
    if body is None:
        return _said(Answer(413, "too_large", detail=f"at most {most} bytes"), request.app.state.hub)
    hub: Hub = request.app.state.hub
    try:
        answer = await run_in_threadpool(act, hub, _signed(request, body), station)
    except DataError:  # no text of a database: a NUL in the path
        answer = Answer(404, "unknown_station")
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        answer = _out_of_order(error)
    return _said(answer, hub)


def _out_of_order(error: Exception) -> Answer:
    """The answer of a copy whose database is full or away: the station keeps its bag and comes again."""
    log.warning("database_away", error=str(error).strip())
    if getattr(getattr(error, "orig", None), "sqlstate", None) == DISK_FULL:
        return Answer(507, "full")
    return Answer(503, "database_away")


def _take(hub: Hub, asked: _Request, station: str) -> Answer:
    at = hub.clock()
    with hub.engine.begin() as connection:
        if refused := refusal(connection, hub.tables, station, asked.signed, asked.signature, at):
            return refused
        try:
            facts, people = opened(asked.signed.body)
        except BodyWrong as error:
            return Answer(422, "wrong_bag", detail=str(error))
        answer = receive(connection, hub.tables, station, facts, people, at)
    if answer.status == 200:
        hub.nudge()
    return answer


def _hear(hub: Hub, asked: _Request, station: str) -> Answer:
    at = hub.clock()
    with hub.engine.begin() as connection:
        if refused := refusal(connection, hub.tables, station, asked.signed, asked.signature, at):
            return refused
        told = _json(asked.signed.body)
        if told is None:
            return Answer(422, "wrong_word")
        if "clock_offset_s" not in told:  # the station measures it, where its time is no simulation's
            told |= _offset(told.get("at"), at)
        stations.note_alive(connection, hub.tables, station, asked.signed.number, told, at)
        question = proving.open_question(connection, hub.tables, station)
        said = cursor_of(connection, hub.tables, station)
    more: dict[str, Any] = {"release": release.release(), "schema": schema.head()}
    return replace(said, more=more | ({"prove": question.model_dump()} if question else {}))


def _offset(told: object, at: datetime) -> dict[str, Any]:
    """Return by how many seconds the station's clock is before the hub's, nothing where it does not say."""
    try:
        offset = (datetime.fromisoformat(str(told)) - at).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return {}
    return {"clock_offset_s": round(offset, 1)}


def _take_proof(hub: Hub, asked: _Request, station: str) -> Answer:
    at = hub.clock()
    with hub.engine.begin() as connection:
        if refused := refusal(connection, hub.tables, station, asked.signed, asked.signature, at):
            return refused
        try:
            proof = Proof.model_validate_json(asked.signed.body)
        except ValidationError as error:
            return Answer(422, "wrong_word", detail=error.errors()[0]["msg"])
        proving.take(connection, hub.tables, station, proof)
        return Answer(200)


def _missing(hub: Hub, asked: _Request, station: str) -> Answer:
    at = hub.clock()
    with hub.engine.begin() as connection:
        if refused := refusal(connection, hub.tables, station, asked.signed, asked.signature, at):
            return refused
        sizes = photos.asked_for((_json(asked.signed.body) or {}).get("photos"))
        if sizes is None:
            return Answer(422, "wrong_word")
        return Answer(200, more=photos.missing(connection, hub.tables, station, sizes, at).told())


def _take_range(hub: Hub, asked: _Request, station: str, *, sha256: str, start: int, of: int) -> Answer:
    """Where the store fails, only photos wait: 503."""
    at = hub.clock()
    with hub.engine.begin() as connection:
        if refused := refusal(connection, hub.tables, station, asked.signed, asked.signature, at):
            return refused
    if hub.photos is None:
        return Answer(503, "no_store")
    coming = photos.Coming(station, sha256, start, of, asked.signed.body)
    try:
        return photos.take_range(hub.engine, hub.tables, hub.photos, coming, at)
    except PhotoStoreFault as fault:
        log.warning("photo_not_stored", reason=fault.reason, detail=fault.detail)
        return Answer(503, fault.reason)


def _give(hub: Hub, asked: _Request, station: str, after: Place) -> Answer | bytes:
    at = hub.clock()
    with hub.engine.begin() as connection:
        refused = refusal(connection, hub.tables, station, asked.signed, asked.signature, at)
        return refused or bag_after(connection, hub.tables, station, after, at)


def _enrol(hub: Hub, asked: _Request, station: str) -> Answer:
    at, told = hub.clock(), _json(asked.signed.body) or {}
    code, public_key = told.get("code"), told.get("public_key")
    if not isinstance(code, str) or not isinstance(public_key, str):
        return Answer(422, "wrong_word")
    with hub.engine.begin() as connection:
        try:
            asked.signed.check(public_key, asked.signature)
            cursor = stations.enrol(connection, hub.tables, station, code, public_key, at)
        except (SignatureWrong, stations.CodeRefused):
            add_event(connection, hub.tables, "code_refused", at, station)
            return Answer(403, "code_refused")
        hub_key = public_text(key_of(connection, hub.tables))
    return Answer(200, "", cursor.epoch, cursor.number, cursor.sha256, more={"hub_key": hub_key})


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body)
        json.dumps(told, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _signed(request: Request, body: bytes) -> _Request:
    number = request.headers.get(NUMBER, "")
    path, query = request.url.path, request.url.query
    signed = Signed(
        request.method, f"{path}?{query}" if query else path, request.headers.get(EPOCH, ""),
        int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1, body,
    )  # fmt: skip
    return _Request(signed, request.headers.get(SIGNATURE, ""))


async def _body(request: Request, most: int) -> bytes | None:
    """None: it is larger than may be; the rest of it was not read."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _said(answer: Answer, hub: Hub) -> JSONResponse:
    """With the hub's time: a station sees by it how its own clock goes, and does nothing else with it."""
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
