"""The pages of an empty small silo, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.silo_rig import Silo
from tests.ui.web.browser import chromium
from tests.ui.web.rig import Pages, make_readers, pages_of


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    silo = Silo.open(tmp_path / "data")
    make_readers(silo)
    yield pages_of(silo)
    silo.desk.ledger.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running
