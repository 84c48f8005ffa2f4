"""A copy is one moment of the ledger in one file, and holds nobody up while it is made."""

import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from station.store import audit, copies, engine
from station.store.condition import Depth, look
from station.store.copies import copy_ledger
from station.store.durable import arriving
from station.store.engine import Ledger
from station.store.errors import DiskFull, LedgerBusy, LedgerDamaged
from station.store.tables import AuditEvent
from tests.silo_rig import START, Silo
from tests.store.test_journal_full import files_of_at_most


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many steps also of a small ledger."""
    monkeypatch.setattr(copies, "_PAGES", 1)


def kinds(file: Path) -> list[str]:
    with closing(sqlite3.connect(f"{file.as_uri()}?immutable=1", uri=True)) as opened:
        return [kind for (kind,) in opened.execute("SELECT kind FROM audit_event ORDER BY seq")]


@pytest.mark.usefixtures("small_steps")
def test_what_is_committed_while_it_is_made_is_not_in_it(silo: Silo, tmp_path: Path) -> None:
    silo.receive("AB-123-CD")
    ledger, written = silo.desk.ledger, []

    def write() -> bool:
        if len(written) < 20:
            with ledger.write() as tx:
                written.append(audit.record(tx, "too late", START).seq)
        return False

    copy_ledger(ledger.file, tmp_path / "copy.db", write)
    assert len(written) == 20
    assert "ticket_issued" in kinds(tmp_path / "copy.db")
    assert "too late" not in kinds(tmp_path / "copy.db")
    look(tmp_path / "copy.db", Depth.INDEXES)
    with ledger.read() as tx:
        assert len(tx.exec(select(AuditEvent).where(AuditEvent.kind == "too late")).all()) == 20


def test_it_is_one_file_of_its_owner_that_opens_on_a_disk_that_takes_no_writing(
    silo: Silo, tmp_path: Path
) -> None:
    (tmp_path / "stick").mkdir()
    copy = tmp_path / "stick" / "copy.db"
    copy_ledger(silo.desk.ledger.file, copy)
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert copy.read_bytes()[18:20] == b"\x01\x01"  # no write-ahead log
    look(copy, Depth.INDEXES)
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db"]


def test_what_is_only_in_a_killed_stations_log_is_copied(silo: Silo, tmp_path: Path) -> None:
    """Of a closed folder, as it was left: nothing is migrated or written there."""
    silo.receive("AB-123-CD")
    left = tmp_path / "left"
    left.mkdir()
    for part in ("ledger.db", "ledger.db-wal"):
        (left / part).write_bytes((silo.desk.ledger.folder / part).read_bytes())
    copy_ledger(left / "ledger.db", tmp_path / "copy.db")
    assert "ticket_issued" in kinds(tmp_path / "copy.db")


def test_an_open_copy_leaves_nothing_behind(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    with silo.desk.ledger.copy() as copy:
        assert list((silo.desk.ledger.folder / "work").iterdir()) == []
        assert os.fstat(copy.fileno()).st_nlink == 0
        assert copy.read(15) == b"SQLite format 3"


@pytest.mark.usefixtures("small_steps")
def test_while_it_is_made_acts_go_on_and_the_log_is_not_emptied(
    silo: Silo, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    ledger = silo.desk.ledger

    class Slow(threading.Event):
        def is_set(self) -> bool:
            begun.set()
            go_on.wait(30)
            return False

    monkeypatch.setattr(ledger, "_closing", Slow())
    made: list[bytes] = []
    maker = threading.Thread(target=lambda: made.append(ledger.copy().read()))
    maker.start()
    assert begun.wait(30)
    ledger.checkpoint()  # would wait 10 s for the copy's moment to end
    silo.receive("AB-123-CD")
    monkeypatch.setattr(engine, "COPY_WAIT_S", 0.01)
    with pytest.raises(LedgerBusy):
        ledger.copy()
    go_on.set()
    maker.join()
    assert len(made[0]) > 100_000
    ledger.copy().close()


@pytest.mark.usefixtures("small_steps")
def test_a_station_that_stops_waits_for_no_copy(tmp_path: Path) -> None:
    ledger, begun, ended = Ledger(tmp_path / "data"), threading.Event(), []

    class Slow(threading.Event):
        """Looked at between two steps of the copy: the second step waits for the stop."""

        def is_set(self) -> bool:
            begun.set()
            self.wait(30)
            return super().is_set()

    def make() -> None:
        with pytest.raises(LedgerBusy):
            ledger.copy()
        ended.append(True)

    ledger._closing = Slow()
    maker = threading.Thread(target=make)
    maker.start()
    assert begun.wait(30)
    ledger.close()
    maker.join()
    assert ended == [True]
    Ledger(tmp_path / "data").close()


def test_a_damaged_ledger_gives_no_copy_and_is_told(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    ledger, heard = silo.desk.ledger, []
    ledger.checkpoint()
    ledger.on_damage(heard.append)
    ledger.file.write_bytes(b"\0" * 4096 * 20)
    with pytest.raises(LedgerDamaged):
        ledger.copy()
    assert len(heard) == 1


def test_a_file_arrives_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_text("yesterday's")

    def fail() -> None:
        with arriving(target) as part:
            part.write_text("half")
            raise RuntimeError("stick pulled out")

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "yesterday's"
    with arriving(target) as part:
        part.write_text("today's")
        assert target.read_text() == "yesterday's"
    assert target.read_text() == "today's"
    assert [path.name for path in tmp_path.iterdir()] == ["backup.db"]


def test_a_full_disk_is_the_copy_s_not_the_ledger_s(silo: Silo, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with files_of_at_most(200_000), pytest.raises(DiskFull) as full:
        copy_ledger(silo.desk.ledger.file, tmp_path / "stick" / "copy.db")
    assert full.value.params == {"folder": str(tmp_path / "stick")}
