"""The ledger: one SQLite file, one writer connection, any number of readers.

Debian 12's SQLite can corrupt a write-ahead log when two connections write and checkpoint at the same
instant. So exactly one connection of one process writes and checkpoints, behind a lock; readers are
`query_only` and never checkpoint. Transactions begin IMMEDIATE and commit with synchronous=FULL: what
`write()` has left without an exception is on the disk.
"""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import ExceptionContext, event
from sqlmodel import Session

from station.store import counters, schema
from station.store.condition import Depth, log_of, look
from station.store.connections import make_ledger, open_engine
from station.store.copies import copy_ledger
from station.store.durable import sync
from station.store.errors import (
    BackupUnreadable,
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerFault,
    LedgerUnreadable,
    meaning_at_start,
    meaning_of,
)
from station.store.folder import LEDGER, LOGGED, UNCLEAN, WORK, hold

COPY_WAIT_S = 15.0
# the disk fails, or has turned read-only: its files are no longer written
WRITES_NO_MORE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_DOUBT = "in doubt"  # what the marker of an unclean stop says after an error that nobody foresaw


class _Writing(Session):
    """A transaction of the one writer, in which new rows are numbered."""


event.listen(_Writing, "before_flush", counters.number_rows)
_PROPOSED = "loads proposed anew"


def note_proposal(tx: Session, load_id: str) -> None:
    """Says that a load's proposal is another now; those who listen for it hear so after the commit. It is
    derived, so no event of the audit chain tells of it."""
    tx.info.setdefault(_PROPOSED, set()).add(load_id)


