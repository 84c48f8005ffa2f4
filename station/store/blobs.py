"""Keep photos as they came: content-addressed files, on the disk before anybody is told they arrived."""

import errno
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from station.store.durable import sync
from station.store.errors import DiskFull, LedgerFault

HALF = ".half-"


class Blobs:
    """Keeps each file as `<folder>/ab/abcdef…`, named by SHA-256. Storing the same bytes twice stores them
    once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """Return the SHA-256 of `data` once its file and name are durable. Raises DiskFull, leaving nothing
        behind."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        try:
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                write_whole(data, path)
            for folder in (path.parent, self._folder):  # also when another upload has only just named it
                sync(folder)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(LedgerFault.DISK_FULL, folder=str(self._folder)) from error
            raise
        return digest

    def path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def free_mb(self) -> int:
        """Return the megabytes left on the disk that holds the photos."""
        return shutil.disk_usage(self._folder).free // 1_000_000


def write_whole(data: bytes, path: Path) -> None:
    """Write so that the whole file appears under its name, or nothing does; what a cut-off write leaves
    begins with HALF."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=HALF, delete=False) as part:
        try:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        except BaseException:
            Path(part.name).unlink()
            raise
    Path(part.name).rename(path)
