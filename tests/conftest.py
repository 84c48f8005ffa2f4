"""What several rooms' tests need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.silo_rig import Silo


@pytest.fixture
def silo(tmp_path: Path) -> Iterator[Silo]:
    """The small silo of `tests/silo_rig.py`, opened and closed."""
    opened = Silo.open(tmp_path / "data")
    yield opened
    opened.desk.ledger.close()
