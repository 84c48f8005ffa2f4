"""Consistent copies of a ledger, made beside whoever writes it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from station.store.condition import connect
from station.store.errors import DiskFull, LedgerBusy, LedgerFault, meaning_of

_HEAD = b"SQLite format 3\0"
_NO_LOG = b"\x01\x01"  # at 18 of the header; a ledger that is in use says 2
_PAGES = 1000  # between two looks at whether to stop


def copy_ledger(file: Path, target: Path, stopping: Callable[[], bool] = lambda: False) -> None:
    """Writes what is committed now to `target`, one file that needs no log; the caller makes it durable.
    Raises sqlite3.Error, DiskFull of the target's disk, and LedgerBusy when it was stopped."""

    def look_up(_status: int, _left: int, _pages: int) -> None:
        if stopping():
            raise LedgerBusy(LedgerFault.BUSY, file=str(file))

    target.unlink(missing_ok=True)
    target.touch(mode=0o600)  # persons' names, and what their PINs are checked against
    try:
        with closing(connect(file)) as ledger, closing(sqlite3.connect(target)) as copy:
            copy.execute("PRAGMA synchronous=OFF")
            ledger.execute("BEGIN")  # one moment, however long the copying takes
            ledger.execute("SELECT count(*) FROM sqlite_master").fetchone()
            ledger.backup(copy, pages=_PAGES, progress=look_up)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        meaning = meaning_of(error, target)
        if isinstance(meaning, DiskFull):  # only the target is written
            raise meaning from error
        raise


def is_copy(file: Path) -> bool:
    """Whether the file is a copy, or empty; a ledger of a data folder is none. Raises OSError."""
    with file.open("rb") as opened:
        head = opened.read(20)
    return not head or (head.startswith(_HEAD) and head[18:] == _NO_LOG)
