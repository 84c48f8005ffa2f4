"""The frame journal keeps every message a device sent, as it came.

Frames append to a segment file per device, rotated at 4 MB. A record is

    arrival, ms since 1970 (8 bytes) | length (4) | CRC-32 of all the rest (4) | the bytes

all big-endian. The CRC covers arrival and length too: a tail that a power cut left full of zeros is no
record. The open segment is `<start>.open`; closed, it is `<start>-<sha256>.frames`. A row names
`<device>/<start>` and an offset, which stay true over the renaming. Frames are synced to the disk before
a weighing or analysis from them is committed; a torn tail after a power cut is cut off at the next start.
"""

import hashlib
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from station.store.durable import make_folder, sync

SEGMENT_BYTES = 4_000_000
SEGMENT_ENDINGS = (".open", ".frames")  # the endings of a segment's file
_HEAD = struct.Struct(">QII")
_COVERED = struct.Struct(">QI")


@dataclass(frozen=True, slots=True)
class Place:
    """Says where a frame lies: `segment` is `<device>/<start>`, `offset` the record's first byte."""

    segment: str
    offset: int


@dataclass(frozen=True, slots=True)
class Record:
    at: datetime
    data: bytes
    offset: int


class Journal:
    """Writes the open segment of one device. One thread uses it."""

    def __init__(self, folder: Path, device: str, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder / device
        make_folder(self._folder)
        self._device = device
        self._limit = segment_bytes
        self._file: FileIO | None = None
        self._start = ""
        self._recover()

    def begin(self, since: datetime | None) -> None:
        """Close a segment that began before `since`: what comes now has a segment of its own."""
        if self._file is not None and since is not None and int(self._start) < int(since.timestamp() * 1000):
            self._close_segment()

    def append(self, data: bytes, at: datetime) -> Place:
        """Write one frame, whole or not at all; `sync()` makes it durable."""
        if self._file is None:
            self._open(at)
        assert self._file is not None
        place = Place(f"{self._device}/{self._start}", self._file.tell())
        arrival = int(at.timestamp() * 1000)
        _write_whole(self._file, _HEAD.pack(arrival, len(data), _checksum(arrival, data)) + data)
        if self._file.tell() >= self._limit:
            self._close_segment()
        return place

    def sync(self) -> None:
        if self._file is not None:
            os.fdatasync(self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            self.sync()
            self._file.close()
            self._file = None

    def _open(self, at: datetime) -> None:
        start = int(at.timestamp() * 1000)
        while list(self._folder.glob(f"{start}[.-]*")):
            start += 1
        self._start = str(start)
        self._file = (self._folder / f"{start}.open").open("ab", buffering=0)
        sync(self._folder)

    def _close_segment(self) -> None:
        assert self._file is not None
        self.close()
        path = self._folder / f"{self._start}.open"
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path.rename(self._folder / f"{self._start}-{digest}.frames")
        sync(self._folder)

    def _recover(self) -> None:
        """Go on with the newest open segment, without a torn last record."""
        open_segments = sorted(self._folder.glob("*.open"), key=lambda path: int(path.stem))
        if not open_segments:
            return
        path = open_segments[-1]
        end = 0
        for record in records(path):
            end = record.offset + _HEAD.size + len(record.data)
        os.truncate(path, end)
        self._start = path.stem
        self._file = path.open("ab", buffering=0)


def records(path: Path) -> Iterator[Record]:
    """Yield every whole record of a segment; stops at the first torn or damaged one."""
    data = path.read_bytes()
    offset = 0
    while offset + _HEAD.size <= len(data):
        at, length, crc = _HEAD.unpack_from(data, offset)
        body = data[offset + _HEAD.size : offset + _HEAD.size + length]
        if len(body) < length or _checksum(at, body) != crc:
            return
        yield Record(datetime.fromtimestamp(at / 1000, UTC), body, offset)
        offset += _HEAD.size + length


def _write_whole(file: FileIO, record: bytes) -> None:
    """A disk that fills up half way leaves no torn record, behind which nothing could be read again."""
    start, written = file.tell(), 0
    try:
        while written < len(record):
            written += file.write(record[written:])
    except OSError:
        file.seek(start)
        file.truncate()
        raise


def _checksum(arrival: int, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(_COVERED.pack(arrival, len(data))))


def segment_path(folder: Path, segment: str) -> Path:
    """Return the file of `<device>/<start>`, open or closed. Raises FileNotFoundError."""
    device, start = segment.rsplit("/", 1)
    for path in (folder / device).glob(f"{start}[.-]*"):
        return path
    raise FileNotFoundError(f"No journal segment {segment} under {folder}")
