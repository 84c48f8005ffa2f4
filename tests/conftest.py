"""What several rooms' tests need."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.silo_rig import Silo


@pytest.fixture(scope="session")
def silo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the small silo on its first morning, to be copied."""
    folder = tmp_path_factory.mktemp("silo") / "data"
    Silo.open(folder).desk.ledger.close()
    return folder


@pytest.fixture
def silo(tmp_path: Path, silo_folder: Path) -> Iterator[Silo]:
    """The small silo of `tests/silo_rig.py`, opened and closed."""
    shutil.copytree(silo_folder, tmp_path / "data")
    opened = Silo.reopen(tmp_path / "data")
    yield opened
    opened.desk.ledger.close()
