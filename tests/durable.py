"""A layer under the files, for tests: what has been synced to the disk, whatever the page cache shows."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from station.store.blobs import Blobs
from station.store.journal import segment_path

HEAD_BYTES = 16  # before a frame in its segment


@dataclass
class Disk:
    """`unsafe` names what a commit referred to before it was on the disk; `said` is what happened, in order:
    syncs of files by their folder, commits of rows by their table, and what a test adds."""

    folder: Path
    said: list[str] = field(default_factory=list)
    unsafe: list[str] = field(default_factory=list)
    _bytes: dict[int, int] = field(default_factory=dict)
    _names: set[tuple[int, str]] = field(default_factory=set)
    _rows: dict[str, int] = field(default_factory=dict)

    def holds(self, path: Path, size: int) -> bool:
        """Would a power cut leave the first `size` bytes of this file under its name?"""
        return self.names(path) and self._bytes.get(path.stat().st_ino, 0) >= size

    def names(self, path: Path) -> bool:
        """Would it leave this name in its folder?"""
        return (path.parent.stat().st_ino, path.name) in self._names

    def forget_names(self) -> None:
        """As if the names had only been in the page cache."""
        self._names.clear()

    def synced(self, handle: int) -> None:
        """The operating system has said that this file, or the names in this folder, are on the disk."""
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path.is_dir():
            self._names |= {(path.stat().st_ino, one.name) for one in path.iterdir()}
        else:
            self._bytes[os.fstat(handle).st_ino] = os.fstat(handle).st_size
            self.said.append(f"synced {path.parent.name}")

    def commits(self, connection: Any) -> None:
        """A transaction is about to commit: what its rows refer to must be on the disk by now."""
        journals = self.folder / "frames"
        if journals.is_dir():  # else a test makes up the frames
            frames = connection.exec_driver_sql("SELECT segment, offset, length(data) FROM frame").all()
            for segment, offset, length in frames:
                if not self.holds(segment_path(journals, segment), offset + HEAD_BYTES + length):
                    self.unsafe.append(f"frame {segment} at {offset}")
        for sha256, size in connection.exec_driver_sql("SELECT sha256, size FROM photo").all():
            if not self.holds(Blobs(self.folder / "photos").path(sha256), size):
                self.unsafe.append(f"photo {sha256}")
        for table in ("weighing", "reading", "capture", "ticket"):
            count = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            if count > self._rows.get(table, 0):
                self._rows[table] = count
                self.said.append(f"commits {table}")


@contextmanager
def watched_disk(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """Everything that is synced or committed until the block ends; the data folder is `folder`."""
    disk = Disk(folder)

    def told(sync: Callable[[int], None]) -> Callable[[int], None]:
        def sync_and_tell(handle: int) -> None:
            sync(handle)
            disk.synced(handle)

        return sync_and_tell

    patch.setattr(os, "fsync", told(os.fsync))
    patch.setattr(os, "fdatasync", told(os.fdatasync))
    event.listen(Engine, "commit", disk.commits)
    try:
        yield disk
    finally:
        event.remove(Engine, "commit", disk.commits)
