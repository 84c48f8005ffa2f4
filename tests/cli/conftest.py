"""The site that commands are tried on."""

import shutil
from pathlib import Path

import pytest

from tests.cli.rig import make_site


@pytest.fixture
def site(tmp_path: Path, new_folder: Path) -> Path:
    shutil.copytree(new_folder, tmp_path / "data")
    return make_site(tmp_path)
