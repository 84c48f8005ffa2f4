"""Files of the data folder that never change are copied once, under the name that says what they are."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from station.store.durable import arriving, make_folder

SHELVES = ("photos", "models", "frames", "profiles", "post")
CHUNK = 1 << 20
OPEN = ".open"
_DIGEST = re.compile(r"(?:^|-)([0-9a-f]{64})(?:\.frames)?$")

Rest = Callable[[], None]  # between two small steps; raises LedgerBusy when the copying shall stop


class NotWhatItsNameSays(Exception):
    """A file has other bytes than its name says: the disk changed them."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that is in `source` and not yet, or not as long, in `target`."""

    source: Path
    target: Path
    size: int


def missing(data: Path, disk: Path) -> Iterator[Missing]:
    """What the second disk lacks of the data folder, or the data folder of the second disk."""
    for shelf in SHELVES:
        for source in folders_in(data / shelf):
            yield from missing_in(source, disk / source.relative_to(data))


def folders_in(shelf: Path) -> list[Path]:
    """The folders that hold a shelf's files: itself, or those in it."""
    if not shelf.is_dir():
        return []
    return [shelf, *sorted(path for path in shelf.iterdir() if path.is_dir() and path.name[0] != ".")]


def missing_in(source: Path, target: Path) -> Iterator[Missing]:
    there = _sizes(target)
    for name, size in sorted(_sizes(source).items()):
        if there.get(name) != size:
            yield Missing(source / name, target / name, size)


def _sizes(folder: Path) -> dict[str, int]:
    """Every whole file of the folder."""
    if not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        return {
            entry.name: entry.stat().st_size
            for entry in entries
            if entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")
        }


def digest_in(name: str) -> str | None:
    """The SHA-256 that a file's name says; None where it says none."""
    match = _DIGEST.search(name)
    return match[1] if match else None


def copy_file(source: Path, target: Path, rest: Rest, *, digest: str | None = None) -> str:
    """Copies a file, durably, and returns its SHA-256. Raises NotWhatItsNameSays, leaving what was there."""
    make_folder(target.parent)
    wanted = digest or digest_in(source.name)
    sha256 = hashlib.sha256()
    with source.open("rb") as original, arriving(target) as part:
        with part.open("wb") as copy:
            while chunk := original.read(CHUNK):
                sha256.update(chunk)
                copy.write(chunk)
                rest()
        if wanted and sha256.hexdigest() != wanted:
            raise NotWhatItsNameSays(str(source))
    return sha256.hexdigest()


def copy_missing(found: Missing, rest: Rest) -> bool:
    """Copies one file; False where it is damaged, or has just got another name."""
    try:
        copy_file(found.source, found.target, rest)
    except NotWhatItsNameSays:
        return False
    except FileNotFoundError:
        return found.source.name.endswith(OPEN)  # it was closed meanwhile, and comes under its new name
    if digest_in(found.target.name) and found.target.suffix == ".frames":
        started = found.target.name.partition("-")[0]
        (found.target.parent / f"{started}{OPEN}").unlink(missing_ok=True)
    return True


def hash_of(file: Path, rest: Rest) -> str:
    sha256 = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            sha256.update(chunk)
            rest()
    return sha256.hexdigest()
