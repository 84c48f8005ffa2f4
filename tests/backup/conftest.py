"""An empty second disk."""

from pathlib import Path

import pytest

from station.backup.disk import Disk
from tests.backup.rig import second_disk


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return second_disk(tmp_path)
