"""A damaged ledger ends commands and stations with 5, whoever comes upon it; what may pass ends with 75."""

import errno
import shutil
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner, Result

from station import app as station_app
from station import logs, parts
from station.cli import app, errors
from station.demo.station_process import StationProcess
from station.store.engine import Ledger
from station.store.errors import DiskFull, LedgerFault
from tests.cli.rig import make_site, silo
from tests.silo_rig import START
from tests.store.damage import PAGE, SEEN_AT_START, file_of, noise

pytestmark = pytest.mark.long

ENDS_S = 60.0


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that has run once, to be copied."""
    site = make_site(tmp_path_factory.mktemp("site"))
    silo(site, "token", "add", "pont")
    return site


@pytest.fixture
def site(started: Path, tmp_path: Path) -> Path:
    shutil.copytree(started.parent, tmp_path / "site")
    return tmp_path / "site" / started.name


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process sets for itself when it serves is not set for the tests."""
    monkeypatch.setattr(logs, "log_to_standard_error", lambda: None)
    monkeypatch.setattr(parts, "use_zone", lambda _name: None)
    monkeypatch.setattr(errors, "LANGUAGE", "en")


def run(*words: str, site: Path) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(site)])


def told(result: Result, code: int) -> str:
    """The sentence on standard error with which the command ended."""
    assert result.exit_code == code, (result.stderr, result.exception)
    assert "Traceback" not in result.stderr
    return result.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", SEEN_AT_START)
def test_a_station_does_not_start_on_a_damaged_ledger(site: Path, name: str) -> None:
    SEEN_AT_START[name](site.parent / "data")
    sentence = told(run("serve", site=site), 5)
    if name != "another program's":
        assert "silo restore" in sentence
    if name == "a newer station's":
        assert "newer station" in sentence


@pytest.mark.parametrize("words", [("token", "add", "office"), ("export", "dataset", "stick")])
def test_nor_does_a_command_work_on_one(site: Path, words: tuple[str, ...], tmp_path: Path) -> None:
    SEEN_AT_START["noise after the first page"](site.parent / "data")
    assert "silo restore" in told(
        run(*(str(tmp_path / word) if word == "stick" else word for word in words), site=site), 5
    )


def test_a_folder_in_use_may_be_tried_again(site: Path) -> None:
    with closing(Ledger(site.parent / "data")):
        assert "in use by process" in told(run("serve", site=site), 75)


@pytest.mark.parametrize(
    "error",
    [
        DiskFull(LedgerFault.DISK_FULL, folder="data"),
        OSError(errno.ENOSPC, "No space left on device", "lock"),
    ],
)
def test_a_full_disk_may_be_tried_again(
    site: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(station_app, "load_site", fail)
    assert "Free space" in told(run("serve", site=site), 75)


@pytest.mark.timeout(300)
def test_a_running_station_that_comes_upon_damage_ends_with_5_and_is_not_started_again(
    site: Path, tmp_path: Path
) -> None:
    """Whoever comes upon it: here all but the first pages are gone, and a terminal asks."""
    log = tmp_path / "station.log"
    with StationProcess(site, log, speed=1.0, start=START) as station:
        process: subprocess.Popen[bytes] | None = station._process
        assert process is not None
        size = file_of(site.parent / "data").stat().st_size
        with file_of(site.parent / "data").open("r+b") as file:
            file.seek(2 * PAGE)
            file.write(noise(size - 2 * PAGE))
        asked = f"{station.url}/api/v1/admin/dataset"
        headers = {"Authorization": f"Bearer {station.admin_token}"}
        end = time.monotonic() + ENDS_S
        while process.poll() is None and time.monotonic() < end:
            with suppress(httpx2.HTTPError):
                httpx2.get(asked, headers=headers, timeout=5)
        assert process.poll() == 5
    last = log.read_text().splitlines()[-1]
    assert last.startswith("silo: ")
    assert "silo restore" in last
    assert "silo restore" in told(run("serve", site=site), 5)
