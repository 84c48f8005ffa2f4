"""A private PostgreSQL that may be killed: Debian's programs, a socket in a folder of its own, no port."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

WAIT_S, TRIES = 60.0, 10


def programs() -> Path | None:
    """Where PostgreSQL's programs are; None: it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Cluster:
    """An empty database, started and, at the end, stopped and removed."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has at most 107 bytes
        self._data = self._folder / "data"
        self.address = f"postgresql://postgres@/postgres?host={self._folder}"

    def __enter__(self) -> "Cluster":
        try:
            if _user():
                shutil.chown(self._folder, "postgres", "postgres")
            self._folder.chmod(0o700)
            initial = ("-A", "trust", "--no-sync", "-E", "UTF8", "-U", "postgres")
            self._run("initdb", "-D", str(self._data), *initial)
            self.start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        log = str(self._folder / "log")
        command = ("pg_ctl", "-D", str(self._data), "-o", options, "-l", log, "-w", "start")
        for _ in range(TRIES - 1):
            with contextlib.suppress(subprocess.CalledProcessError):  # who was killed is not quite gone
                self._run(*command)
                return
            time.sleep(0.5)
        self._run(*command)

    def pin(self, cores: set[int]) -> None:
        """Let it work on these cores only; those that are connected already stay where they are."""
        first = self._first()
        assert first is not None
        for pid in (first, *_children(first)):
            os.sched_setaffinity(pid, cores)

    def kill(self) -> None:
        """kill -9 of every process at once, as the kernel does when memory runs out."""
        first = self._first()
        if first is None:
            return
        os.kill(first, signal.SIGSTOP)  # it begins no other meanwhile
        pids = [*_children(first), first]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _wait_until(lambda: not any(_lives(pid) for pid in pids))

    def _first(self) -> int | None:
        """The process that began the others; None: it does not run. A file that it left names nobody."""
        try:
            first = int((self._data / "postmaster.pid").read_text().splitlines()[0])
            command = Path(f"/proc/{first}/cmdline").read_text()
        except (OSError, ValueError, IndexError):
            return None
        return first if str(self._data) in command else None

    def _run(self, program: str, *words: str) -> None:
        found = programs()
        assert found is not None
        subprocess.run(
            [*_user(), str(found / program), *words],
            check=True, cwd=self._folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=WAIT_S,
        )  # fmt: skip


def _user() -> list[str]:
    """The cluster refuses to belong to root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)
