"""A browser, and the small silo's counter with the phones' page."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.api.rig import Counter, Tokens, counter_of, make_folder, served
from tests.phone.rig import with_phone_page
from tests.silo_rig import Silo
from tests.ui.web.browser import chromium


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tokens]:
    folder = tmp_path_factory.mktemp("staffed") / "data"
    return folder, make_folder(folder)


@pytest.fixture
def counter(tmp_path: Path, staffed: tuple[Path, Tokens]) -> Iterator[Counter]:
    folder, tokens = staffed
    silo = Silo.reopen(shutil.copytree(folder, tmp_path / "data"))
    with served(with_phone_page(counter_of(silo, tokens))) as running:
        yield running
    silo.desk.ledger.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running
