"""Made seasons are kept by seed and by the sources that made them, whole or not at all."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import drivers
import station
from station.demo.season.build import DATA, Made, build_season
from station.demo.season.plan import SeasonSize
from station.store.folder import LEDGER

SITE, TRUTH, MADE = "site", "truth.json", "made.json"
_BUILDING = ".building-"
_SOURCES = ("*.py", "*.toml", "*.bundle")


@dataclass(frozen=True, slots=True)
class KeptSeason:
    """`site` has the site file and the data folder, `truth` lies beside it; `made` is how long which part of
    the making took, and when the season ended."""

    folder: Path

    @property
    def site(self) -> Path:
        return self.folder / SITE

    @property
    def ledger(self) -> Path:
        return self.site / DATA / LEDGER

    @property
    def truth(self) -> Path:
        return self.folder / TRUTH

    @property
    def made(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / MADE).read_text(encoding="utf-8"))
        return told

    def copy_to(self, folder: Path) -> None:
        """Copy the site with its data; what is kept stays as it was made."""
        shutil.copytree(self.site, folder, dirs_exist_ok=True)


def kept_season(
    seed: int, size: SeasonSize, *, root: Path | None = None, tell: Callable[[str], None] = lambda _text: None
) -> KeptSeason:
    """Return the season, made now if it is not kept yet. A making that was interrupted begins again; those of
    earlier sources go."""
    root = root or cache_folder()
    root.mkdir(parents=True, exist_ok=True)
    name = f"season-{seed}-{'-'.join(map(str, asdict(size).values()))}"
    folder = root / f"{name}-{fingerprint()}"
    with _locked(root):
        if not (folder / MADE).exists():
            for left in (*root.glob(f"{_BUILDING}*"), *root.glob(f"{name}-*")):
                shutil.rmtree(left, ignore_errors=True)
            _make(folder, seed, size, tell)
    return KeptSeason(folder)


def _make(folder: Path, seed: int, size: SeasonSize, tell: Callable[[str], None]) -> None:
    building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_BUILDING))
    try:
        made: Made = build_season(building / SITE, building / TRUTH, seed, size, tell=tell)
        (building / MADE).write_text(json.dumps(made.as_dict()), encoding="utf-8")
        building.rename(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "silo"


@cache
def fingerprint() -> str:
    """Name the sources: another one may make another season of the same seed."""
    digest = hashlib.sha256()
    for package in (drivers, station):
        root = Path(next(iter(package.__path__)))
        for path in sorted(path for pattern in _SOURCES for path in root.rglob(pattern)):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """One making at a time."""
    with (root / "season.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
