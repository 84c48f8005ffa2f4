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

LONG = ("demo", "runtime", "cli", "ui", "api", "export", "vision")  # rooms of few tests that take long


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rooms of long tests first: short ones at the end leave no core without work."""
    items.sort(key=lambda item: _rank(item.path.relative_to(Path(__file__).parent).parts[0]))


def _rank(room: str) -> int:
    return LONG.index(room) if room in LONG else len(LONG)


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
