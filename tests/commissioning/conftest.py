"""A site of one's own for each test."""

import shutil
from pathlib import Path

import pytest

from tests.commissioning.rig import ROOT


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in ("site.toml", "rules.toml"):
        shutil.copy(ROOT / "examples" / name, tmp_path / name)
    return tmp_path / "site.toml"
