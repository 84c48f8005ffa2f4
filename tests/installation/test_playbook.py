"""The playbook is sound by its own tools, and does what `silo install` does, on a bare Debian too."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.rig import free_port
from tests.installation.booted import FROM, TREE, Booted, booted, packages_and_wheels, reason_to_skip
from tests.installation.rig import nir_at, write_site

ANSIBLE = Path(__file__).parents[2] / "ansible"
PROGRAMS = Path(sys.executable).parent
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def run(home: Path, program: str, *words: str | Path) -> str:
    path = f"{PROGRAMS}:{os.environ['PATH']}"
    done = subprocess.run(
        [PROGRAMS / program, *words], cwd=ANSIBLE, check=False, capture_output=True, text=True, timeout=400,
        stdin=subprocess.DEVNULL,
        env={
            **os.environ, "PATH": path, "HOME": str(home), "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_SSH_ARGS": "-o ControlMaster=no",  # its socket's path would be too long
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_playbook_passes_as_one_for_production(tmp_path: Path) -> None:
    run(tmp_path, "ansible-lint", "--offline", "--strict", "--profile", "production", "station.yml")


def test_the_inventory_of_the_example_is_read(tmp_path: Path) -> None:
    run(tmp_path, "ansible-playbook", "--syntax-check", "-i", "hosts.example.yml", "station.yml")


def play(machine: Booted, folder: Path) -> str:
    """What the playbook says of `folder`/sites/box on this machine."""
    box = {
        "ansible_host": "127.0.0.1", "ansible_port": machine.port, "ansible_user": "root",
        "ansible_ssh_private_key_file": str(machine.key), "silo_from": str(packages_and_wheels()),
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_common_args": "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null",
    }  # fmt: skip
    hosts = folder / "hosts.json"
    hosts.write_text(json.dumps({"stations": {"hosts": {"box": box}}}))
    tree = f"silo_tree={folder / 'tree'}"
    return run(folder, "ansible-playbook", "-i", hosts, "-e", tree, "station.yml")


@pytest.mark.skipif(reason_to_skip() is not None, reason=f"only root boots a machine: {reason_to_skip()}")
def test_a_bare_debian_is_installed_and_a_second_time_nothing_changes(tmp_path: Path) -> None:
    """Python alone is there, as ansible needs it."""
    write_site(tmp_path / "sites/box", port=f"port = {free_port()}", nir=nir_at(free_port()))
    with booted(tmp_path) as machine:
        machine.run(f"sh {TREE}/station/installation/packages.sh {FROM} python3")
        first = play(machine, tmp_path)
        assert re.search(r"TASK \[Install the station\] \*+\nchanged: \[box\]", first)
        assert re.search(r"Keep this token, it is not shown again: [\w-]{20,}", first)
        second = play(machine, tmp_path)
        assert "changed=0 " in second
        assert "Keep this token" not in second
