"""What can be wrong with a data folder. Errors carry a code; the sentence is made where a person reads it."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar


class LedgerFault(StrEnum):
    HELD = "ledger_held"
    BUSY = "ledger_busy"
    DISK_FULL = "ledger_disk_full"
    DAMAGED = "ledger_damaged"
    BACKUP_DAMAGED = "backup_damaged"
    FOREIGN = "ledger_foreign"
    NEWER = "ledger_newer"
    UNREADABLE = "ledger_unreadable"
    PRESENT = "ledger_present"
    OF_ANOTHER_SITE = "ledger_of_another_site"
    MISSING = "ledger_missing"
    FOLDER_NOWHERE = "folder_nowhere"
    FOLDER_NOT_OURS = "folder_not_ours"
    FOLDER_OF_OTHERS = "folder_of_others"
    FOLDER_EXPOSED = "folder_exposed"
    BACKUP_MISSING = "backup_missing"
    BACKUP_BUSY = "backup_busy"
    BACKUP_UNREADABLE = "backup_unreadable"
    BACKUP_PLACE_TAKEN = "backup_place_taken"
    BACKUP_LATER = "backup_later"
    NO_ROOM = "backup_no_room"
    TAKEN_OVER = "taken_over"


class LedgerError(Exception):
    """The data folder cannot be used. `passing`: that may be over by itself, another try is worth it."""

    passing: ClassVar[bool] = False

    def __init__(self, code: LedgerFault, **params: Any) -> None:
        super().__init__(f"{code.value} {params}" if params else code.value)
        self.code = code
        self.params = params


class LedgerBusy(LedgerError):
    """Somebody else uses the ledger, or copies it already."""

    passing = True


class LedgerHeld(LedgerBusy):
    """It is the data folder that another process holds: a station runs on it, or a command works in it."""


class DiskFull(LedgerError):
    """The disk took no more; nothing was written."""

    passing = True


class LedgerDamaged(LedgerError):
    """SQLite cannot read the file as it was written."""


class LedgerForeign(LedgerError):
    """The file is no ledger of this product, or another silo's."""


class LedgerNewer(LedgerError):
    """A newer station made it: this one does not know its tables."""


class LedgerUnreadable(LedgerError):
    """The operating system does not let us open or write it."""


class LedgerMissing(LedgerError):
    """The folder has what a station left in it, but not the ledger that speaks of it."""


class LedgerPresent(LedgerError):
    """A ledger that is whole would be replaced, which was not asked for."""


class BackupMissing(LedgerError):
    """No backup is at that place: its disk may be missing."""

    passing = True


class BackupBusy(LedgerError):
    """Another process writes there."""

    passing = True


class BackupDamaged(LedgerError):
    """What is on the second disk is not what was written there."""


class BackupUnreadable(LedgerError):
    """The second disk does not read or write."""

    passing = True


class BackupLater(LedgerError):
    """The backup goes further than the ledger that would take its place."""


class NoRoom(LedgerError):
    """A disk is too small; `missing_mb` says by how much. Nothing was written."""

    passing = True


class TakenOver(LedgerError):
    """Another box took over from this one, which accepts nothing any more."""


_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
_DAMAGED_DISK = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_CLOSED = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def meaning_of(error: BaseException, file: Path) -> LedgerError | None:
    """What an error of SQLite or of the system says of the ledger or its disk; None where it says nothing of
    them."""
    if isinstance(error, OSError):
        return DiskFull(LedgerFault.DISK_FULL, folder=str(file.parent)) if error.errno in _DISK_FULL else None
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:  # Python's own complaint: a text that is none
        return damaged(file, error) if str(error).startswith("Could not decode") else None
    if code & 0xFF in _DAMAGE or code in _DAMAGED_DISK:
        return damaged(file, error)
    return DiskFull(LedgerFault.DISK_FULL, folder=str(file.parent)) if code in _FULL else None


def meaning_at_start(error: Exception, file: Path) -> LedgerError | None:
    """As `meaning_of`; also what keeps the ledger from being opened at all."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return LedgerBusy(LedgerFault.BUSY, file=str(file))
    if meaning := meaning_of(error, file):
        return meaning
    if code in _CLOSED or isinstance(error, OSError):
        named, text = file, str(error)
        if isinstance(error, OSError):
            named, text = Path(error.filename or file), error.strerror or text
        return LedgerUnreadable(LedgerFault.UNREADABLE, file=str(named), error=text)
    return None


@contextmanager
def opening(folder: Path) -> Iterator[None]:
    """Tells what keeps a part of the data folder from being opened as an error of the ledger."""
    try:
        yield
    except OSError as error:
        raise meaning_at_start(error, folder) or error from error


def damaged(file: Path, error: object) -> LedgerDamaged:
    return LedgerDamaged(LedgerFault.DAMAGED, file=str(file), error=str(error))
