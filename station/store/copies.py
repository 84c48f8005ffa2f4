"""Consistent copies of a ledger, made beside whoever writes it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from station.store.condition import connect
from station.store.errors import LedgerBusy, LedgerFault

_PAGES = 1000  # between two looks at whether to stop


def copy_ledger(file: Path, target: Path, stopping: Callable[[], bool] = lambda: False) -> None:
    """Writes what is committed now to `target`, one file that needs no log; the caller makes it durable.
    Raises sqlite3.Error, and LedgerBusy when it was stopped."""

    def look_up(_status: int, _left: int, _pages: int) -> None:
        if stopping():
            raise LedgerBusy(LedgerFault.BUSY, file=str(file))

    target.unlink(missing_ok=True)
    target.touch(mode=0o600)  # persons' names, and what their PINs are checked against
    with closing(connect(file)) as ledger, closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA synchronous=OFF")
        ledger.execute("BEGIN")  # one moment, however long the copying takes
        ledger.execute("SELECT count(*) FROM sqlite_master").fetchone()
        ledger.backup(copy, pages=_PAGES, progress=look_up)
        copy.execute("PRAGMA journal_mode=DELETE")
