"""The pages of headquarters: what lies where over all silos, who was right, and what goes down."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

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
from ui.web.hub.pages import (
    comparisons,
    evidence,
    farms,
    first,
    laboratory,
    login,
    quarantine,
    roll_outs,
    shipments,
    site,
    state,
    stations,
    stock_map,
    trace,
)
from ui.web.hub.reader import visiting
from ui.web.sessions import Sessions

if TYPE_CHECKING:
    from station.headquarters.provider import Provider

FORM_BYTES = 64_000
SIGN_IN_LASTS = timedelta(hours=12)
_ROOMS: Sequence[ModuleType] = (
    doorway,
    first,
    login,
    stations,
    quarantine,
    roll_outs,
    comparisons,
    evidence,
    laboratory,
    shipments,
    stock_map,
    farms,
    site,
    state,
    trace,
)


def create_hub_pages(quarters: Quarters, provider: "Provider | None" = None) -> FastAPI:
    """The application of one copy. Its database has its tables; `provider`: people may sign in by way of it
    (`station.headquarters.provider`)."""
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(check_form)],
        max_body_size=FORM_BYTES,
    )  # fmt: skip
    rooms = list(_ROOMS)
    if provider is not None:
        from ui.web.hub.pages import provider as provider_pages  # noqa: PLC0415  only where hub.toml asks for it

        rooms.append(provider_pages)
    for room in rooms:
        app.include_router(room.router)
    app.mount(STATIC.rstrip("/"), StaticFiles(directory=Path(__file__).parent.parent / "static"))
    app.state.quarters = quarters
    app.state.turnstile, app.state.provider_turnstile = Turnstile(), Turnstile()
    app.state.provider = provider
    app.state.sessions = Sessions(page_key(quarters), SIGN_IN_LASTS)
    app.state.front = Front(HEADQUARTERS, lambda: quarters.name, lambda: quarters.language, visiting)
    app.state.served = frozenset(
        route.path for room in rooms for route in room.router.routes if isinstance(route, APIRoute)
    )
    failures.install(app)
    app.add_middleware(SafeHeaders)
    return app
