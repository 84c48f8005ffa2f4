"""What stations ask of the hub over HTTP. It has no state: any number of copies serve one database."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from station import release
from station.hub import handing_down, photos, proving, roll_outs, stations
from station.hub.giving_back import Place, bag_after, cursor_of
from station.hub.identity import key_of
from station.hub.own import add_event
from station.hub.photo_store import PhotoStoreFault
from station.hub.receiving import Answer, receive
from station.hub.requests import Admitted, Asked, Hub, admitted, answered
from station.post.bag import MOST_PACKED
from station.post.proof import Proof
from station.post.wire import NOTHING, PREFIX, BodyWrong, SignatureWrong, opened, public_text
from station.store import schema

MOST_BODY = MOST_PACKED + 1_000_000  # with the persons' part
MOST_WORD = 200_000
_HASH = r"^[0-9a-f]{64}$"

log = structlog.get_logger(__name__)
router = APIRouter(prefix=PREFIX)


def create_counter(hub: Hub, *, has_metrics: bool = False) -> FastAPI:
    app = FastAPI(title="Silo Hub", openapi_url=None)
    app.state.hub = hub
    app.include_router(router)
    app.include_router(handing_down.router)
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
async def take_bag(request: Request, station: str, number: int) -> Response:
    """A bag in its envelope, signed by the station."""
    return await answered(request, station, MOST_BODY, _take)


@router.post("/{station}/alive")
async def hear(request: Request, station: str) -> Response:
    """What a station says of itself each minute, so that the map is right before a backlog is in."""
    return await answered(request, station, MOST_WORD, admitted(_hear))


@router.post("/{station}/proofs")
async def take_proof(request: Request, station: str) -> Response:
    """The station's digests as of a bag (`station.post.proof`), asked for in the answer to its word."""
    return await answered(request, station, MOST_BODY, admitted(_take_proof))


@router.post("/{station}/photos/missing")
async def tell_missing(request: Request, station: str) -> Response:
    """`{"photos": {sha256: bytes}}`: which of these are lacking, from which byte on, and what is wanted."""
    return await answered(request, station, MOST_WORD, admitted(_missing))


@router.put("/{station}/photos/{sha256}")
async def take_range(
    request: Request, station: str, sha256: Annotated[str, Path(pattern=_HASH)],
    start: Annotated[int, Query(alias="from")], of: int,
) -> Response:  # fmt: skip
    """A range of a photo of `of` bytes; an empty one where all have come and none was stored."""
    act = partial(_take_range, sha256=sha256, start=start, of=of)
    return await answered(request, station, photos.MOST_RANGE, act)


@router.get("/{station}/bags/after/{number}/{sha256}")
async def give_bag(request: Request, station: str, number: int, sha256: str) -> Response:
    """The station's own bag after one that it names, in its envelope; the epoch stands in its header."""

    def give(it: Admitted) -> Answer | bytes:
        after = Place(it.asked.signed.epoch, number, "" if sha256 == NOTHING else sha256)
        return bag_after(it.connection, it.hub.tables, it.station, after, it.at)

    return await answered(request, station, 0, admitted(give))


@router.post("/{station}/enrol")
async def enrol(request: Request, station: str) -> Response:
    """`{"code", "public_key"}`, signed with the key that it brings."""
    return await answered(request, station, MOST_WORD, _enrol)


def _take(hub: Hub, asked: Asked, station: str) -> Answer | bytes:
    answer = admitted(_receive)(hub, asked, station)
    if isinstance(answer, Answer) and answer.status == HTTPStatus.OK:
        hub.nudge()
    return answer


def _receive(it: Admitted) -> Answer:
    try:
        facts, people = opened(it.asked.signed.body)
    except BodyWrong as error:
        return Answer(422, "wrong_bag", detail=str(error))
    return receive(it.connection, it.hub.tables, it.station, facts, people, it.at)


def _hear(it: Admitted) -> Answer:
    told, tables = it.asked.json(), it.hub.tables
    if told is None:
        return Answer(422, "wrong_word")
    if "clock_offset_s" not in told:  # a station whose time is a simulation's says that it has none
        told |= _offset(told.get("at"), it.at)
    stations.note_alive(it.connection, tables, it.station, it.asked.signed.number, told, it.at)
    question = proving.open_question(it.connection, tables, it.station)
    more: dict[str, Any] = {"release": release.release(), "schema": schema.head()}
    more |= {"prove": question.model_dump()} if question else {}
    return replace(cursor_of(it.connection, tables, it.station), more=more)


def _offset(told: object, at: datetime) -> dict[str, Any]:
    """Return by how many seconds the station's clock is before the hub's, nothing where it does not say."""
    try:
        offset = (datetime.fromisoformat(str(told)) - at).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return {}
    return {"clock_offset_s": round(offset, 1)}


def _take_proof(it: Admitted) -> Answer:
    try:
        proof = Proof.model_validate_json(it.asked.signed.body)
    except ValidationError as error:
        return Answer(422, "wrong_word", detail=error.errors()[0]["msg"])
    proving.take(it.connection, it.hub.tables, it.station, proof)
    return Answer(200)


def _missing(it: Admitted) -> Answer:
    sizes = photos.asked_for((it.asked.json() or {}).get("photos"))
    if sizes is None:
        return Answer(422, "wrong_word")
    return Answer(200, more=photos.missing(it.connection, it.hub.tables, it.station, sizes, it.at).told())


def _take_range(hub: Hub, asked: Asked, station: str, *, sha256: str, start: int, of: int) -> Answer | bytes:
    """Where the store fails, only photos wait: 503. It is written to outside of the transaction."""
    admission = admitted(lambda _: Answer(200))(hub, asked, station)
    if isinstance(admission, bytes) or admission.status != HTTPStatus.OK:
        return admission
    if hub.photos is None:
        return Answer(503, "no_store")
    coming = photos.Coming(station, sha256, start, of, asked.signed.body)
    try:
        return photos.take_range(hub.engine, hub.tables, hub.photos, coming, hub.clock())
    except PhotoStoreFault as fault:
        log.warning("photo_not_stored", reason=fault.reason, detail=fault.detail)
        return Answer(503, fault.reason)


def _enrol(hub: Hub, asked: Asked, station: str) -> Answer:
    at, told = hub.clock(), asked.json() or {}
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
        key = key_of(connection, hub.tables)
        roll_outs.catch_up(connection, hub.tables, key, station, at)
    return Answer(200, "", cursor.epoch, cursor.number, cursor.sha256, more={"hub_key": public_text(key)})
