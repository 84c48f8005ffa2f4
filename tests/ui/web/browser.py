"""A real Chromium in front of the pages of a harvest."""

import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from station.api.door import Door
from station.http_server import listen
from station.receival.persons import people
from station.runtime.drawer import Drawer
from station.store.blobs import Blobs
from tests.ui.web.rig import Pages

PASSWORD = "correct horse battery"
CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 60_000


@contextmanager
def served(pages: Pages) -> Iterator[str]:
    """Its address; Marc has a password, and photos are drawn on."""
    desk, app = pages.silo.desk, pages.app
    people.set_password(desk, "Marc", PASSWORD, pages.silo.clock())
    drawer = Drawer(Blobs(desk.ledger.folder / "photos"), draw_s=60)
    app.state.context = replace(app.state.context, draw=drawer.draw)
    listener = listen("127.0.0.1", 0)
    host, port = listener.getsockname()
    opened = threading.Event()
    door = Door(app, listener, on_open=opened.set)
    thread = threading.Thread(target=door.serve_until_stopped)
    thread.start()
    try:
        assert opened.wait(30)
        yield f"http://{host}:{port}"
    finally:
        door.stop()
        thread.join(timeout=30)


@contextmanager
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def open_page(browser: Browser, url: str, *, language: str = "fr", width: int = 1280) -> Page:
    """A window of that width, where Marc is signed in."""
    context = browser.new_context(
        base_url=url, locale=language, viewport={"width": width, "height": 900}, accept_downloads=False
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/login")
    page.fill("#name", "Marc")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/day")
    return page


def sheets_of(page: Page, addresses: Sequence[str], folder: Path) -> dict[str, str]:
    """On how many sheets of A4 each page prints."""
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo is not installed: apt-get install -y poppler-utils")
    page.emulate_media(media="print")
    sheets = {}
    for number, address in enumerate(addresses):
        page.goto(address, wait_until="networkidle")
        file = folder / f"{number}.pdf"
        page.pdf(path=str(file), format="A4", prefer_css_page_size=True)
        told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
        sheets[address] = next(line.split()[1] for line in told.splitlines() if line.startswith("Pages"))
    return sheets
