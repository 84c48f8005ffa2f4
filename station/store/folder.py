"""The data folder: one process holds it, and one file of it is the ledger.

    ledger.db -wal -shm         the ledger
    lock                        held by the process that uses the folder; its number is in it
    second-disk.json            what the box knows of its second disk
    post/ post.json post.key    bags for headquarters, how that stands, and the key that signs them
    work/                       unfinished copies; whoever holds the folder next removes them
    restored-WHEN.db            a restored ledger that is to take the ledger's place
    before-restore-WHEN.db ...  the ledger that was there before

A restore ends with the rename to `restored-WHEN.db`. Whoever holds the folder next puts that file in the
ledger's place, also after a kill between two of the steps: so there is the old ledger or the new one, never
a new one with the old one's log.

Only the station's own user may enter the folder: names of persons, tokens and photos lie in it.
"""

import fcntl
import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from station.store.durable import PARTIAL, make_folder, sync
from station.store.errors import (
    LedgerFault,
    LedgerHeld,
    LedgerMissing,
    LedgerUnreadable,
    opening,
)

LEDGER = "ledger.db"
PARTS = ("", "-wal", "-shm")  # SQLite's file, its log, and the index of the log
WORK = "work"
UNCLEAN = "unclean"  # marks the folder while a station uses it; left by one that was cut off
LOGGED = "logged"  # in that mark: something is committed and the log, which may have it, is there
_RESTORED, _BEFORE = "restored-", "before-restore-"
_KEPT = ("photos", "frames", "models", "profiles", "post")  # what a ledger speaks of
_SHOWN = 5
LISTENING = "listening"  # the address at which the station that holds the folder answers
SECOND_DISK = "second-disk.json"  # what the box knows of its second disk, and which box took over
POST_STANDING = "post.json"  # how the post to headquarters stands
_OWN = {
    *_KEPT,
    "lock",
    UNCLEAN,
    "admin.token",
    LISTENING,
    "approval.key",
    SECOND_DISK,
    POST_STANDING,
    "post.key",
    "lost+found",
}  # the last is a disk's
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def hold(folder: Path) -> IO[str]:
    """Makes the folder and holds it until the returned file is closed; puts a restored ledger in its place.
    From now on what this process writes is for its own user only. Raises LedgerHeld or LedgerUnreadable."""
    with opening(folder):
        _refuse_missing_place(folder)
        _refuse_other_things(folder)
        make_folder(folder)
        refuse_another_owner(folder)
        os.umask(_OTHERS)
        lock = _lock(folder / "lock")
    try:
        with opening(folder):
            _keep_to_ourselves(folder)
            _sweep(folder)
            _place_restored(folder)
    except BaseException:
        lock.close()
        raise
    return lock


def _sweep(folder: Path) -> None:
    """What one that was cut off left half made."""
    shutil.rmtree(folder / WORK, ignore_errors=True)
    if (folder / UNCLEAN).exists():
        for half in (*folder.glob(f"*/{PARTIAL}"), *folder.glob(f"*/*/{PARTIAL}")):
            half.unlink()


def is_new(folder: Path) -> bool:
    """Whether a start would make a ledger in it. Raises LedgerMissing, LedgerUnreadable."""
    with opening(folder):
        _refuse_missing_place(folder)
        if folder.exists():
            refuse_another_owner(folder)
            _refuse_other_things(folder)
            refuse_lost_ledger(folder)
        return not os.path.lexists(folder / LEDGER)


def refuse_lost_ledger(folder: Path) -> None:
    """A folder that holds what a ledger speaks of is no new one. Raises LedgerMissing where it has none."""
    if not os.path.lexists(folder / LEDGER) and (left := list(_left_of_another(folder))):
        raise LedgerMissing(LedgerFault.MISSING, folder=str(folder), left=left)


def _left_of_another(folder: Path) -> Iterator[str]:
    for name in _KEPT:
        if (folder / name).is_dir() and any((folder / name).iterdir()):
            yield name
    yield from sorted(path.name for path in folder.glob(f"{_BEFORE}*.db"))
    yield from (name for name in (UNCLEAN, SECOND_DISK) if (folder / name).exists())


def _refuse_missing_place(folder: Path) -> None:
    """Where the folder above is not there, a disk may not be mounted."""
    if not folder.parent.is_dir():
        raise LedgerUnreadable(LedgerFault.FOLDER_NOWHERE, folder=str(folder), parent=str(folder.parent))


def _refuse_other_things(folder: Path) -> None:
    """A folder that is not a station's is not taken: its rights would change, and a `work` in it would go."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if "lock" in names or any(name.startswith((LEDGER, _RESTORED, _BEFORE)) for name in names):
        return
    if other := [name for name in names if name not in _OWN]:
        raise LedgerUnreadable(LedgerFault.FOLDER_OF_OTHERS, folder=str(folder), left=other[:_SHOWN])


def refuse_another_owner(folder: Path, *, tells_running: bool = True) -> None:
    """What we wrote there its owner could not read. Whoever may use a running station's token is told first
    that one runs, unless that is no matter."""
    for path in (folder, *(path for path in folder.iterdir() if path.is_file())):
        owner = path.stat().st_uid
        if owner != os.geteuid():
            if tells_running:
                with suppress(OSError):
                    _lock(folder / "lock", how="r+").close()
            raise LedgerUnreadable(
                LedgerFault.FOLDER_NOT_OURS, file=str(path), owner=_user(owner), user=_user(os.geteuid())
            )


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _keep_to_ourselves(folder: Path) -> None:
    """Others can neither read nor enter, we can write. Raises LedgerUnreadable where the disk keeps no rights
    (FAT, some shares), and OSError where it takes no writing."""
    for path in (folder, *(path for path in folder.iterdir() if path.is_file())):
        wanted = 0o700 if path.is_dir() else 0o600
        if stat.S_IMODE(path.stat().st_mode) != wanted:
            path.chmod(wanted)
            if path.stat().st_mode & _OTHERS:
                raise LedgerUnreadable(LedgerFault.FOLDER_EXPOSED, file=str(path))
    for part in PARTS:
        if (path := folder / f"{LEDGER}{part}").is_file():
            path.open("r+b").close()


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
        (folder / UNCLEAN).unlink(missing_ok=True)  # it speaks of the ledger that goes
        before = folder / (_BEFORE + restored.name.removeprefix(_RESTORED))
        for part in PARTS:
            present = folder / f"{LEDGER}{part}"
            if present.exists():
                present.rename(f"{before}{part}")
        sync(folder)  # no power cut leaves the old log beside the new ledger
        restored.rename(folder / LEDGER)
        sync(folder)


def _lock(path: Path, how: str = "a+") -> IO[str]:
    handle: IO[str] = path.open(how)
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
