"""Whatever is wrong with the data folder: no station starts and no command works on it, one sentence says
what is wrong and what to do, and nothing is made new in it."""

import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from station import app as station_app
from station import logs, parts
from station.cli import app, errors
from station.demo.station_process import StationProcess
from station.site.read import load_settings
from station.store.engine import Ledger
from tests.cli.rig import make_site, silo
from tests.silo_rig import START
from tests.store.damage import SEEN_AT_START

pytestmark = pytest.mark.long

NOBODY = 65534
COMMANDS = {
    "serve": ("serve",),
    "token": ("token", "add", "office"),
    "export": ("export", "dataset", "stick"),
    "backup": ("backup", "stick"),
    "check": ("check",),
}


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process sets for itself when it serves is not set for the tests."""
    monkeypatch.setattr(logs, "log_to_standard_error", lambda: None)
    monkeypatch.setattr(parts, "use_zone", lambda _name: None)
    monkeypatch.setattr(errors, "LANGUAGE", "en")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that has run once, to be copied; its folder has a photo."""
    folder = tmp_path_factory.mktemp("started")
    site = make_site(folder)
    site.write_text(site.read_text().replace('language = "fr"', 'language = "en"'))
    with StationProcess(site, folder / "log", speed=1.0, start=START):
        pass
    silo(site, "token", "add", "pont")
    (folder / "data" / "photos" / "ab").mkdir()
    (folder / "data" / "photos" / "ab" / "abcd").write_bytes(b"photo")
    return site


@pytest.fixture
def site(started: Path, tmp_path: Path) -> Path:
    shutil.copytree(started.parent, tmp_path / "site")
    return tmp_path / "site" / started.name