class Ledger:
    """Opens (and creates, migrates, checks) the data folder; closes it cleanly. Thread-safe.

    Damage, which SQLite notices when it comes upon it, is a LedgerDamaged from whatever asked, and is heard
    by those who listen for it. The next start then looks at all of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / LEDGER
        self._marker = folder / UNCLEAN
        self._doubted = self._logged = False
        self._failed = False  # the last try to write
        self._refusal: LedgerError | None = None  # why nothing is written any more
        self._write_lock = threading.RLock()
        self._copying = threading.Lock()
        self._closing = threading.Event()
        self._listeners: list[Callable[[], None]] = []
        self._proposal_listeners: list[Callable[[frozenset[str]], None]] = []
        self._damage_listeners: list[Callable[[LedgerDamaged], None]] = []
        self._held = hold(folder)
        try:
            self._open()
        except BaseException as error:
            self._held.close()
            cause = getattr(error, "orig", None) or error  # what SQLAlchemy has wrapped
            if isinstance(cause, Exception) and (meaning := meaning_at_start(cause, self.file)):
                raise meaning from error
            raise

    def _open(self) -> None:
        self.was_unclean = self._marker.exists()
        if os.path.lexists(self.file):  # also a link whose disk is not mounted
            look(self.file, self._depth())
        else:
            make_ledger(self.file)
        self._writer = open_engine(self.file, writer=True)
        self._reader = open_engine(self.file, writer=False)
        for engine in (self._writer, self._reader):
            event.listen(engine, "handle_error", self._tell)
        self._marker.write_text("")
        with self._writer.connect() as connection:
            schema.upgrade(connection)

    def _depth(self) -> Depth:
        """How far a start looks: after a clean stop no further than the head."""
        if not self.was_unclean:
            return Depth.HEAD
        return Depth.INDEXES if _DOUBT in self._marker.read_text() else Depth.PAGES

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction; committed and durable when the block ends, undone when it raises."""
        if self._refusal is not None:
            raise self._refusal
        with self._write_lock, _Writing(self._writer, expire_on_commit=False) as tx:
            yield tx
            tx.commit()
        self._failed = False
        if not self._logged:
            self._note_log()
        if load_ids := frozenset(tx.info.get(_PROPOSED, ())):
            for hear in tuple(self._proposal_listeners):
                hear(load_ids)
        for listener in tuple(self._listeners):
            listener()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view of what is committed; writing through it fails."""
        with Session(self._reader, expire_on_commit=False) as tx:
            yield tx

    def on_commit(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` after every commit, from the committing thread; returns its removal."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_proposals(self, listener: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Calls `listener` with the loads that a commit proposed anew, from the committing thread, before
        those of `on_commit`; returns its removal."""
        self._proposal_listeners.append(listener)
        return lambda: self._proposal_listeners.remove(listener)

    def on_damage(self, listener: Callable[[LedgerDamaged], None]) -> None:
        """Calls `listener` with damage that was come upon, from the thread that did."""
        self._damage_listeners.append(listener)

    def refuse_writing(self, why: LedgerError) -> None:
        """From now on nothing is written: whoever tries is told why."""
        self._refusal = why

    def doubt(self) -> None:
        """Lets the next start look at every page and every index: what went wrong may come from damage."""
        self._doubted = True
        self._mark()

    def _note_log(self) -> None:
        """From now on a log that is gone after an unclean stop took commits with it."""
        self._logged = log_of(self.file).stat().st_size > 0
        self._mark()

    def _mark(self) -> None:
        words = [word for word, holds in ((LOGGED, self._logged), (_DOUBT, self._doubted)) if holds]
        with suppress(OSError):  # a full disk, which is known already
            self._marker.write_text(", ".join(words))

    def takes_writing(self) -> bool:
        """Tells whether what is given to it now would last: the last try did, and the disk lets us write."""
        return not self._failed and os.access(self.file, os.W_OK, effective_ids=True)

    def free_mb(self) -> int:
        return shutil.disk_usage(self.folder).free // 1_000_000

    def checkpoint(self) -> None:
        """Moves the write-ahead log into the file, on the writing connection. Not while a copy is made: the
        log cannot be emptied then, and every act would wait for it."""
        if self._copying.acquire(blocking=False):
            try:
                self._checkpoint()
            finally:
                self._copying.release()

    def quick_check(self) -> None:
        """Looks at every page. Raises LedgerDamaged."""
        look(self.file, Depth.PAGES)

    def copy_to(self, target: Path, stopping: Callable[[], bool], *, pages: int) -> None:
        """Writes what is committed now to a file on another disk, whose faults are not the ledger's. Raises
        LedgerBusy, DiskFull, LedgerDamaged or BackupUnreadable."""
        if not self._copying.acquire(timeout=COPY_WAIT_S):
            raise LedgerBusy(LedgerFault.BUSY, file=str(self.file))
        try:
            copy_ledger(self.file, target, lambda: self._closing.is_set() or stopping(), pages=pages)
        except sqlite3.Error as error:
            try:
                self.quick_check()
            except LedgerDamaged:
                raise self._meaning(error) or error from error
            raise BackupUnreadable(
                LedgerFault.BACKUP_UNREADABLE, file=str(target), error=str(error)
            ) from error
        finally:
            self._copying.release()

    def copy(self) -> BinaryIO:
        """What is committed now, as one SQLite file, open for reading. It has no name any more: nothing is
        left of it when it is closed. Raises LedgerBusy, DiskFull or LedgerDamaged."""
        if not self._copying.acquire(timeout=COPY_WAIT_S):
            raise LedgerBusy(LedgerFault.BUSY, file=str(self.file))
        target = self.folder / WORK / "copy.db"
        try:
            target.parent.mkdir(exist_ok=True)
            copy_ledger(self.file, target, self._closing.is_set)
            return target.open("rb")
        except (sqlite3.Error, OSError) as error:
            raise self._meaning(error) or error from error
        finally:
            target.unlink(missing_ok=True)
            self._copying.release()

    def close(self) -> None:
        """Checkpoints and closes; says that this stop was clean, unless it is doubted."""
        self._closing.set()
        try:
            with self._copying, self._write_lock:
                if not self._doubted:
                    self._checkpoint()
        finally:
            self._logged = False
            self._mark()
            with suppress(OSError):
                sync(self._marker)  # before the log goes
            self._reader.dispose()
            self._writer.dispose()
            if not self._doubted:
                self._marker.unlink(missing_ok=True)
            self._held.close()

    def _checkpoint(self) -> None:
        with self._write_lock, self._writer.connect() as connection:
            try:
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
                self._failed = False
            except sqlite3.Error as error:
                raise self._meaning(error) or error from error

    def _tell(self, context: ExceptionContext) -> None:
        """What SQLAlchemy asks of every error of a connection."""
        error = context.original_exception
        is_writer = context.engine is self._writer
        if meaning := self._meaning(error):
            self._failed |= is_writer
            raise meaning
        if is_writer and getattr(error, "sqlite_errorcode", 0) & 0xFF in WRITES_NO_MORE:
            self._failed = True
            raise LedgerUnreadable(LedgerFault.UNREADABLE, file=str(self.file), error=str(error)) from error

    def _meaning(self, error: BaseException) -> LedgerError | None:
        meaning = meaning_of(error, self.file)
        if isinstance(meaning, LedgerDamaged):
            self.doubt()
            for listener in tuple(self._damage_listeners):
                listener(meaning)
        return meaning
