"""The ledger is one SQLite file, with one writer connection and any number of readers.

Debian 12's SQLite can corrupt a write-ahead log when two connections write and checkpoint at the same
instant. So exactly one connection of one process writes and checkpoints, behind a lock; readers are
`query_only` and never checkpoint. Transactions begin IMMEDIATE and commit with synchronous=FULL: what
`write()` has left without an exception is on the disk.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import Session

from station.store import counters, schema


class LedgerError(Exception):
    """The data folder cannot be used. The message says what to do."""


class LedgerBusy(LedgerError):
    """Another process holds the data folder."""


class LedgerDamaged(LedgerError):
    """SQLite's own check found damage."""


class DiskFull(LedgerError):
    """The disk took no more; nothing was written."""


class _Writing(Session):
    """A transaction of the one writer, in which new rows are numbered."""


event.listen(_Writing, "before_flush", counters.number_rows)
_PROPOSED = "loads proposed anew"


def note_proposal(tx: Session, load_id: str) -> None:
    """Says that a load's proposal is another now; those who listen for it hear so after the commit. It is
    derived, so no event of the audit chain tells of it."""
    tx.info.setdefault(_PROPOSED, set()).add(load_id)


class Ledger:
    """Opens (and creates, migrates, checks) the data folder and closes it cleanly. Any thread may use it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.file = folder / "ledger.db"
        self._lock_file = _lock(folder / "lock")
        self._marker = folder / "unclean"
        self._write_lock = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self._proposal_listeners: list[Callable[[frozenset[str]], None]] = []
        try:
            self._open()
        except BaseException:
            self._lock_file.close()
            raise

    def _open(self) -> None:
        self.was_unclean = self._marker.exists()
        self._writer = _engine(self.file, writer=True)
        self._reader = _engine(self.file, writer=False)
        if self.was_unclean and self.file.exists():
            self.quick_check()
        self._marker.touch()
        with self._writer.connect() as connection:
            schema.upgrade(connection)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield one transaction; committed and durable when the block ends, undone when it raises."""
        with self._write_lock:
            try:
                with _Writing(self._writer, expire_on_commit=False) as tx:
                    yield tx
                    tx.commit()
            except OperationalError as error:
                raise _disk_full(error) or error from error
        if load_ids := frozenset(tx.info.get(_PROPOSED, ())):
            for hear in tuple(self._proposal_listeners):
                hear(load_ids)
        for listener in tuple(self._listeners):
            listener()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a consistent view of what is committed; writing through it fails."""
        with Session(self._reader, expire_on_commit=False) as tx:
            yield tx

    def on_commit(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every commit, from the committing thread; return its removal."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_proposals(self, listener: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Calls `listener` with the loads that a commit proposed anew, from the committing thread, before
        those of `on_commit`; returns its removal."""
        self._proposal_listeners.append(listener)
        return lambda: self._proposal_listeners.remove(listener)

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, on the writing connection."""
        with self._write_lock, self._writer.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]

    def quick_check(self) -> None:
        try:
            with self._reader.connect() as connection:
                found = connection.execute(text("PRAGMA quick_check")).scalars().all()
        except DatabaseError as error:
            found = [str(error.orig)]
        if found != ["ok"]:
            raise LedgerDamaged(
                f"{self.file} is damaged ({found[0]}). Move it aside (keep it: it can be read by hand) and "
                "restore the newest backup with `silo restore`, or start without it."
            )

    def close(self) -> None:
        """Checkpoint, close and say that this stop was clean."""
        with self._write_lock:
            self.checkpoint()
            self._reader.dispose()
            self._writer.dispose()
            self._marker.unlink(missing_ok=True)
            self._lock_file.close()


def _lock(path: Path) -> IO[str]:
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip() or "unknown"
        handle.close()
        raise LedgerBusy(
            f"The data folder {path.parent} is in use by process {holder}. Stop that station first, "
            "or give this one another data folder."
        ) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def _engine(file: Path, *, writer: bool) -> Engine:
    pool: dict[str, Any] = (
        {"pool_size": 1, "max_overflow": 0} if writer else {"pool_size": 8, "max_overflow": 8}
    )
    engine = create_engine(
        f"sqlite:///{file}", connect_args={"timeout": 10, "check_same_thread": False}, pool_timeout=60, **pool
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the BEGIN below is ours
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA busy_timeout=10000")
        if writer:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA wal_autocheckpoint=1000")
        else:
            connection.execute("PRAGMA wal_autocheckpoint=0")
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def _disk_full(error: OperationalError) -> DiskFull | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
        return DiskFull("The disk is full: nothing was written. Free space on the data folder's disk.")
    return None
