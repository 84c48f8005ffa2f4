"""Writes the second disk: a copy of the ledger, what it speaks of, what the site file names; then says so."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import disk_usage

from station.backup.disk import LEDGERS, PAGE, SITE, Disk, Epoch, LedgerCopy, Manifest, SiteFile, may_begin
from station.backup.mirror import Missing, Rest, copy_file, copy_missing, hash_of, missing
from station.backup.standing import taken_over_by
from station.backup.station_files import Box
from station.store.condition import Depth, look
from station.store.copies import summary_of
from station.store.durable import arriving, make_folder
from station.store.errors import (
    BackupLater,
    BackupMissing,
    BackupUnreadable,
    LedgerFault,
    LedgerForeign,
    meaning_at_start,
    meaning_of,
)
from station.store.folder import LEDGER
from station.store.forgotten import FORGOTTEN
from station.store.room import refuse_too_small

SPARE = 64_000_000  # bytes that a backup leaves on the disk

CopyLedger = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What a backup is made of. `copy_ledger` writes the ledger as it is now to a file, `epoch` is this
    box's own, `page` the text for whoever takes over; `begin`: a person wants the folder to be a backup."""

    box: Box
    copy_ledger: CopyLedger
    epoch: int
    keep: int
    page: str
    begin: bool = False


def make_backup(disk: Disk, order: Order, at: datetime, rest: Rest) -> Manifest:
    """Returns what the disk holds now. What was whole there stays whole until this is; for good where this
    ledger has fewer events: after a loss one begins anew with a few. Copies that name whom this ledger has
    forgotten go.

    Raises LedgerError: no backup there, another site's, a later one, another box has taken over, no room, a
    disk that fails."""
    with telling(disk.folder):
        before = _before(disk, order)
        with disk.held():
            check_epoch(disk, order.epoch, order.box.name, at)
            lacking = list(missing(order.box.data, disk.folder))
            before = _make_room(disk, before, order.box.data, lacking)
            newest, forgot = _copy_ledger(disk, order.copy_ledger, before, at, rest)
            damaged = [found.source.name for found in lacking if not copy_missing(found, rest)]
            files, unread = _copy_site(disk, order.box, rest)
            older = [copy for copy in before.copies if copy.events >= forgot] if before else []
            copies = (newest, *older)[: order.keep]
            settings = order.box.settings.site
            manifest = Manifest(
                site=settings.id, site_name=settings.name, box=order.box.name, made_at=at, copies=copies,
                site_file=order.box.site_file.name, files=tuple(files), unread=tuple(unread),
                damaged=tuple(damaged),
            )  # fmt: skip
            disk.write(PAGE, order.page)
            disk.write("backup.json", manifest)
            _drop_other_ledgers(disk, manifest)
    return manifest


@contextmanager
def telling(folder: Path) -> Iterator[None]:
    """A disk that fails, is full or is gone is told as an error of the second disk."""
    try:
        yield
    except OSError as error:
        if full := meaning_of(error, Path(error.filename or folder / "x")):
            raise full from error
        file = str(error.filename or folder)
        said = error.strerror or str(error)
        raise BackupUnreadable(LedgerFault.BACKUP_UNREADABLE, file=file, error=said) from error


def check_epoch(disk: Disk, own: int, box: str, at: datetime) -> None:
    """Raises TakenOver where a later box's is there; puts a later one of our own there, which a take-over
    that was cut off left undone."""
    there = disk.epoch()
    if there.number > own:
        raise taken_over_by(there)
    if own > there.number:
        disk.write("epoch.json", Epoch(number=own, box=box, at=at))


def _before(disk: Disk, order: Order) -> Manifest | None:
    if not disk.is_begun:
        if not (order.begin and disk.folder.is_dir()):
            raise BackupMissing(LedgerFault.BACKUP_MISSING, folder=str(disk.folder))
        if not may_begin(disk.folder):
            raise BackupMissing(LedgerFault.BACKUP_PLACE_TAKEN, folder=str(disk.folder))
        return None
    before = disk.manifest()
    ours = order.box.settings.site.id
    if before.site != ours:
        raise LedgerForeign(LedgerFault.OF_ANOTHER_SITE, file=str(disk.folder), theirs=before.site, ours=ours)
    return before


def _make_room(disk: Disk, before: Manifest | None, data: Path, lacking: list[Missing]) -> Manifest | None:
    """Gives up the oldest ledgers where the new one needs their room, the newest never."""
    parts = (data / LEDGER, data / f"{LEDGER}-wal")
    needed = sum(part.stat().st_size for part in parts if part.exists()) + SPARE
    needed += sum(found.size for found in lacking)
    free, kept = disk_usage(disk.folder).free, list(before.copies) if before else []
    freed = 0
    while needed > free + freed and len(kept) > 1:
        freed += kept.pop().size
    refuse_too_small(disk.folder, needed, freed)
    if before is None or len(kept) == len(before.copies):
        return before
    fewer = before.model_copy(update={"copies": tuple(kept)})
    disk.write("backup.json", fewer)
    _drop_other_ledgers(disk, fewer)
    return fewer


def _copy_ledger(
    disk: Disk, copy_ledger: CopyLedger, before: Manifest | None, at: datetime, rest: Rest
) -> tuple[LedgerCopy, int]:
    """The new copy, and the number of the last event that forgot somebody."""
    name = f"{at:%Y%m%dT%H%M%S}.db"
    while (disk.folder / LEDGERS / name).exists():
        name = f"{name.removesuffix('.db')}-.db"
    target = disk.folder / LEDGERS / name
    try:
        with arriving(target) as part:
            copy_ledger(part)
            forgot = look(part, Depth.PAGES, called=target).counters.get(FORGOTTEN, 0)
            summary = summary_of(part)
            if before is not None and summary.events < before.copies[0].events:
                raise BackupLater(LedgerFault.BACKUP_LATER, folder=str(disk.folder))
            sha256, size = hash_of(part, rest), part.stat().st_size
    except sqlite3.Error as error:
        raise meaning_at_start(error, target) or error from error
    copy = LedgerCopy(
        file=name, sha256=sha256, size=size, made_at=at, events=summary.events, head=summary.head,
        counts=dict(summary.counts),
    )  # fmt: skip
    return copy, forgot


def _copy_site(disk: Disk, box: Box, rest: Rest) -> tuple[list[SiteFile], list[str]]:
    """The files that are kept, the site file first, and the names of those that cannot be read."""
    files, unread = [], []
    for name, path in {box.site_file.name: box.site_file, **box.files}.items():
        try:
            digest = hash_of(path, rest)
        except OSError:
            unread.append(name)
            continue
        target = site_path(disk, digest)
        if not target.exists():
            make_folder(target.parent)
            copy_file(path, target, rest, digest=digest)
        files.append(SiteFile(name=name, sha256=digest))
    return files, unread


def site_path(disk: Disk, digest: str) -> Path:
    return disk.folder / SITE / digest[:2] / digest


def _drop_other_ledgers(disk: Disk, manifest: Manifest) -> None:
    named = {copy.file for copy in manifest.copies}
    for path in (disk.folder / LEDGERS).iterdir():
        if path.name not in named:
            path.unlink()
