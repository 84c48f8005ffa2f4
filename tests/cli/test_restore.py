"""`silo restore`: a backup takes the ledger's place, not that of a whole one unasked, nor another site's."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from station.demo.site import SITE_ID
from station.store import counters, restoring
from station.store.engine import Ledger
from station.store.errors import DiskFull
from station.store.tables import Counter
from tests.cli.rig import TICKETS, run, silo
from tests.silo_rig import START
from tests.store.damage import garble_pages, write_text
from tests.store.test_journal_full import files_of_at_most

LAST = ("--last-ticket", "0")


def names(file: Path) -> list[str]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as ledger:
        return [name for (name,) in ledger.execute("SELECT name FROM person")]


@pytest.fixture
def backup(worked: Path, tmp_path: Path) -> Path:
    silo(worked, "backup", str(tmp_path / "backup.db"))
    return tmp_path / "backup.db"


def lose(data: Path) -> None:
    """Only the photos are left."""
    for path in data.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (data / "photos" / "ab").mkdir(parents=True)
    (data / "photos" / "ab" / "abcd").touch()


@pytest.mark.parametrize("damage", [garble_pages, write_text, lose])
def test_a_ledger_that_is_damaged_or_gone_is_replaced_and_the_station_goes_on(
    worked: Path, backup: Path, damage: object
) -> None:
    data = worked.parent / "data"
    damage(data)  # type: ignore[operator]
    assert run(worked, "token", "add", "office").returncode == 5
    silo(worked, "restore", str(backup), *LAST)
    assert names(data / "ledger.db") == ["Marie"]
    silo(worked, "token", "add", "office")
    assert len(list(data.glob("before-restore-*.db"))) == (0 if damage is lose else 1)
    silo(worked, "check")


def test_numbers_leap_so_that_none_of_the_lost_days_is_given_twice(worked: Path, backup: Path) -> None:
    data = worked.parent / "data"
    with closing(Ledger(data)) as ledger, ledger.read() as tx:
        before = tx.get_one(Counter, counters.EVENT).value
    garble_pages(data)
    silo(worked, "restore", str(backup), *LAST)
    with closing(Ledger(data)) as ledger, ledger.read() as tx:
        assert tx.get_one(Counter, counters.EVENT).value > before + counters.LEAP - 1


def test_a_whole_ledger_is_replaced_only_when_that_is_said(worked: Path, backup: Path) -> None:
    silo(worked, "person", "add", "Paul", "--role", "manager", "--pin", "1357")
    done = run(worked, "restore", str(backup), *LAST)
    assert done.returncode == 1
    assert "--replace" in done.stderr
    assert sorted(names(worked.parent / "data" / "ledger.db")) == ["Marie", "Paul"]
    silo(worked, "restore", "--replace", str(backup), *LAST)
    assert names(worked.parent / "data" / "ledger.db") == ["Marie"]
    (kept,) = (worked.parent / "data").glob("before-restore-*.db")
    assert sorted(names(kept)) == ["Marie", "Paul"]


@pytest.mark.parametrize(("content", "code"), [(b"no ledger", 5), (b"", 5), (None, 2)])
def test_what_is_no_backup_changes_nothing(
    worked: Path, tmp_path: Path, content: bytes | None, code: int
) -> None:
    if content is not None:
        (tmp_path / "backup.db").write_bytes(content)
    before = (worked.parent / "data" / "ledger.db").read_bytes()
    done = run(worked, "restore", "--replace", str(tmp_path / "backup.db"))
    assert done.returncode == code
    assert "silo restore" not in done.stderr  # which was asked for
    assert (worked.parent / "data" / "ledger.db").read_bytes() == before


def test_the_backup_of_another_site_is_refused(worked: Path, silo_folder: Path) -> None:
    done = run(worked, "restore", "--replace", str(silo_folder / "ledger.db"))
    assert done.returncode == 5
    assert "of the site silo-1, not of demo" in done.stderr


def test_a_folder_in_use_may_be_tried_again(worked: Path, backup: Path) -> None:
    with closing(Ledger(worked.parent / "data")):
        assert run(worked, "restore", "--replace", str(backup), *LAST).returncode == 75


def test_a_backup_that_its_disk_does_not_hold_is_no_ledger(backup: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with files_of_at_most(200_000), pytest.raises(DiskFull) as full:
        restoring.restore(backup, folder, SITE_ID, START, last_tickets={})
    assert full.value.params["folder"].startswith(str(folder))
    assert not (folder / "ledger.db").exists()
    restoring.restore(backup, folder, SITE_ID, START, last_tickets={})
    assert names(folder / "ledger.db") == ["Marie"]


def test_without_the_last_number_on_paper_nothing_is_changed(worked: Path, backup: Path) -> None:
    data = worked.parent / "data"
    garble_pages(data)
    before = (data / "ledger.db").read_bytes()
    done = run(worked, "restore", str(backup))
    assert done.returncode == 2
    assert "--last-ticket" in done.stderr
    for wrong in ("12a", "-3", "2031=4"):
        assert run(worked, "restore", str(backup), f"--last-ticket={wrong}").returncode == 2
    assert (data / "ledger.db").read_bytes() == before


def test_tickets_go_on_after_the_last_number_on_paper(worked: Path, backup: Path) -> None:
    garble_pages(worked.parent / "data")
    done = run(worked, "restore", str(backup), "--last-ticket", "19")
    assert done.returncode == 0, done.stderr
    assert "Campaign 2026: the next ticket is No. 20." in done.stderr
    with closing(Ledger(worked.parent / "data")) as ledger, ledger.read() as tx:
        assert tx.get_one(Counter, TICKETS).value == 19


@pytest.fixture
def disk(worked: Path, tmp_path: Path) -> Path:
    """A second disk with all that a spare box needs."""
    folder = tmp_path / "disk"
    folder.mkdir()
    silo(worked, "backup", str(folder))
    return folder


def test_a_spare_box_takes_over_with_its_site_file_from_the_disk(
    worked: Path, disk: Path, tmp_path: Path
) -> None:
    spare = tmp_path / "spare" / "site.toml"
    spare.parent.mkdir()
    nothing = run(spare, "restore", str(disk), "--take-over")
    assert nothing.returncode == 2
    assert list(spare.parent.iterdir()) == []
    done = run(spare, "restore", str(disk), "--take-over", "--last-ticket", "30")
    assert done.returncode == 0, done.stderr
    assert "accepts nothing any more" in done.stderr
    assert spare.read_bytes() == worked.read_bytes()
    assert names(spare.parent / "data" / "ledger.db") == ["Marie"]
    with closing(Ledger(spare.parent / "data")) as ledger, ledger.read() as tx:
        assert tx.get_one(Counter, TICKETS).value == 30
    old = run(worked, "backup", str(disk))
    assert old.returncode == 5
    assert "took over" in old.stderr


def test_the_same_box_takes_what_is_on_the_disk_without_a_new_epoch(worked: Path, disk: Path) -> None:
    lose(worked.parent / "data")
    silo(worked, "restore", str(disk), *LAST)
    assert names(worked.parent / "data" / "ledger.db") == ["Marie"]
    assert not (disk / "epoch.json").exists()
