"""Writes a dataset into a folder or onto a stick: interrupted and run again, nothing is there twice or half.

    captures/<id>.json   what is known of one capture; it is there when its photos are
    photos/<sha256>.<ending>   named by their own bytes, which are cleaned of place and person
    manifest.json   every file with its size and SHA-256; written at the end of each run

Files appear under their names whole, by renaming; what a cut-off run left is a name that begins with a dot.
"""

import errno
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from station.export.choose import Entry
from station.export.clean import cleaned
from station.store.durable import PARTIAL, arriving

MANIFEST = "manifest.json"
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class TargetFull(Exception):
    """The folder's disk took no more; what is there is whole."""


@dataclass(frozen=True, slots=True)
class Written:
    """`added` and `there` count captures of this run and of earlier ones; `unclean` photos that are of a kind
    that cannot be cleaned and were left out; `capped`: the size limit ended it."""

    added: int = 0
    there: int = 0
    unclean: int = 0
    bytes: int = 0
    capped: bool = False


def write_dataset(
    folder: Path, entries: Sequence[Entry], record: Callable[[str], dict[str, Any]],
    photo: Callable[[str], bytes | None], max_bytes: int | None,
) -> Written:  # fmt: skip
    """In the order of `entries`; `photo` gives the original of a SHA-256, None where it is not kept any more.

    Raises TargetFull."""
    for name in ("captures", "photos"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    done = Written(bytes=sum(path.stat().st_size for path in _files(folder)))
    try:
        for entry in entries:
            place = folder / "captures" / f"{entry.capture_id}.json"
            if place.exists():
                done = replace(done, there=done.there + 1)
                continue
            files, unclean = _prepared(record(entry.capture_id), entry, photo)
            new = {name: data for name, data in files.items() if not (folder / name).exists()}
            size = sum(len(data) for data in new.values())
            if max_bytes is not None and done.bytes + size > max_bytes:
                done = replace(done, capped=True)
                break
            for name, data in new.items():  # the record is the last one
                _write_whole(data, folder / name)
            done = replace(
                done, added=done.added + 1, unclean=done.unclean + unclean, bytes=done.bytes + size
            )
        _write_whole(_manifest(folder), folder / MANIFEST)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise TargetFull(str(folder)) from error
        raise
    return done


def _prepared(
    told: dict[str, Any], entry: Entry, photo: Callable[[str], bytes | None]
) -> tuple[dict[str, bytes], int]:
    """The capture's files by name, its record last, and how many photos could not be cleaned."""
    files: dict[str, bytes] = {}
    photos, unclean = [], 0
    for one in told["photos"]:
        original = photo(one["original_sha256"])
        clean = cleaned(original) if original is not None else None
        unclean += original is not None and clean is None
        name = None
        if clean is not None:
            sha256 = hashlib.sha256(clean).hexdigest()
            name = f"photos/{sha256}.{_ENDINGS.get(one['media_type'], 'bin')}"
            files[name] = clean
        photos.append({**one, "file": name})
    text = json.dumps({**told, "worth": entry.worth.name.lower(), "photos": photos}, ensure_ascii=False)
    return {**files, f"captures/{entry.capture_id}.json": text.encode()}, unclean


def _write_whole(data: bytes, file: Path) -> None:
    with arriving(file) as part:
        part.write_bytes(data)


def _sweep(folder: Path) -> None:
    """What a run that was cut off left half."""
    for path in [*folder.glob(PARTIAL), *folder.glob(f"*/{PARTIAL}")]:
        path.unlink()


def _files(folder: Path) -> Iterator[Path]:
    for name in ("captures", "photos"):
        yield from sorted(path for path in (folder / name).iterdir() if not path.name.startswith("."))


def _manifest(folder: Path) -> bytes:
    files = {
        str(path.relative_to(folder)): {
            "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in _files(folder)
    }  # fmt: skip
    return json.dumps({"format": 1, "files": files}, indent=1).encode()
