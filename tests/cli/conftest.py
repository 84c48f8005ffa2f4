"""The site that commands are tried on."""

from pathlib import Path

import pytest

from tests.cli.rig import make_site


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_site(tmp_path)
