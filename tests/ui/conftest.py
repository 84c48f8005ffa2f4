from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.rig import Station, served


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with served(tmp_path / "data") as opened:
        yield opened
