"""The pages in a real browser: nothing from elsewhere, by keyboard, on a phone's screen, on one sheet."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from station.runtime.bundles import shipped_bundle
from station.vision.inspect import inspect
from station.vision.model import load_model
from station.vision.rendered import render_tray
from tests.ui.web.browser import PASSWORD, open_page, served, sheets_of
from tests.ui.web.harvest import make_harvest
from tests.ui.web.rig import EVERYBODYS, Pages, Text, pages_of

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def harvest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    tray = render_tray(3, width=1200, height=900, kernels=120, sheet="white").jpeg
    seen = inspect(tray, load_model(shipped_bundle("soft_wheat")), species="wheat")
    silo = make_harvest(tmp_path_factory.mktemp("harvest") / "data", tray, seen)
    yield pages_of(silo)
    silo.desk.ledger.close()


@pytest.fixture(scope="module")
def url(harvest: Pages) -> Iterator[str]:
    with served(harvest) as address:
        yield address


@pytest.fixture(scope="module")
def addresses(harvest: Pages) -> list[str]:
    """The lists, and one page of each kind behind them."""
    client = harvest.reader()
    links = {one: Text(client.get(one).text).links for one in ("/loads?q=ab123", "/disputes", "/devices")}
    load = next(one for one in links["/loads?q=ab123"] if one.startswith("/loads/"))
    dispute = next(one for one in links["/disputes"] if one.startswith("/disputes/"))
    return [*EVERYBODYS, load, dispute, f"{load}/captures/c-1/0/outlines", "/cells/c1", "/devices/bridge"]


def test_no_request_leaves_the_host_and_no_policy_is_broken(
    url: str, browser: Browser, addresses: list[str]
) -> None:
    page = open_page(browser, url)
    hosts, said = set(), []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: said.append(message.text))
    for address in addresses:
        page.goto(address, wait_until="networkidle")
    assert hosts <= {urlsplit(url).netloc, ""}  # a picture in the page itself has no host
    assert said == []
    page.context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_is_wider_than_a_phone(
    url: str, browser: Browser, addresses: list[str], language: str
) -> None:
    page = open_page(browser, url, language=language, width=390)
    over = {}
    for address in addresses:
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            over[address] = wide
        assert page.evaluate("document.documentElement.lang") == language
    assert over == {}
    page.context.close()


def test_the_keyboard_alone_signs_in_and_comes_to_a_load(url: str, browser: Browser) -> None:
    page = browser.new_context(base_url=url, locale="en").new_page()
    page.set_default_timeout(60_000)
    page.goto("/loads")
    assert "/login?to=%2Floads" in page.url
    page.wait_for_function("document.activeElement.id === 'name'")  # by itself, soon after the page came
    page.keyboard.type("Marc")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/loads")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    tab_to(page, "document.activeElement.id === 'q'")
    page.keyboard.type("ab123")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=ab123**")
    tab_to(page, "(document.activeElement.getAttribute('href') || '').startsWith('/loads/')")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/loads/*")
    assert "AB-123-CD" in page.inner_text("h1")
    page.context.close()


def tab_to(page: Page, condition: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"no {condition} within {most} steps")


def test_a_page_prints_on_one_sheet(url: str, browser: Browser, addresses: list[str], tmp_path: Path) -> None:
    page = open_page(browser, url)
    sheets = sheets_of(page, addresses, tmp_path)
    assert sheets == dict.fromkeys(addresses, "1")
    page.context.close()


def test_what_was_seen_is_drawn_on_the_photo(url: str, browser: Browser, addresses: list[str]) -> None:
    page = open_page(browser, url)
    page.goto(next(one for one in addresses if one.endswith("/outlines")))
    shown = page.locator("figure img")
    assert shown.evaluate("image => image.complete && image.naturalWidth > 600")
    assert (shown.get_attribute("src") or "").startswith("data:image/jpeg")
    page.context.close()


def test_signing_out_ends_it(url: str, browser: Browser) -> None:
    page = open_page(browser, url, language="en")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    page.goto("/day")
    assert "/login?to=" in page.url
    page.context.close()
