"""`silo backup` on the closed data folder and beside the running station."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from station.backup.disk import Disk
from station.cli import backup
from station.demo.station_process import StationProcess
from station.store import room
from tests.cli.rig import run, silo
from tests.silo_rig import START
from tests.store.damage import garble_pages

pytestmark = pytest.mark.long


def names(file: Path) -> list[str]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as ledger:
        return [name for (name,) in ledger.execute("SELECT name FROM person")]


def test_a_closed_folder_is_copied_and_left_as_it_is(worked: Path, tmp_path: Path) -> None:
    data = worked.parent / "data"
    before = {path.name: path.read_bytes() for path in data.iterdir() if path.name.startswith("ledger")}
    done = run(worked, "backup", str(tmp_path / "backup.db"))
    assert done.returncode == 0, done.stderr
    assert "Photos, frames and models are not in it." in done.stderr
    assert names(tmp_path / "backup.db") == ["Marie"]
    assert {
        path.name: path.read_bytes() for path in data.iterdir() if path.name.startswith("ledger")
    } == before


@pytest.mark.timeout(300)
def test_beside_a_running_station_it_is_copied_through_it(worked: Path, tmp_path: Path) -> None:
    with StationProcess(worked, tmp_path / "station.log", speed=1.0, start=START):
        silo(worked, "backup", str(tmp_path / "backup.db"))
        (worked.parent / "data" / "admin.token").write_text("another")
        assert run(worked, "backup", str(tmp_path / "refused.db")).returncode == 1
    assert names(tmp_path / "backup.db") == ["Marie"]
    assert not list(tmp_path.glob("*refused*"))


def test_a_damaged_ledger_gives_no_backup_and_leaves_yesterdays(worked: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    silo(worked, "backup", str(copy))
    yesterdays = copy.read_bytes()
    garble_pages(worked.parent / "data")
    done = run(worked, "backup", str(copy))
    assert done.returncode == 5
    assert "silo restore" in done.stderr
    assert copy.read_bytes() == yesterdays
    assert not list(tmp_path.glob(".*.partial"))


@pytest.mark.parametrize("file", ["data/backup.db", "data/ledger.db", "data", "gone/backup.db"])
def test_a_backup_goes_to_a_file_outside_the_data_folder(worked: Path, file: str) -> None:
    before = (worked.parent / "data" / "ledger.db").read_bytes()
    assert run(worked, "backup", str(worked.parent / file)).returncode == 2
    assert (worked.parent / "data" / "ledger.db").read_bytes() == before


def test_of_nothing_there_is_no_backup(site: Path, tmp_path: Path) -> None:
    shutil.rmtree(site.parent / "data")
    assert run(site, "backup", str(tmp_path / "backup.db")).returncode == 2
    assert not (site.parent / "data" / "ledger.db").exists()
    assert not (tmp_path / "backup.db").exists()


def test_what_is_no_backup_is_not_replaced_by_one(worked: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "ledger.db"
    shutil.copytree(worked.parent / "data", other.parent)
    with closing(sqlite3.connect(other)) as ledger:  # another silo's, which is in use
        ledger.execute("PRAGMA journal_mode=WAL")
    (tmp_path / "empty.db").touch()
    for file in (worked, other):
        before = file.read_bytes()
        done = run(worked, "backup", str(file))
        assert done.returncode == 2
        assert "is no backup" in done.stderr
        assert file.read_bytes() == before
    for _ in range(2):
        silo(worked, "backup", str(tmp_path / "empty.db"))


def test_a_folder_that_is_not_there_is_named(worked: Path, tmp_path: Path) -> None:
    done = run(worked, "backup", str(tmp_path / "gone" / "backup.db"))
    assert f"there is no folder {tmp_path / 'gone'}" in done.stderr


def test_a_folder_gets_all_that_a_spare_box_needs(worked: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    done = run(worked, "backup", str(tmp_path / "disk"))
    assert done.returncode == 0, done.stderr
    disk = Disk(tmp_path / "disk")
    assert names(disk.ledger(disk.manifest().copies[0])) == ["Marie"]
    assert {"site.toml", "rules.toml", "coop.pub"} <= {one.name for one in disk.manifest().files}
    assert (tmp_path / "disk" / "TAKE-OVER.txt").read_text().startswith("DÉBRANCHEZ L'ANCIEN BOÎTIER")


def test_a_folder_that_the_station_could_not_write_is_not_begun(
    worked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By root, where the station runs for a user of its own."""
    (tmp_path / "disk").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    with pytest.raises(typer.Exit) as ended:
        backup.make(worked, tmp_path / "disk")
    assert ended.value.exit_code == 5
    assert "4242" in capsys.readouterr().err
    assert not list((tmp_path / "disk").iterdir())


def test_the_configured_folder_is_where_it_goes_once_a_person_began_there(
    worked: Path, tmp_path: Path
) -> None:
    """As a timer calls it."""
    assert run(worked, "backup").returncode == 2
    (tmp_path / "disk").mkdir()
    worked.write_text(worked.read_text() + f'\n[backup]\nfolder = "{tmp_path / "disk"}"\n')
    done = run(worked, "backup")
    assert done.returncode == 75
    assert f"silo backup {tmp_path / 'disk'}" in done.stderr
    silo(worked, "backup", str(tmp_path / "disk"))
    silo(worked, "backup")
    assert len(Disk(tmp_path / "disk").manifest().copies) == 2


def test_a_disk_that_is_too_small_is_refused_with_what_it_lacks(
    worked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(room, "disk_usage", lambda _: SimpleNamespace(free=1))
    with pytest.raises(typer.Exit) as ended:
        backup.make(worked, worked.parent / "backup.db")
    assert ended.value.exit_code == 75
    assert " MB " in capsys.readouterr().err
    assert not (worked.parent / "backup.db").exists()


def test_a_folder_is_proved_and_what_is_wrong_is_named(worked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    silo(worked, "backup", str(folder))
    done = run(worked, "backup", "prove", str(folder), "--scratch", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "is whole" in done.stderr
    disk = Disk(folder)
    disk.ledger(disk.manifest().copies[0]).write_bytes(b"other")
    done = run(worked, "backup", "prove", str(folder), "--scratch", str(tmp_path))
    assert done.returncode == 1
    assert "has changed on the disk" in done.stderr
    assert not list(tmp_path.glob("silo-proof-*"))


def test_the_page_is_written_in_the_sites_language(worked: Path) -> None:
    assert silo(worked, "backup", "page").startswith("DÉBRANCHEZ L'ANCIEN BOÎTIER")
    silo(worked, "backup", "page", "--language", "en", "--pdf", str(worked.parent / "page.pdf"))
    assert (worked.parent / "page.pdf").read_bytes().startswith(b"%PDF")
