"""`silo instrument` on a closed data folder."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def site(tmp_path: Path, silo_folder: Path) -> Path:
    for name in ("site.toml", "rules.toml"):
        shutil.copy(ROOT / "examples" / name, tmp_path / name)
    shutil.copytree(silo_folder, tmp_path / "data")
    return tmp_path / "site.toml"


def instrument(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "station.cli", "instrument", *arguments]
    environment = {**os.environ, "LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8"}
    return subprocess.run(command, env=environment, cwd=ROOT, check=False, capture_output=True, text=True)


def test_a_swap_is_recorded_and_listed(site: Path) -> None:
    options = ["--config", str(site), "--name", "GAC loan", "--serial", "L-77"]
    done = instrument("swap", "gac", *options, "--verified-until", "2027-03-31")
    assert done.returncode == 0, done.stderr
    listed = instrument("list", "--config", str(site))
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert {row["name"]: row["port_id"] for row in rows}["GAC loan"] == "gac"
    again = instrument("swap", "gac", *options)
    assert again.returncode == 1
    assert "L-77" in again.stderr