@pytest.fixture
def unprivileged(site: Path) -> Iterator[Path]:
    """The site as a user who is not root: rights do not hold for root."""
    if os.geteuid():
        yield site
        return
    home = Path(tempfile.mkdtemp())
    shutil.copytree(site.parent, home / "site")
    for path in (home, *home.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield home / "site" / site.name
    finally:
        os.seteuid(0)
        shutil.rmtree(home)


def run(site: Path, *words: str) -> Result:
    stick = str(site.parent / "stick")
    said = [stick if word == "stick" else word for word in words]
    return CliRunner().invoke(app, [*said, "--config", str(site)])


def told(result: Result, code: int) -> str:
    """The last sentence on standard error."""
    assert result.exit_code == code, (result.stderr, result.exception)
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


def lose_ledger(data: Path) -> None:
    for path in data.glob("ledger.db*"):
        path.unlink()


def only(*kept: str) -> Callable[[Path], None]:
    """Nothing is left but these."""

    def lose(data: Path) -> None:
        for path in data.iterdir():
            if path.name not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    return lose


def put_folder(name: str) -> Callable[[Path], None]:
    def replace(data: Path) -> None:
        (data / name).unlink(missing_ok=True)
        (data / name).mkdir()

    return replace


def link_to_nothing(data: Path) -> None:
    (data / "ledger.db").rename(data.parent / "elsewhere.db")
    (data / "ledger.db").symlink_to(data.parent / "unmounted" / "ledger.db")


def lose_log(data: Path) -> None:
    """As after a power cut: the station was in the middle of its work."""
    (data / "unclean").write_text("logged")


WRONG: dict[str, tuple[Callable[[Path], None], str]] = {
    "no ledger": (lose_ledger, "has lost its ledger"),
    "only photos": (only("photos"), "photos"),
    "only models": (only("models"), "models"),
    "only frames": (only("frames"), "frames"),
    "a ledger that is a folder": (put_folder("ledger.db"), "no file"),
    "a link whose disk is not there": (link_to_nothing, "ledger.db"),
    "a lost log": (lose_log, "ledger.db-wal is gone"),
    "a lock that is a folder": (put_folder("lock"), "lock"),
    "a log that is a folder": (put_folder("ledger.db-wal"), "ledger.db-wal"),
    "a truncated ledger": (SEEN_AT_START["half of it"], "silo restore"),
    "a zeroed header": (SEEN_AT_START["header of zeros"], "silo restore"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("wrong", WRONG)
def test_it_is_told_with_exit_code_5(site: Path, wrong: str, command: str) -> None:
    damage, says = WRONG[wrong]
    data = site.parent / "data"
    if wrong == "only frames":
        (data / "frames" / "bridge").mkdir(parents=True, exist_ok=True)
        (data / "frames" / "bridge" / "1.open").touch()
    damage(data)
    there = os.path.lexists(data / "ledger.db")
    assert says in told(run(site, *COMMANDS[command]), 5)
    assert os.path.lexists(data / "ledger.db") is there


def test_a_lost_ledger_is_told_with_what_is_left_and_what_to_do(site: Path) -> None:
    lose_ledger(site.parent / "data")
    sentence = told(run(site, "serve"), 5)
    assert "left are: photos, frames, models" in sentence
    assert "silo restore" in sentence
    assert "another folder" in sentence


def test_a_folder_of_nothing_or_of_empty_folders_is_a_new_silo(site: Path) -> None:
    only()(site.parent / "data")
    (site.parent / "data" / "photos").mkdir()
    told(run(site, "token", "add", "office"), 0)
    assert (site.parent / "data" / "ledger.db").exists()


@pytest.mark.parametrize("command", ["serve", "token", "check"])
def test_the_ledger_of_another_site_is_refused(site: Path, command: str) -> None:
    site.write_text(site.read_text().replace('id = "demo"', 'id = "elsewhere"'))
    assert "of the site demo, not of elsewhere" in told(run(site, *COMMANDS[command]), 5)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("part", ["", "ledger.db", "lock"])
def test_a_folder_that_takes_no_writing_is_told(
    unprivileged: Path, command: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is mounted read-only: it does not let the rights be changed either."""
    data = unprivileged.parent / "data"
    (data / part).chmod(0o400 if part else 0o500)
    if not part:
        (data / "lock").chmod(0o400)

    def refuse(path: Path, _mode: int) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "chmod", refuse)
        assert f"data/{part or 'lock'}" in told(run(unprivileged, *COMMANDS[command]), 5)
    data.chmod(0o700)


def test_rights_that_can_be_given_are_given(unprivileged: Path) -> None:
    (unprivileged.parent / "data" / "ledger.db").chmod(0o444)
    told(run(unprivileged, "token", "add", "office"), 0)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_belongs_to_somebody_else_is_left_alone(
    site: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    before = sorted((site.parent / "data").iterdir())
    sentence = told(run(site, *COMMANDS[command]), 5)
    assert "belongs to" in sentence
    assert "this runs as 12345" in sentence
    assert sorted((site.parent / "data").iterdir()) == before


def test_who_may_read_its_token_asks_the_station_that_runs_on_a_folder_of_another(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Ledger(site.parent / "data")):
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
        assert "in use by process" in told(run(site, "serve"), 75)


def test_a_folder_whose_place_is_not_there_is_not_made(site: Path) -> None:
    site.write_text(site.read_text().replace('data = "data"', 'data = "unmounted/disk/data"'))
    assert "unmounted/disk is not there" in told(run(site, "serve"), 5)
    assert not (site.parent / "unmounted").exists()


@pytest.mark.parametrize("part", ["photos", "models", "frames"])
def test_a_part_that_cannot_be_opened_is_named(site: Path, part: str) -> None:
    data = site.parent / "data"
    shutil.rmtree(data / part, ignore_errors=True)
    (data / part).write_text("")
    assert f"data/{part}" in told(run(site, "serve"), 5)


def test_a_token_file_that_cannot_be_replaced_is_named(site: Path) -> None:
    put_folder("admin.token")(site.parent / "data")
    assert "admin.token" in told(run(site, "serve"), 5)


def test_a_port_in_use_is_told_as_the_networks_fault(site: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", load_settings(site).server.port))
        other.listen()
        assert "cannot listen at 127.0.0.1:" in told(run(site, "serve"), 4)
    assert not (site.parent / "data" / "unclean").exists()


def test_an_address_that_is_not_this_machines_is_told_with_brackets(site: Path) -> None:
    site.write_text(site.read_text().replace('host = "127.0.0.1"', 'host = "2001:db8::7"'))
    assert "[2001:db8::7]" in told(run(site, "serve"), 4)


def test_an_error_that_nobody_foresaw_is_a_sentence_and_70(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("as nobody thought")

    monkeypatch.setattr(station_app, "load_site", fail)
    assert "as nobody thought" in told(run(site, "serve"), 70)


def test_before_the_first_start_a_question_says_that_nothing_is_recorded_yet(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    told = run(site, "cell", "lines").stderr
    assert told.count("No station has served here yet") == 1
