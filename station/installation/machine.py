"""The machine that is installed on: files, links and programs. What is as it should be is left alone."""

import grp
import os
import pwd
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LOG_LINES = 5


class StepFailed(Exception):
    """A program of the system ended with an error; the text is what it said last."""

    def __init__(self, command: str, text: str) -> None:
        super().__init__(f"{command}: {text}")


@dataclass(frozen=True, slots=True)
class Rights:
    """Names of user and group, and the mode."""

    mode: int
    owner: str = "root"
    group: str = "root"


PUBLIC = Rights(0o644)
OURS = Rights(0o640, group="silo")  # root's, read by the station


@dataclass(frozen=True, slots=True)
class Machine:
    """`root` stands before every path of a file: `/`, or a folder in tests."""

    root: Path = field(default=Path("/"))

    def at(self, path: Path) -> Path:
        return self.root / path.relative_to("/")

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> str:
        """What it says on standard output. Raises StepFailed."""
        given = {**os.environ, **(environment or {})}
        done = subprocess.run(
            words, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=given
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-LOG_LINES:]
            raise StepFailed(" ".join(words[:3]), "\n".join(said) or f"exit {done.returncode}")
        return done.stdout

    def says_yes(self, *words: str) -> bool:
        """Whether it ends without an error."""
        quiet = subprocess.DEVNULL
        return not subprocess.run(words, check=False, stdin=quiet, stdout=quiet, stderr=quiet).returncode

    def put(self, path: Path, content: bytes, rights: Rights = PUBLIC) -> bool:
        """Let a file have this content and these rights, at once; True where it was changed."""
        file = self.at(path)
        if not file.is_symlink() and file.is_file() and file.read_bytes() == content:
            return self._grant(file, rights)
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.name}.part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_bytes(content)
        self._grant(part, rights)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
        return True

    def folder(self, path: Path, rights: Rights) -> bool:
        folder = self.at(path)
        is_new = not folder.is_dir()
        if is_new:
            folder.mkdir(parents=True)
        return self._grant(folder, rights) or is_new

    def link(self, path: Path, target: Path) -> bool:
        """Let a link lead there; whoever follows it meanwhile finds the old place or the new one."""
        link = self.at(path)
        if link.is_symlink() and link.readlink() == target:
            return False
        link.parent.mkdir(parents=True, exist_ok=True)
        part = link.with_name(f".{link.name}.part")
        part.unlink(missing_ok=True)
        part.symlink_to(target)
        part.replace(link)
        return True

    def _grant(self, path: Path, rights: Rights) -> bool:
        status, user, group = path.stat(), self.user(rights.owner), self.group(rights.group)
        changed = (status.st_uid, status.st_gid) != (user, group)
        if changed:
            os.chown(path, user, group)
        if changed or stat.S_IMODE(status.st_mode) != rights.mode:
            path.chmod(rights.mode)
            changed = True
        return changed

    def user(self, name: str) -> int:
        return pwd.getpwnam(name).pw_uid

    def group(self, name: str) -> int:
        return grp.getgrnam(name).gr_gid
