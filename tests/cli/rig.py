"""A site whose instruments are nowhere, with a trusted key and a signed bundle beside the site file."""

import os
import socket
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from station.demo.site import InstrumentAddresses, write_site
from station.signing import SecretKey, sign
from tests.model_rig import packed
from tests.silo_rig import SITE_FILE

KEY = SecretKey(b"coopcoop", bytes(range(32)))
SECONDS = 90.0
TICKETS = "ticket demo 2026"  # the counter of the site's campaign
ENGLISH = {**os.environ, "LANG": "C", "LC_ALL": "C"}


def make_site(folder: Path) -> Path:
    nowhere = InstrumentAddresses("tcp:127.0.0.1:1", "tcp:127.0.0.1:2", "tcp:127.0.0.1:3")
    file = write_site(folder, nowhere, listen=free_port())
    file.write_text(file.read_text() + '\n[vision]\ntrusted_keys = ["coop.pub"]\n')
    (folder / "coop.pub").write_text(KEY.public.text())
    data = packed("2")
    (folder / "wheat-2.bundle").write_bytes(data)
    (folder / "wheat-2.bundle.minisig").write_text(sign(data, KEY, "wheat 2"))
    return file


def small_site(folder: Path) -> Path:
    """The file of the small silo, to be read from another folder."""
    site, examples = folder / "site.toml", SITE_FILE.parents[1] / "examples"
    site.write_text(SITE_FILE.read_text(encoding="utf-8").replace("../examples/", f"{examples}/"))
    return site


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def silo(site: Path, *words: str, code: int = 0) -> str:
    """What the command says on standard output."""
    done = run(site, *words)
    assert done.returncode == code, done.stderr
    return done.stdout


def run(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return invoke(*words, "--config", str(site))


def invoke(*words: str) -> subprocess.CompletedProcess[str]:
    """The command's end, in English and without a terminal; in this process: starting one takes a second."""
    from station import logs, parts
    from station.cli import app

    with pytest.MonkeyPatch.context() as patch:  # what a process sets for itself is not set for the tests
        patch.setattr(logs, "log_to_standard_error", lambda: None)
        patch.setattr(parts, "use_zone", lambda _name: None)
        done = CliRunner().invoke(app, words, catch_exceptions=False)
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)
