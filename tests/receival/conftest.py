"""Two silos of one firm, between which grain is shipped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.receival.two_silos import TwoSilos


@pytest.fixture
def two(tmp_path: Path, silo_folder: Path) -> Iterator[TwoSilos]:
    silos = TwoSilos.open(tmp_path, silo_folder)
    yield silos
    for silo in (silos.here, silos.there):
        silo.desk.ledger.close()
