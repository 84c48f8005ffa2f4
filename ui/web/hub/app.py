"""The pages of headquarters: what lies where over all silos, who was right, and what goes down."""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from station.headquarters.served import Quarters
from ui.web.headers import STATIC, SafeHeaders

FORM_BYTES = 64_000
_ROOMS: Sequence[ModuleType] = ()


def create_hub_pages(quarters: Quarters) -> FastAPI:
    """The application of one copy."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, max_body_size=FORM_BYTES)
    for room in _ROOMS:
        app.include_router(room.router)
    app.mount(STATIC.rstrip("/"), StaticFiles(directory=Path(__file__).parent.parent / "static"))
    app.state.quarters = quarters
    app.add_middleware(SafeHeaders)
    return app
