"""A box takes what is on the second disk for its own: after damage, or in the place of another box."""

from collections.abc import Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from station.backup.disk import EPOCH, Disk, Epoch, Manifest
from station.backup.mirror import Missing, Rest, copy_file, copy_missing, hash_of, missing
from station.backup.standing import Standing, keep_standing, standing_of
from station.backup.writing import SPARE, check_epoch, site_path, telling
from station.site.credentials import CREDENTIALS
from station.store import restoring
from station.store.durable import make_folder
from station.store.errors import BackupDamaged, LedgerFault
from station.store.folder import hold
from station.store.room import refuse_too_small


@dataclass(frozen=True, slots=True)
class TakeOver:
    """`site_file` is where the box keeps its site file, `data` its data folder, `box` its name. `is_new_box`:
    it takes the place of another one, which accepts nothing from then on."""

    site_file: Path
    data: Path
    site: str
    box: str
    last_tickets: Mapping[str, int]
    is_new_box: bool
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Where the ledger that was there is kept (None: there was none), and the files that were others: each is
    kept beside the new one."""

    kept: Path | None
    replaced: tuple[Path, ...] = ()


def stored_site_file(disk: Disk, manifest: Manifest) -> Path:
    """The site file as it is on the disk. Raises BackupDamaged."""
    path = site_path(disk, manifest.files[0].sha256)
    if not path.is_file() or hash_of(path, lambda: None) != manifest.files[0].sha256:
        raise _damaged(path, "it is not what it was")
    return path


def check_ledger(disk: Disk, manifest: Manifest, site: str, rest: Rest) -> Path:
    """The newest copy, looked at. Raises LedgerError, which names the file."""
    newest = manifest.copies[0]
    file = disk.ledger(newest)
    if not file.is_file():
        raise _damaged(file, "it is gone")
    if hash_of(file, rest) != newest.sha256:
        raise _damaged(file, "it is not what it was")
    restoring.check_backup(file, site)
    return file


def take_over(disk: Disk, wanted: TakeOver, at: datetime, rest: Rest) -> Taken:
    """Nothing is changed before the data folder is this process's and all that is refused was looked at.

    The new epoch stands in this box before its ledger does, and on the disk at last: whatever cuts this off,
    the old box goes on until then, or this one puts the epoch there at its start. Raises LedgerError."""
    with telling(disk.folder), disk.held() if wanted.is_new_box else nullcontext():
        manifest = disk.manifest()
        ledger = check_ledger(disk, manifest, wanted.site, rest)
        own = standing_of(wanted.data)
        if not wanted.is_new_box:
            check_epoch(disk, own.epoch, wanted.box, at)
        replaced: tuple[Path, ...] = ()
        with closing(hold(wanted.data)):
            if not wanted.replace:
                restoring.refuse_whole(wanted.data)
            lacking = [one for one in missing(disk.folder, wanted.data) if _is_wanted(one)]
            needed = manifest.copies[0].size + sum(found.size for found in lacking) + SPARE
            refuse_too_small(wanted.data, needed)
            if wanted.is_new_box:
                replaced = _place_site_files(disk, manifest, wanted.site_file, f"{at:%Y%m%d-%H%M%S}", rest)
            for found in lacking:
                copy_missing(found, rest)
        epoch = max(disk.epoch().number, own.epoch) + int(wanted.is_new_box)
        newest = manifest.copies[0]
        keep_standing(wanted.data, Standing(epoch=epoch, made_at=newest.made_at))
        told = {
            "box": wanted.box,
            "epoch": epoch,
            "from_box": manifest.box,
            "made_at": newest.made_at.isoformat(),
        }
        kept = restoring.restore(
            ledger, wanted.data, wanted.site, at,
            last_tickets=wanted.last_tickets, replace=wanted.replace, data=told,
        )  # fmt: skip
        if wanted.is_new_box:
            disk.write(EPOCH, Epoch(number=epoch, box=wanted.box, at=at))
    return Taken(kept, replaced)


def _place_site_files(
    disk: Disk, manifest: Manifest, site_file: Path, when: str, rest: Rest
) -> tuple[Path, ...]:
    """Puts the site file, what it names and the station's keys where they belong; what differs and was there
    is kept beside them as NAME.before-WHEN. Returns those that were replaced."""
    replaced: list[Path] = []
    for one in manifest.files:
        target = site_file if one.name == manifest.site_file else _place(one.name, site_file)
        stored = site_path(disk, one.sha256)
        if target.exists():
            if hash_of(target, rest) == one.sha256:
                continue
            target.rename(target.with_name(f"{target.name}.before-{when}"))
            replaced.append(target)
        make_folder(target.parent)
        copy_file(stored, target, rest, digest=one.sha256)
    return tuple(replaced)


def _place(name: str, site_file: Path) -> Path:
    """What systemd hands over lies in a folder of its own, for the installer to hand it over again."""
    if name.startswith(CREDENTIALS):
        return site_file.parent / "credentials" / name.removeprefix(CREDENTIALS)
    return site_file.parent / name


def _is_wanted(found: Missing) -> bool:
    """What is in the data folder is not replaced: an open segment may have grown, or been closed, since."""
    start = found.target.stem if found.target.suffix == ".open" else ""
    return not (found.target.exists() or (start and any(found.target.parent.glob(f"{start}-*"))))


def _damaged(file: Path, why: str) -> BackupDamaged:
    return BackupDamaged(LedgerFault.BACKUP_DAMAGED, file=str(file), error=why)
