"""What several rooms' tests need."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.silo_rig import Silo

# how quick a machine is belongs to the benchmarks: no property fails because the tests share two cores
settings.register_profile("silo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("silo")


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
