from collections.abc import Iterator

import pytest

from tests.ui.web.hub.rig import HubPages


@pytest.fixture
def hub() -> Iterator[HubPages]:
    pages = HubPages.begin()
    yield pages
    pages.quarters.engine.dispose()
