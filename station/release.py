"""Says what is installed: the release, the revision it was built from, and the models that come with it.

A build or an installation from a checkout writes the revision to `station/REVISION`
(`python -m station.release > station/REVISION`); in a checkout without that file it is git's.
"""

import json
import re
import zipfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

_HERE = Path(__file__).parent
_BUNDLES = _HERE / "vision" / "bundles"
_WRITTEN = _HERE / "REVISION"
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def release() -> str:
    return version("silo-station")


@cache
def revision() -> str | None:
    """Shortened as git does; None where nobody can know."""
    return revision_of(_WRITTEN, _HERE.parent / ".git")


def revision_of(written: Path, git: Path) -> str | None:
    """`written` counts before the checkout's `git`, which is a folder, or in a worktree a file."""
    text = _read(written) or _head(git)
    return text[:_SHORT] if text else None


def shipped_models(folder: Path = _BUNDLES) -> list[Model]:
    """By what the bundles say of themselves; they are not verified here."""
    found = []
    for path in sorted(folder.glob("*.bundle")):
        try:
            with zipfile.ZipFile(path) as packed:
                manifest = json.loads(packed.read("manifest.json"))
            found.append(Model(str(manifest["name"]), str(manifest["version"])))
        except (zipfile.BadZipFile, KeyError, OSError, ValueError):
            found.append(Model(path.name, "?"))
    return found


def _head(git: Path) -> str | None:
    """The commit that is checked out, read without git."""
    if git.is_file():
        git = git.parent / _read(git).removeprefix("gitdir:").strip()
    head = _read(git / "HEAD")
    name = head.removeprefix("ref:").strip()
    common = git / (_read(git / "commondir") or ".")
    found = _read(git / name) or _read(common / name) or _packed(common, name) if head != name else head
    return found if found and _COMMIT.fullmatch(found) else None


def _packed(git: Path, name: str) -> str:
    lines = (line.split() for line in _read(git / "packed-refs").splitlines())
    return next((line[0] for line in lines if line[1:] == [name]), "")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


if __name__ == "__main__":
    print(_head(_HERE.parent / ".git") or "")  # noqa: T201  for the file that a build keeps
