"""A damaged, foreign or newer ledger is told at the start; damage further in when it is come upon."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from station.store import condition, schema
from station.store.condition import Depth, look
from station.store.engine import Ledger
from station.store.errors import (
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerForeign,
    LedgerNewer,
    LedgerUnreadable,
    meaning_at_start,
)
from station.store.tables import Ticket
from tests.silo_rig import Silo
from tests.store.damage import PAGE, SEEN_AT_START, file_of, garble_pages, overwrite

KINDS = {"a newer station's": LedgerNewer, "another program's": LedgerForeign}


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed data folder with a load in it, to be copied."""
    folder = tmp_path_factory.mktemp("received") / "data"
    silo = Silo.open(folder)
    silo.receive("AB-123-CD")
    silo.desk.ledger.close()
    return folder


@pytest.fixture
def folder(tmp_path: Path, received: Path) -> Path:
    return Path(shutil.copytree(received, tmp_path / "data"))


@pytest.mark.parametrize("name", SEEN_AT_START)
@pytest.mark.parametrize("unclean", [False, True])
def test_damage_is_told_and_nothing_of_it_is_changed(folder: Path, name: str, unclean: bool) -> None:
    SEEN_AT_START[name](folder)
    if unclean:
        (folder / "unclean").touch()
    before = {path.name: path.read_bytes() for path in folder.glob("ledger.db*")}
    with pytest.raises(LedgerError) as told:
        Ledger(folder)
    assert type(told.value) is KINDS.get(name, LedgerDamaged)
    assert not told.value.passing
    assert file_of(folder).name in str(told.value.params["file"])
    assert {
        path.name: path.read_bytes() for path in folder.glob("ledger.db*") if path.name in before
    } == before


def test_damage_further_in_is_told_after_an_unclean_stop(folder: Path) -> None:
    last = file_of(folder).stat().st_size // PAGE - 1
    overwrite(last * PAGE, None, lambda size: b"\xff" * size)(folder)
    (folder / "unclean").touch()
    with pytest.raises(LedgerDamaged):
        Ledger(folder)


def test_damage_met_later_is_told_heard_and_looked_for_at_the_next_start(folder: Path) -> None:
    with closing(sqlite3.connect(file_of(folder))) as opened:
        (root,) = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ticket'").fetchone()
    overwrite((root - 1) * PAGE, root * PAGE, lambda size: b"\xff" * size)(folder)
    heard: list[LedgerDamaged] = []
    with closing(Ledger(folder)) as ledger:
        ledger.on_damage(heard.append)

        def read_damage() -> None:
            with pytest.raises(LedgerDamaged), ledger.read() as tx:
                tx.exec(select(Ticket)).all()

        thread = threading.Thread(target=read_damage)
        thread.start()
        thread.join()
        with pytest.raises(LedgerDamaged), ledger.write() as tx:
            tx.exec(select(Ticket)).all()
    assert len(heard) == 2
    with pytest.raises(LedgerDamaged):
        Ledger(folder)


def test_a_text_that_is_none_is_damage(folder: Path) -> None:
    with closing(Ledger(folder)) as ledger:
        with ledger.write() as tx:
            tx.connection().exec_driver_sql("UPDATE ticket SET \"by\" = CAST(x'ff80ff' AS TEXT)")
        with pytest.raises(LedgerDamaged), ledger.read() as tx:
            tx.exec(select(Ticket)).all()


def test_damage_that_a_migration_comes_upon_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    garble_pages(folder)
    monkeypatch.setattr("station.store.engine.look", lambda *_, **__: None)
    monkeypatch.setattr(schema, "upgrade", lambda tx: tx.exec_driver_sql("SELECT * FROM ticket").all())
    with pytest.raises(LedgerDamaged):
        Ledger(folder)


def test_a_ledger_in_doubt_is_looked_at_with_its_indexes(folder: Path) -> None:
    """An index that lacks a row is a page in order: a start looks for it only after an error."""
    rows = "DELETE FROM cell WHERE rowid = 1"
    with closing(sqlite3.connect(file_of(folder), isolation_level=None)) as opened:
        (root,) = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = 'cell'").fetchone()
        whole = file_of(folder).read_bytes()
        opened.execute(rows)
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    changed = file_of(folder).read_bytes()
    start, end = (root - 1) * PAGE, root * PAGE
    file_of(folder).write_bytes(whole[:start] + changed[start:end] + whole[end:])
    (folder / "unclean").touch()
    with closing(Ledger(folder)) as ledger:
        ledger.doubt()
    with pytest.raises(LedgerDamaged):
        Ledger(folder)


def test_a_log_of_zeros_is_what_a_power_cut_leaves_and_no_damage(folder: Path) -> None:
    file_of(folder).with_name("ledger.db-wal").write_bytes(bytes(2 * PAGE))
    (folder / "unclean").touch()
    Ledger(folder).close()


def test_a_killed_stations_log_is_read_and_the_file_may_be_shorter_than_it_says(folder: Path) -> None:
    """What was committed is in the log only; the kill leaves it there."""
    code = (
        "import itertools, os, sys\n"
        "from pathlib import Path\n"
        "from tests.silo_rig import Silo\n"
        "silo = Silo.reopen(Path(sys.argv[1]))\n"
        "silo._serial = itertools.count(100)\n"
        "for n in range(5): silo.receive(f'KL-00{n}-AA')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert done.returncode == -9
    assert look(file_of(folder), Depth.HEAD).counters["ticket silo-1 2026"] == 6
    with closing(Ledger(folder)) as ledger, ledger.read() as tx:
        assert len(tx.exec(select(Ticket)).all()) == 6


def test_a_ledger_that_another_program_holds_is_busy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condition, "WAIT_S", 0.1)
    with closing(sqlite3.connect(file_of(folder), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerBusy) as told:
            Ledger(folder)
    assert told.value.passing


def test_a_ledger_that_cannot_be_opened_says_so(folder: Path) -> None:
    (folder / "lock").unlink()
    (folder / "lock").mkdir()
    with pytest.raises(LedgerUnreadable):
        Ledger(folder)
    with pytest.raises(LedgerUnreadable):
        Ledger(file_of(folder))
    with pytest.raises(sqlite3.Error) as refused:
        sqlite3.connect(folder / "gone" / "ledger.db")
    assert isinstance(meaning_at_start(refused.value, folder), LedgerUnreadable)


def test_a_new_ledger_has_its_name_only_once_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_connection: object) -> None:
        raise RuntimeError("power")

    with monkeypatch.context() as patched:
        patched.setattr(schema, "upgrade", fail)
        with pytest.raises(RuntimeError):
            Ledger(tmp_path / "data")
    assert not file_of(tmp_path / "data").exists()
    Ledger(tmp_path / "data").close()
    assert look(file_of(tmp_path / "data"), Depth.INDEXES).counters == {}
