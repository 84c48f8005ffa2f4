"""The folder on the second disk, from which a spare box can take over.

    backup.json            what is whole there; written last, so what it names is there
    epoch.json             how often another box took over, and which one did last
    proof.json             when what is there was last restored and compared, and what was found
    ledger/WHEN.db         copies of the ledger, the newest first in backup.json
    photos/ab/abcdef…      by content, as in the data folder; so are models/
    post/EPOCH/…           bags for headquarters, which come as they close
    frames/DEVICE/…        closed segments, and the open one as far as it was then
    profiles/NAME          those that came over HTTP
    site/ab/abcdef…        the site file and what it names, by content: tokens and passwords are among them,
                           and the keys of the approvals, papers and bags
    TAKE-OVER.txt          the page for whoever takes over

A folder becomes a backup when a person says so (`begin`): a place where a disk is not mounted is none.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from station.store.durable import PARTIAL, arriving, make_folder
from station.store.errors import BackupBusy, BackupDamaged, BackupMissing, LedgerFault

MANIFEST, EPOCH, PROOF, PAGE = "backup.json", "epoch.json", "proof.json", "TAKE-OVER.txt"
LEDGERS, SITE, LOCK = "ledger", "site", "backup.lock"
FORMAT = 1
_Model = TypeVar("_Model", bound=BaseModel)
_SWEPT = ("", "*/", "*/*/")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class LedgerCopy(_Value):
    """One whole copy. `events` and `head` are number and hash of the last event in it, `counts` the rows of
    every table."""

    file: str
    sha256: str
    size: int
    made_at: datetime
    events: int
    head: str
    counts: dict[str, int]


class SiteFile(_Value):
    """A file that the site file names, under the name that it has there; or a key of the station."""

    name: str
    sha256: str


class Manifest(_Value):
    """`copies`: the newest first. `site_file` is the site file's own name. `unread`: files that the station
    could not read, so they are not here. `damaged`: photos and other files that were not what their names
    say."""

    format: int = FORMAT
    site: str
    site_name: str
    box: str
    made_at: datetime
    copies: tuple[LedgerCopy, ...]
    site_file: str
    files: tuple[SiteFile, ...]
    unread: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


class Epoch(_Value):
    """`number` counts the boxes that took over; `box` did last. 0: none did."""

    number: int = 0
    box: str = ""
    at: datetime | None = None


class Proof(_Value):
    """`found`: what was not as it must be, as stored reasons; none where all was."""

    at: datetime
    copy_made_at: datetime
    photos: int
    found: tuple[dict[str, Any], ...] = ()


class Disk:
    """Reads and writes the folder. Every error of the system that it raises names a file in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def is_begun(self) -> bool:
        return (self.folder / MANIFEST).exists()

    def manifest(self) -> Manifest:
        """Raises BackupMissing where no backup is there, BackupDamaged."""
        try:
            text = (self.folder / MANIFEST).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise BackupMissing(LedgerFault.BACKUP_MISSING, folder=str(self.folder)) from None
        found = self._parsed(MANIFEST, text, Manifest)
        if found.format > FORMAT or not found.copies:
            raise self._damaged(MANIFEST, f"format {found.format}, {len(found.copies)} copies")
        return found

    def epoch(self) -> Epoch:
        """Raises BackupDamaged."""
        try:
            text = (self.folder / EPOCH).read_text(encoding="utf-8")
        except FileNotFoundError:
            return Epoch()
        return self._parsed(EPOCH, text, Epoch)

    def proof(self) -> Proof | None:
        """The last proof; None where there is none that can be read."""
        try:
            return Proof.model_validate_json((self.folder / PROOF).read_text(encoding="utf-8"))
        except (OSError, ValidationError, UnicodeDecodeError):
            return None

    def write(self, name: str, value: BaseModel | str) -> None:
        """Puts a whole file in the place of the one before, durably."""
        text = value if isinstance(value, str) else value.model_dump_json(indent=1) + "\n"
        with arriving(self.folder / name) as part:
            part.write_text(text, encoding="utf-8")

    def ledger(self, copy: LedgerCopy) -> Path:
        return self.folder / LEDGERS / copy.file

    @contextmanager
    def held(self) -> Iterator[None]:
        """One process writes there at a time; sweeps what one that was cut off left. Raises BackupBusy."""
        with (self.folder / LOCK).open("a") as lock:
            make_folder(self.folder / LEDGERS)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupBusy(LedgerFault.BACKUP_BUSY, folder=str(self.folder)) from None
            except OSError:  # a share without locks: two writers meet only where a person makes them
                pass
            self._sweep()
            yield

    def _sweep(self) -> None:
        for depth in _SWEPT:
            for half in (*self.folder.glob(depth + PARTIAL), *self.folder.glob(f"{depth}{PARTIAL}-journal")):
                with suppress(FileNotFoundError):
                    half.unlink()

    def _parsed(self, name: str, text: str, model: type[_Model]) -> _Model:
        try:
            return model.model_validate_json(text)
        except ValidationError as error:
            raise self._damaged(name, f"{error.error_count()} errors") from error

    def _damaged(self, name: str, why: str) -> BackupDamaged:
        return BackupDamaged(LedgerFault.BACKUP_DAMAGED, file=str(self.folder / name), error=why)


def may_begin(folder: Path) -> bool:
    """Whether a backup may begin there: what it would write is not there yet, or from a first one cut off."""
    if (folder / LOCK).exists():
        return True
    ours = {LEDGERS, SITE, EPOCH, "photos", "frames", "models", "profiles"}
    return not any(os.path.lexists(folder / name) for name in ours)
