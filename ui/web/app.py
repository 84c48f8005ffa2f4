"""The pages: `create_pages` puts the rooms, the sessions and the limits together."""

from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from station.api.context import Context
from station.api.pins import PinDesk
from ui.web import doorway, failures
from ui.web.forms import check_form
from ui.web.front import Front
from ui.web.headers import STATIC, SafeHeaders
from ui.web.navigation import STATION
from ui.web.pages import (
    asked_corrections,
    board,
    cells,
    certificates,
    closing,
    corrections,
    day,
    devices,
    disputes,
    exceptions,
    fairness,
    first,
    groups,
    holds,
    load,
    loads,
    login,
    models,
    morning,
    outbound,
    pair,
    people,
    photo,
    plan,
    printing,
    reference,
    revisions,
    rules,
    spreads,
    tares,
    three_ways,
    trace,
    watch,
    who_was_right,
)
from ui.web.reader import visiting
from ui.web.sessions import Sessions
from ui.words.i18n import translator

FORM_BYTES = 64_000
_ROOMS = (
    doorway, first, login, board, day, morning, closing, loads, load, outbound, photo, cells, exceptions,
    disputes, pair, three_ways, who_was_right, groups, watch, holds, fairness, devices, models,
    corrections, spreads, people, asked_corrections, trace, certificates, plan, printing, reference,
    revisions, rules, tares,
)  # fmt: skip


def _called(context: Context) -> str:
    """The site's name as every page has it; a station that only observes says so on each."""
    name, t = context.desk.policy.site_name, translator(context.desk.policy.language)
    return f"{name} · {t.gettext('OBSERVES ONLY')}" if context.desk.observes else name


def create_pages(context: Context, pins: PinDesk | None = None) -> FastAPI:
    """The application for one context; it checks passwords where `pins` checks PINs."""
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(check_form)],
        max_body_size=FORM_BYTES,
    )  # fmt: skip
    for room in _ROOMS:
        app.include_router(room.router)
    app.mount(STATIC.rstrip("/"), StaticFiles(directory=Path(__file__).parent / "static"))
    app.state.context = context
    app.state.pins = pins or PinDesk()
    app.state.front = Front(STATION, lambda: _called(context), lambda: context.desk.policy.language, visiting)
    app.state.sessions = Sessions(context.page_key, context.sign_in_lasts)
    app.state.served = frozenset(
        route.path for room in _ROOMS for route in room.router.routes if isinstance(route, APIRoute)
    )
    failures.install(app)
    app.add_middleware(SafeHeaders)
    return app
