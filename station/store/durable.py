"""Files that are whole under their name, also after a power cut."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".*.partial"  # what a write that was cut off leaves


@contextmanager
def arriving(target: Path) -> Iterator[Path]:
    """An empty file beside `target` that only its owner reads. It takes the name `target`, durably, when the
    block ends; when the block raises it goes, and what was there before stays."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        sync(part)
        part.rename(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync(target.parent)


def make_folder(folder: Path) -> None:
    """Makes a folder that only its owner enters, and the ones above it; its name is on the disk then."""
    if not folder.is_dir():
        if not folder.parent.is_dir():
            make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync(folder.parent)


def sync(path: Path) -> None:
    """Returns when the disk has the file's bytes, or the folder's names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
