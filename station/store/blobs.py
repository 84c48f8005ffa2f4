"""Photos as they came: content-addressed files, on the disk before anybody is told they arrived."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path


class Blobs:
    """`<folder>/ab/abcdef…`, named by SHA-256. Storing the same bytes twice stores them once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """Returns the SHA-256 of `data` once its file and name are durable."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if path.exists():
            return digest
        path.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).rename(path)
        for folder in (path.parent, self._folder):
            handle = os.open(folder, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
        return digest

    def path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def free_mb(self) -> int:
        """Megabytes left on the disk that holds the photos."""
        return shutil.disk_usage(self._folder).free // 1_000_000
