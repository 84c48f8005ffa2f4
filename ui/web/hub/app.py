"""The pages of headquarters: what lies where over all silos, who was right, and what goes down."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from station.api.pins import Turnstile
from station.headquarters.page_key import page_key
from station.headquarters.served import Quarters
from ui.web import doorway, failures
from ui.web.forms import check_form
from ui.web.front import Front
from ui.web.headers import STATIC, SafeHeaders
from ui.web.hub.navigation import HEADQUARTERS
from ui.web.hub.pages import farms, first, login, quarantine, roll_outs, site, state, stations, stock_map
from ui.web.hub.reader import visiting
from ui.web.sessions import Sessions

FORM_BYTES = 64_000
SIGN_IN_LASTS = timedelta(hours=12)
_ROOMS: Sequence[ModuleType] = (
    doorway,
    first,
    login,
    stations,
    quarantine,
    roll_outs,
    stock_map,
    farms,
    site,
    state,
)


def create_hub_pages(quarters: Quarters) -> FastAPI:
    """The application of one copy. Its database has its tables."""
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(check_form)],
        max_body_size=FORM_BYTES,
    )  # fmt: skip
    for room in _ROOMS:
        app.include_router(room.router)
    app.mount(STATIC.rstrip("/"), StaticFiles(directory=Path(__file__).parent.parent / "static"))
    app.state.quarters = quarters
    app.state.turnstile = Turnstile()
    app.state.sessions = Sessions(page_key(quarters), SIGN_IN_LASTS)
    app.state.front = Front(HEADQUARTERS, lambda: quarters.name, lambda: quarters.language, visiting)
    app.state.served = frozenset(
        route.path for room in _ROOMS for route in room.router.routes if isinstance(route, APIRoute)
    )
    failures.install(app)
    app.add_middleware(SafeHeaders)
    return app
