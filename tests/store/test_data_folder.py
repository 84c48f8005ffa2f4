"""A data folder says who holds it, whether its last stop was clean, and lets go when it cannot be opened."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from station.store.engine import Ledger
from station.store.errors import DiskFull, LedgerBusy, LedgerDamaged, meaning_of
from station.store.tables import Pit


def test_a_folder_is_marked_while_it_is_open_so_that_a_killed_station_leaves_the_mark(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "data")
    assert (tmp_path / "data" / "unclean").exists()
    ledger.close()
    assert not (tmp_path / "data" / "unclean").exists()


def test_the_holder_is_named_without_what_an_earlier_one_left_in_the_lock(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lock").write_text("99999999")
    ledger = Ledger(tmp_path / "data")
    with pytest.raises(LedgerBusy, match=rf"'process': '{os.getpid()}'"):
        Ledger(tmp_path / "data")
    ledger.close()


def test_a_folder_that_could_not_be_opened_is_not_held(tmp_path: Path) -> None:
    """Whoever restores a backup in the same process must not be told that it is in use."""
    Ledger(tmp_path / "data").close()
    (tmp_path / "data" / "unclean").touch()
    (tmp_path / "data" / "ledger.db").write_bytes(b"\xff" * 8192)
    failures = []
    for _ in range(2):
        try:
            Ledger(tmp_path / "data")
        except (LedgerDamaged, LedgerBusy) as error:
            failures.append(error)  # as a screen does that shows it: what it was raised from stays alive
    assert [type(error) for error in failures] == [LedgerDamaged, LedgerDamaged]


def test_a_write_holds_the_file_from_its_first_look_on(tmp_path: Path) -> None:
    """What it decides on cannot have changed when it writes: a backup tool or a second program waits."""
    ledger = Ledger(tmp_path / "data")
    other = sqlite3.connect(ledger.file, timeout=0, isolation_level=None)
    with ledger.write() as tx:
        assert tx.exec(select(Pit)).all() == []
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    ledger.close()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE])
def test_both_ways_in_which_a_disk_says_that_it_is_full_are_understood(tmp_path: Path, code: int) -> None:
    assert isinstance(meaning_of(said_with(code), tmp_path / "ledger.db"), DiskFull)
    assert meaning_of(said_with(sqlite3.SQLITE_BUSY), tmp_path / "ledger.db") is None


def said_with(code: int) -> sqlite3.OperationalError:
    said = sqlite3.OperationalError("as SQLite says it")
    said.sqlite_errorcode = code
    return said


def test_listeners_hear_of_a_commit_when_others_can_read_what_was_written(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "data")
    seen: list[int] = []

    def look() -> None:
        with ledger.read() as tx:
            seen.append(len(tx.exec(select(Pit)).all()))

    ledger.on_commit(look)
    with ledger.write() as tx:
        tx.add(Pit(id="p1", name="Pit 1"))
    assert seen == [1]
    ledger.close()


def test_the_writer_moves_its_log_into_the_file_by_itself_when_it_grows(tmp_path: Path) -> None:
    """The job that does it every five minutes may be late on a full day."""
    ledger = Ledger(tmp_path / "data")
    with ledger.write() as tx:
        assert tx.connection().exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 1000
    ledger.close()


def test_a_checkpoint_leaves_an_empty_log(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "data")
    log = ledger.file.with_name("ledger.db-wal")
    with ledger.write() as tx:
        tx.add(Pit(id="p1", name="Pit 1"))
    assert log.stat().st_size > 0
    ledger.checkpoint()
    assert log.stat().st_size == 0
    ledger.close()


def test_a_log_that_is_gone_after_a_cut_took_commits_with_it(tmp_path: Path) -> None:
    """What is left of the ledger is whole, and older than what was acknowledged."""
    folder = tmp_path / "data"
    work = (
        "import os, sys; from pathlib import Path; from station.store.engine import Ledger\n"
        "from station.store.tables import Pit\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "with ledger.write() as tx: tx.add(Pit(id='p1', name='Pit 1'))\n"
        "os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", work, str(folder)], check=True)
    log = folder / "ledger.db-wal"
    there = log.rename(folder / "kept")
    with pytest.raises(LedgerDamaged, match=r"ledger\.db-wal is gone"):
        Ledger(folder)
    there.rename(log)
    ledger = Ledger(folder)
    with ledger.read() as tx:
        assert [pit.id for pit in tx.exec(select(Pit))] == ["p1"]
    ledger.close()
    Ledger(folder).close()


def test_what_a_cut_off_write_left_goes_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    Ledger(folder).close()
    half = folder / "photos" / "ab" / ".abcd.x.partial"
    half.parent.mkdir(parents=True)
    half.touch()
    (folder / "unclean").touch()
    Ledger(folder).close()
    assert not half.exists()
