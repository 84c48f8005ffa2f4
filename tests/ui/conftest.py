from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.rig import House, Station, make_house, served


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("house") / "data")


@pytest.fixture
def station(tmp_path: Path, house: House) -> Iterator[Station]:
    with served(house, tmp_path / "data") as opened:
        yield opened
