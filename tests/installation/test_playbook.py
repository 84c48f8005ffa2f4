"""The playbook is sound by its own tools; `test_booted.py` runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ANSIBLE = Path(__file__).parents[2] / "ansible"


@pytest.mark.long
@pytest.mark.parametrize(
    "words",
    [
        ["ansible-lint", "--offline", "--strict", "--profile", "production", "station.yml"],
        ["ansible-playbook", "--syntax-check", "-i", "hosts.example.yml", "station.yml"],
    ],
    ids=lambda words: words[0],
)
def test_the_playbook_is_sound(words: list[str], tmp_path: Path) -> None:
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    done = subprocess.run(
        [programs / words[0], *words[1:]], cwd=ANSIBLE, env=environment, check=False, capture_output=True,
        text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
