"""One writer, readers that cannot write, a commit that is durable and heard."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from station.store import audit
from station.store.engine import Ledger
from station.store.errors import DiskFull, LedgerBusy, LedgerDamaged, LedgerError
from station.store.tables import AuditEvent, Pit
from tests.silo_rig import START, Silo
from ui.words.problems import problem


def said(error: LedgerError) -> str:
    """What a person reads."""
    return " ".join(problem(error.code.value, error.params, "en"))


def test_a_reader_cannot_write(silo: Silo) -> None:
    with silo.desk.ledger.read() as tx:
        tx.add(Pit(id="p9", name="Pit 9"))
        with pytest.raises(OperationalError, match="readonly"):
            tx.flush()


def test_a_write_that_raises_leaves_nothing_and_wakes_nobody(silo: Silo) -> None:
    ledger, woken = silo.desk.ledger, []
    ledger.on_commit(lambda: woken.append(1))

    def interrupted() -> None:
        with ledger.write() as tx:
            tx.add(Pit(id="p9", name="Pit 9"))
            tx.flush()
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        interrupted()
    with ledger.read() as tx:
        assert tx.get(Pit, "p9") is None
    assert not woken


def test_a_commit_is_heard_once_by_each_listener_until_it_is_removed(silo: Silo) -> None:
    heard: list[str] = []
    forget = silo.desk.ledger.on_commit(lambda: heard.append("first"))
    silo.desk.ledger.on_commit(lambda: heard.append("second"))
    with silo.desk.ledger.write() as tx:
        tx.add(Pit(id="P8", name="Pit 8"))
    forget()
    with silo.desk.ledger.write() as tx:
        tx.add(Pit(id="p9", name="Pit 9"))
    assert heard == ["first", "second", "second"]


def test_threads_write_one_after_the_other(silo: Silo) -> None:
    def write(worker: int) -> None:
        for number in range(5):
            with silo.desk.ledger.write() as tx:
                audit.record(tx, "test", START, data={"worker": worker, "number": number})

    workers = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with silo.desk.ledger.read() as tx:
        assert len(tx.exec(select(AuditEvent).where(AuditEvent.kind == "test")).all()) == 20
        assert audit.first_broken(tx) is None


def test_a_reader_sees_only_what_was_committed_when_it_began(silo: Silo) -> None:
    with silo.desk.ledger.read() as reader:
        before = audit.last_seq(reader)
        with silo.desk.ledger.write() as tx:
            audit.record(tx, "test", START)
        assert audit.last_seq(reader) == before
    with silo.desk.ledger.read() as reader:
        assert audit.last_seq(reader) == before + 1


def test_the_writer_syncs_every_commit_and_readers_never_checkpoint(silo: Silo) -> None:
    with silo.desk.ledger.write() as tx:
        connection = tx.connection()
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    with silo.desk.ledger.read() as tx:
        connection = tx.connection()
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1


def test_a_second_station_on_the_same_folder_is_told_who_holds_it(silo: Silo) -> None:
    import os

    with pytest.raises(LedgerBusy, match=str(os.getpid())):
        Ledger(silo.desk.ledger.folder)


def test_an_unclean_stop_is_noticed_and_a_clean_one_is_not(tmp_path: Path) -> None:
    first = Ledger(tmp_path / "data")
    assert not first.was_unclean
    first.close()
    (tmp_path / "data" / "unclean").touch()  # what a killed process leaves behind
    second = Ledger(tmp_path / "data")
    assert second.was_unclean
    second.close()
    third = Ledger(tmp_path / "data")
    assert not third.was_unclean
    third.close()


def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    silo = Silo.open(tmp_path / "data")
    silo.receive("AB-123-CD")
    file = silo.desk.ledger.file
    silo.desk.ledger.close()
    pages = bytearray(file.read_bytes())
    pages[4096 * 3 : 4096 * 5] = b"\xff" * 4096 * 2
    file.write_bytes(pages)
    (tmp_path / "data" / "unclean").touch()
    with pytest.raises(LedgerDamaged) as told:
        Ledger(tmp_path / "data")
    assert "silo restore" in said(told.value)


def test_a_full_disk_is_told_and_nothing_is_written(silo: Silo) -> None:
    with silo.desk.ledger.write() as tx:
        pages = tx.connection().exec_driver_sql("PRAGMA page_count").scalar()
        tx.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def fill() -> None:
        for number in range(1000):
            with silo.desk.ledger.write() as tx:
                audit.record(tx, "test", START, data={"number": number, "text": "x" * 2000})

    with pytest.raises(DiskFull) as told:
        fill()
    assert "Free space" in said(told.value)
    with silo.desk.ledger.write() as tx:
        tx.connection().exec_driver_sql("PRAGMA max_page_count=1073741823")
    silo.receive("AB-123-CD")
    with silo.desk.ledger.read() as tx:
        assert audit.first_broken(tx) is None


def test_what_was_committed_is_in_the_file_after_a_checkpoint(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    silo.desk.ledger.checkpoint()
    wal = silo.desk.ledger.file.with_name("ledger.db-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    with sqlite3.connect(f"file:{silo.desk.ledger.file}?mode=ro&immutable=1", uri=True) as copy:
        assert copy.execute("SELECT count(*) FROM ticket").fetchone() == (1,)
