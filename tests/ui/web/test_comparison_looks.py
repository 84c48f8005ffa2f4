"""How the pages of comparisons look in a browser: on a telephone, and on paper."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.silo_rig import Silo
from tests.ui.web import stored
from tests.ui.web.browser import open_page, served, sheets_of
from tests.ui.web.rig import Pages, make_readers, pages_of

REPORTS = (
    "/pair?analyte=protein", "/three-ways", "/who-was-right", "/groups", "/fairness", "/watch",
    "/watch?analyte=protein",
)  # fmt: skip
ADDRESSES = ("/pair", *REPORTS)
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    silo = Silo.open(Path(tmp_path_factory.mktemp("silo")) / "data")
    make_readers(silo)
    with silo.desk.ledger.write() as tx:
        for page, result in stored.PAGES.items():
            stored.store(tx, page, result)
    yield pages_of(silo)
    silo.desk.ledger.close()


@pytest.fixture(scope="module")
def url(pages: Pages) -> Iterator[str]:
    with served(pages) as address:
        yield address


def test_nothing_is_asked_of_another_host_and_no_policy_is_broken(url: str, browser: Browser) -> None:
    page = open_page(browser, url)
    hosts, said = set(), []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: said.append(message.text))
    for address in ADDRESSES:
        page.goto(address, wait_until="networkidle")
    assert hosts <= {urlsplit(url).netloc, ""}
    assert said == []
    page.context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_page_is_as_broad_as_a_telephone(url: str, browser: Browser, language: str) -> None:
    page = open_page(browser, url, language=language, width=390)
    over = {}
    for address in ADDRESSES:
        page.goto(address)
        over[address] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over == dict.fromkeys(ADDRESSES, 0)
    page.context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_table_is_wider_than_its_page(url: str, browser: Browser, language: str) -> None:
    page = open_page(browser, url, language=language, width=1280)
    over = {}
    for address in ADDRESSES:
        page.goto(address)
        over[address] = page.evaluate(
            "Math.max(0, ...[...document.querySelectorAll('.listed')].map(e=>e.scrollWidth-e.clientWidth))"
        )
    assert over == dict.fromkeys(ADDRESSES, 0)
    page.context.close()


def test_a_chart_is_readable_on_a_telephone(url: str, browser: Browser) -> None:
    page = open_page(browser, url, width=390)
    for address in REPORTS:
        page.goto(address)
        heights = page.evaluate(
            "[...document.querySelectorAll('.chart text')].map(one => one.getBoundingClientRect().height)"
        )
        assert not heights or min(heights) >= 10
    page.context.close()


def test_the_form_is_filled_by_keyboard(url: str, browser: Browser) -> None:
    page = open_page(browser, url, language="en")
    page.goto("/pair?analyte=protein")
    page.focus("#period")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**species=barley**")
    assert "right on average for protein" in page.inner_text(".answer")
    page.context.close()


def test_a_report_is_one_sheet_of_paper(url: str, browser: Browser, tmp_path: Path) -> None:
    page = open_page(browser, url)
    sheets = sheets_of(page, REPORTS, tmp_path)
    assert sheets == dict.fromkeys(REPORTS, "1")
    page.context.close()
