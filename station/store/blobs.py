"""Keep photos and models as they came: content-addressed files, on the disk before anybody is told they
arrived.

A name says what the bytes must be. A file is believed only when they are: one that the disk changed, cut or
lost is told of, and the right bytes, sent again, take its place.
"""

import hashlib
import os
import shutil
from pathlib import Path

from station.store.durable import arriving, make_folder, sync
from station.store.errors import DiskFull, meaning_of


class BlobFault(Exception):
    """A file cannot be given: its bytes are gone."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path


class BlobMissing(BlobFault):
    """No file has that name."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "the file is gone")


class BlobDamaged(BlobFault):
    """A file has that name, and other bytes than were stored, or none that can be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "the file is damaged")


class Blobs:
    """Keeps each file as `<folder>/ab/abcdef…`, named by SHA-256. Storing the same bytes twice stores them
    once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_folder(folder)

    def put(self, data: bytes) -> str:
        """Return the SHA-256 of `data` once its file and name are durable; a damaged file is replaced. Raises
        DiskFull, leaving nothing behind."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        try:
            path.parent.mkdir(exist_ok=True)
            if self.is_whole(digest):
                sync(path.parent)  # another upload may have only just named it
            else:
                with arriving(path) as part:
                    part.write_bytes(data)
            sync(self._folder)
        except OSError as error:
            full = meaning_of(error, path.parent)
            raise (full if isinstance(full, DiskFull) else error) from error
        return digest

    def whole(self, digest: str) -> Path:
        """Return the file of these bytes, looked at. Raises BlobMissing, BlobDamaged."""
        path = self.path(digest)
        try:
            with path.open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == digest
        except FileNotFoundError:
            raise BlobMissing(path) from None
        except OSError as error:  # a sector that cannot be read, a folder in its place
            raise BlobDamaged(path) from error
        if not same:
            raise BlobDamaged(path)
        return path

    def is_whole(self, digest: str) -> bool:
        try:
            self.whole(digest)
        except BlobFault:
            return False
        return True

    def read(self, digest: str) -> bytes:
        """Raises BlobMissing, BlobDamaged."""
        return self.whole(digest).read_bytes()

    def path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def takes_writing(self) -> bool:
        """Tell whether the folder is there and its disk and rights let us write."""
        return os.access(self._folder, os.W_OK | os.X_OK, effective_ids=True)

    def free_mb(self) -> int:
        """Return the megabytes left on the disk that holds the photos."""
        return shutil.disk_usage(self._folder).free // 1_000_000
