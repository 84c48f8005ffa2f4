"""Consistent copies of a ledger, made beside whoever writes it."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import SQLModel

from station.store.condition import connect
from station.store.errors import DiskFull, LedgerBusy, LedgerFault, meaning_of

_HEAD = b"SQLite format 3\0"
_NO_LOG = b"\x01\x01"  # at 18 of the header; a ledger that is in use says 2
_PAGES = 1000  # between two looks at whether to stop


def copy_ledger(
    file: Path, target: Path, stopping: Callable[[], bool] = lambda: False, *, pages: int | None = None
) -> None:
    """Writes what is committed now to `target`, one file that needs no log; the caller makes it durable.
    `stopping` is asked after every so many `pages`. Raises sqlite3.Error, DiskFull of the target's disk, and
    LedgerBusy when it was stopped."""

    def look_up(_status: int, _left: int, _pages: int) -> None:
        if stopping():
            raise LedgerBusy(LedgerFault.BUSY, file=str(file))

    target.unlink(missing_ok=True)
    target.touch(mode=0o600)  # persons' names, and what their PINs are checked against
    try:
        with closing(connect(file)) as ledger, closing(_new(target)) as copy:
            copy.execute("PRAGMA synchronous=OFF")
            ledger.execute("BEGIN")  # one moment, however long the copying takes
            ledger.execute("SELECT count(*) FROM sqlite_master").fetchone()
            ledger.backup(copy, pages=pages or _PAGES, progress=look_up)
    except sqlite3.Error as error:
        meaning = meaning_of(error, target)
        if isinstance(meaning, DiskFull):  # only the target is written
            raise meaning from error
        raise
    with target.open(
        "r+b"
    ) as made:  # what is copied names a log; a disk without locks lets SQLite not say so
        made.seek(len(_HEAD) + 2)
        made.write(_NO_LOG)


def _new(target: Path) -> sqlite3.Connection:
    """Without locks: nobody else knows the file, and shares may have none."""
    return sqlite3.connect(f"{target.absolute().as_uri()}?nolock=1", uri=True)


@dataclass(frozen=True, slots=True)
class Summary:
    """`events` and `head` are number and hash of the last audit event, `counts` the rows of every table."""

    events: int
    head: str
    counts: Mapping[str, int]


def summary_of(file: Path) -> Summary:
    """What a ledger's file holds. Raises sqlite3.Error."""
    with closing(connect(file)) as ledger:
        last = ledger.execute("SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1").fetchone()
        names = [table.name for table in SQLModel.metadata.sorted_tables]
        known = {name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        counts = {
            name: ledger.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in names
            if name in known
        }
    head = last[1] if last else ""
    return Summary(last[0] if last else 0, head.hex() if isinstance(head, bytes) else str(head), counts)


def is_copy(file: Path) -> bool:
    """Whether the file is a copy, or empty; a ledger of a data folder is none. Raises OSError."""
    with file.open("rb") as opened:
        head = opened.read(20)
    return not head or (head.startswith(_HEAD) and head[18:] == _NO_LOG)
