"""A folder (often a share) into which an instrument's program exports result files.

    drop/            a new file is taken once, when its size and time have not changed for `steady_s`
    drop/done/       where it goes after the commit of all that was read of it
    drop/rejected/   where it goes when something of it could not be read, with NAME.reason.txt beside it

Only files with a name of the instrument's are looked at; every other file stays as it is. A file that looks
half-written is waited for `patience_s`. A file handed out and not yet confirmed is
not taken again while this process lives; after a restart it is, so what is read of it needs an identity.
A file that its writer changed after it was read stays and is taken again.
"""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from drivers.text import clean_text
from drivers.transport.base import Chunk, ErrorCode, LineDown
from drivers.transport.half_written import is_temporary, looks_half_written

LARGEST = 32_000_000
_REASONS = 200

Stamp = tuple[int, int, int]


@dataclass(slots=True)
class DroppedFile:
    """The receipt of one file: whoever reads the file notes here what became of it."""

    name: str
    stamp: Stamp
    readings: int = 0
    refusals: list[str] = field(default_factory=list)

    def reason(self) -> str:
        shown = [clean_text(line) for line in self.refusals[:_REASONS]]
        more = len(self.refusals) - len(shown)
        lines = [f"{self.readings} results taken, {len(self.refusals)} refused", *shown]
        return "\n".join([*lines, *([f"and {more} more"] if more else [])]) + "\n"


class FolderTransport:
    """Looks again and again, because shares tell no changes. `read` runs in one thread, `confirm` in any."""

    def __init__(
        self,
        path: str | Path,
        names: Sequence[str],
        *,
        steady_s: float = 2.0,
        patience_s: float = 20.0,
        scan_s: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`names` are patterns of the instrument's file names (`*.csv`), in small letters."""
        self._folder = Path(path)
        self._names = tuple(names)
        self._steady_s, self._patience_s, self._scan_s = steady_s, patience_s, scan_s
        self._monotonic, self._sleep = monotonic, sleep
        self._lock = threading.Lock()
        self._since: dict[str, tuple[Stamp, float]] = {}
        self._handed_out: dict[str, Stamp] = {}
        self._unsettled: list[tuple[DroppedFile, str]] = []
        self._next_scan = 0.0

    def open(self) -> None:
        if not self._folder.is_dir():
            text = f"folder {self._folder} is not there: check its name and that the share is mounted"
            raise LineDown(ErrorCode.PORT_MISSING, text)
        try:
            for name in ("done", "rejected"):
                _make_folder(self._folder / name)
        except OSError as error:
            raise self._denied_error(error) from error
        self._next_scan = 0.0

    def read(self, timeout: float) -> Chunk | None:
        now = self._monotonic()
        if now < self._next_scan:
            self._sleep(max(0.0, min(timeout, self._next_scan - now)))
            return None
        try:
            self._settle_again()
            for path, stamp in self._steady(now):
                chunk = self._take(path, stamp, now)
                if chunk is not None:
                    return chunk
        except OSError as error:
            text = f"folder {self._folder} cannot be read ({error.strerror}): check the share"
            raise LineDown(ErrorCode.PORT_LOST, text) from error
        self._next_scan = now + self._scan_s
        self._tell_trouble()
        return None

    def write(self, data: bytes) -> None:
        """A folder is not spoken to."""

    def confirm(self, receipt: Any) -> None:
        """Move the file: all that was read of it is safe."""
        with self._lock:
            self._settle(receipt)

    def close(self) -> None:
        """Nothing stays open."""

    def describe(self) -> str:
        return f"folder:{self._folder}"

    def _steady(self, now: float) -> Iterator[tuple[Path, Stamp]]:
        """Yield files that nobody has touched for long enough, oldest first."""
        found = {path.name: (path, stamp) for path, stamp in self._files()}
        self._since = {name: kept for name, kept in self._since.items() if name in found}
        ready: list[tuple[Path, Stamp]] = []
        with self._lock:
            for name, (path, stamp) in found.items():
                if self._handed_out.get(name) == stamp:
                    continue
                if self._since.get(name, (None,))[0] != stamp:
                    self._since[name] = (stamp, now)
                if now - self._since[name][1] >= self._steady_s:
                    ready.append((path, stamp))
        yield from sorted(ready, key=lambda item: (item[1][1], item[0].name))

    def _files(self) -> Iterator[tuple[Path, Stamp]]:
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False) and self._is_ours(entry.name):
                    yield Path(entry.path), _stamp(entry.stat(follow_symlinks=False))

    def _is_ours(self, name: str) -> bool:
        fits = any(fnmatchcase(name.lower(), pattern) for pattern in self._names)
        return fits and not is_temporary(name)

    def _take(self, path: Path, stamp: Stamp, now: float) -> Chunk | None:
        """Return the file as one message; None while it must be waited for."""
        if stamp[0] > LARGEST:
            refused = DroppedFile(path.name, stamp, 0, [f"larger than {LARGEST // 1_000_000} MB"])
            self.confirm(refused)
            return None
        try:
            data = path.read_bytes()
            if _stamp(path.stat()) != stamp:
                return None
        except OSError:  # gone, or locked by its writer: the next scan sees
            return None
        if looks_half_written(data) and now - self._since[path.name][1] < self._patience_s:
            return None
        with self._lock:
            self._handed_out[path.name] = stamp
        return Chunk(data, True, DroppedFile(path.name, stamp))

    def _settle(self, file: DroppedFile) -> None:
        """Move the file, or keep it in mind as one that could not be moved."""
        path = self._folder / file.name
        try:
            if _stamp(path.stat()) != file.stamp:
                self._handed_out.pop(file.name, None)
                return
            place = _free(self._folder / ("rejected" if file.refusals else "done"), file.name)
            if file.refusals:
                place.with_name(f"{place.name}.reason.txt").write_text(file.reason(), encoding="utf-8")
            path.rename(place)
            self._handed_out.pop(file.name, None)
        except FileNotFoundError:
            self._handed_out.pop(file.name, None)
        except OSError as error:
            self._handed_out[file.name] = file.stamp
            self._unsettled.append((file, error.strerror or str(error)))

    def _settle_again(self) -> None:
        with self._lock:
            again, self._unsettled = self._unsettled, []
            for file, _ in again:
                self._settle(file)

    def _tell_trouble(self) -> None:
        with self._lock:
            stuck = self._unsettled[0] if self._unsettled else None
        if stuck is not None:
            text = (
                f"{self._folder / stuck[0].name} was read but cannot be moved ({stuck[1]}): check the rights"
            )
            raise LineDown(ErrorCode.PORT_DENIED, text)

    def _denied_error(self, error: OSError) -> LineDown:
        text = (
            f"folder {self._folder}: done/ and rejected/ cannot be made ({error.strerror}): check the rights"
        )
        return LineDown(ErrorCode.PORT_DENIED, text)


def _make_folder(path: Path) -> None:
    """Raise OSError also where a link of this name leads elsewhere."""
    path.mkdir(exist_ok=True)
    if path.is_symlink():
        raise OSError(errno.ELOOP, f"{path.name} leads elsewhere")


def _stamp(stat: os.stat_result) -> Stamp:
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _free(folder: Path, name: str) -> Path:
    """Return a name in `folder` that no file has, nor its note."""
    wanted = Path(name)
    for number in range(1, 100_000):
        path = folder / (name if number == 1 else f"{wanted.stem}-{number}{wanted.suffix}")
        if not path.exists() and not path.with_name(f"{path.name}.reason.txt").exists():
            return path
    raise OSError(f"no free name for {name} in {folder}")
