"""The data folder: one process holds it, and one file of it is the ledger.

    ledger.db -wal -shm         the ledger
    lock                        held by the process that uses the folder; its number is in it
    work/                       unfinished copies; whoever holds the folder next removes them
    restored-WHEN.db            a restored ledger that is to take the ledger's place
    before-restore-WHEN.db ...  the ledger that was there before

A restore ends with the rename to `restored-WHEN.db`. Whoever holds the folder next puts that file in the
ledger's place, also after a kill between two of the steps: so there is the old ledger or the new one, never
a new one with the old one's log.
"""

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

from station.store.durable import sync
from station.store.errors import LedgerFault, LedgerHeld, meaning_at_start

LEDGER = "ledger.db"
PARTS = ("", "-wal", "-shm")  # SQLite's file, its log, and the index of the log
WORK = "work"
_RESTORED, _BEFORE = "restored-", "before-restore-"


def hold(folder: Path) -> IO[str]:
    """Makes the folder and holds it until the returned file is closed; puts a restored ledger in its place.
    Raises LedgerHeld or LedgerUnreadable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder / "lock")
    except OSError as error:
        raise meaning_at_start(error, folder) or error from error
    try:
        shutil.rmtree(folder / WORK, ignore_errors=True)
        _place_restored(folder)
    except BaseException:
        lock.close()
        raise
    return lock


def hand_over(ledger: Path, folder: Path, when: str) -> Path:
    """Puts a whole ledger in the place of the folder's own, which the caller holds. Returns the name under
    which the one before is kept, if there was one."""
    while list(folder.glob(f"{_BEFORE}{when}.db*")):
        when += "-again"
    sync(ledger)
    ledger.rename(folder / f"{_RESTORED}{when}.db")
    sync(folder)
    _place_restored(folder)
    return folder / f"{_BEFORE}{when}.db"


def _place_restored(folder: Path) -> None:
    for restored in folder.glob(f"{_RESTORED}*.db"):
        before = folder / (_BEFORE + restored.name.removeprefix(_RESTORED))
        for part in PARTS:
            present = folder / f"{LEDGER}{part}"
            if present.exists():
                present.rename(f"{before}{part}")
        sync(folder)  # no power cut leaves the old log beside the new ledger
        restored.rename(folder / LEDGER)
        sync(folder)


def _lock(path: Path) -> IO[str]:
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip() or "?"
        handle.close()
        raise LedgerHeld(LedgerFault.HELD, folder=str(path.parent), process=holder) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle
