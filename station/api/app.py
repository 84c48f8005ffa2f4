"""The counter: `create_app` puts the routes, the limits and the handlers of problems together."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from station.api import auth, openapi, problems
from station.api.access import BASE, check_complete
from station.api.auth import permit
from station.api.bodylimit import BodyLimit
from station.api.context import Context
from station.api.invitations import Invitations
from station.api.pins import PinDesk
from station.api.routes import (
    admin,
    alibi,
    announced,
    approvals,
    asked_corrections,
    backup,
    captures,
    certificates,
    clock,
    corrections,
    dataset,
    days,
    devices,
    disputes,
    erp,
    events,
    exceptions,
    forgetting,
    forms,
    instruments,
    laboratory,
    loads,
    measurements,
    metrics,
    models,
    movements,
    outbound,
    people,
    phones,
    plan,
    printing,
    quality,
    reference,
    replay_photos,
    results,
    retained,
    revisions,
    rules,
    samples,
    shipments,
    site,
    spreads,
    tares,
    tickets,
    traces,
    visits,
    weighings,
)
from station.api.streams import Streams
from station.api.upload import STORING_AT_ONCE

JSON_BYTES = 1_000_000
# What multipart adds around the photos.
MULTIPART_BYTES = 64_000
BUNDLE_BYTES = 64_000_000
TABLE_BYTES = 6_000_000
LABEL_BYTES = 16_000_000
LAB_FILE_BYTES = 33_000_000  # with its profile; a workbook may have less

_ROOMS = (
    site, clock, movements, people, phones, visits, loads, samples, weighings, exceptions, captures, devices,
    instruments, retained, tickets, events, laboratory, rules, models, admin, backup, dataset, approvals,
    measurements, corrections, spreads, disputes, results, quality, forgetting, metrics,
    shipments, outbound, announced, erp, asked_corrections, forms, traces, certificates, reference, tares,
    plan, printing, revisions, days, alibi, replay_photos,
)  # fmt: skip


def create_app(context: Context) -> FastAPI:
    """The application for one context. Call `stop_streams` before stopping its server."""
    app = FastAPI(
        title="Silo Station",
        version=version("silo-station"),
        description="Receives grain at a silo: from the weighbridge to the storage cell.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{BASE}/openapi.json",
        lifespan=_lifespan,
        routes=list(_routes()),
    )
    app.state.context = context
    app.state.streams = Streams()
    app.state.pins = PinDesk()
    app.state.invitations = Invitations()
    app.state.storing = asyncio.Semaphore(STORING_AT_ONCE)
    check_complete(_endpoints())
    problems.install(app)
    app.add_middleware(BodyLimit, limit_of=lambda path: _limit_of(path, app.state.context), knows=auth.knows)
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Made once: they know no context, and what FastAPI works out of a hundred endpoints takes a while."""
    api = APIRouter(prefix=BASE, dependencies=[Depends(permit)])
    for room in _ROOMS:
        api.include_router(room.router)
    whole = APIRouter()
    whole.include_router(api)
    return tuple(whole.routes)


def _endpoints() -> Iterator[str]:
    for room in _ROOMS:
        for route in room.router.routes:
            assert isinstance(route, APIRoute)
            yield from (f"{method} {route.path_format}" for method in route.methods or ())


def stop_streams(app: FastAPI) -> None:
    """Ends every open event stream, from any thread: an open stream would keep the server from stopping."""
    streams: Streams = app.state.streams
    streams.stop()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    ledger, streams = app.state.context.desk.ledger, app.state.streams
    forget = [ledger.on_proposals(streams.propose), ledger.on_commit(streams.wake)]
    try:
        yield
    finally:
        for removal in forget:
            removal()
        stop_streams(app)


def _limit_of(path: str, context: Context) -> int:
    if path == f"{BASE}/models":
        return BUNDLE_BYTES + MULTIPART_BYTES
    if path == f"{BASE}/lab/files":
        return LAB_FILE_BYTES + MULTIPART_BYTES
    if path in (f"{BASE}/certificates/file", f"{BASE}/alibi/check") or path.startswith(f"{BASE}/reference/"):
        return TABLE_BYTES
    if path == f"{BASE}/phones/labels":
        return LABEL_BYTES + MULTIPART_BYTES
    if path == f"{BASE}/captures":
        return context.limits.max_upload_bytes + MULTIPART_BYTES
    return JSON_BYTES
