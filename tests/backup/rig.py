"""The small silo with photos, frames and a second disk."""

import shutil
from pathlib import Path

from station.backup.disk import Disk, Manifest
from station.backup.station_files import Box
from station.backup.writing import Order, make_backup
from station.store.blobs import Blobs
from station.store.journal import Journal
from tests.silo_rig import SITE, SITE_FILE, START, Silo

PAGES = 20  # between two rests


def box_of(silo: Silo, name: str = "box-1") -> Box:
    return Box(name, SITE_FILE, SITE, silo.desk.ledger.folder)


def order(silo: Silo, **over: object) -> Order:
    ledger = silo.desk.ledger
    given = {
        "box": box_of(silo),
        "copy_ledger": lambda part: ledger.copy_to(part, lambda: False, pages=PAGES),
        "epoch": 0,
        "keep": 2,
        "page": "UNPLUG THE OLD BOX",
        "begin": True,
        **over,
    }
    return Order(**given)  # type: ignore[arg-type]


def back_up(silo: Silo, disk: Disk, **over: object) -> Manifest:
    return make_backup(disk, order(silo, **over), silo.clock(), lambda: None)


def fill(silo: Silo, *photos: bytes) -> Journal:
    """Photos in the data folder, and a frame of the bridge in its open segment."""
    blobs = Blobs(silo.desk.ledger.folder / "photos")
    for photo in photos:
        blobs.put(photo)
    journal = Journal(silo.desk.ledger.folder / "frames", "bridge", segment_bytes=200)
    journal.append(b"first frame", START)
    journal.sync()
    return journal


def files_of(folder: Path, pattern: str = "*") -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob(pattern) if path.is_file()}


def second_disk(tmp_path: Path) -> Disk:
    (tmp_path / "disk").mkdir()
    return Disk(tmp_path / "disk")


def copied(folder: Path, name: Path) -> Path:
    return Path(shutil.copytree(folder, name))
