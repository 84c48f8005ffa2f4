"""A PostgreSQL of the tests' own: Debian's programs, a private cluster, no port, not run as root."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL: apt-get install -y postgresql")
    return found[-1].parent


def _as_postgres() -> list[str]:
    """The cluster refuses to belong to root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


@contextmanager
def cluster() -> Iterator[Engine]:
    """An empty database on a socket in a folder of its own; stopped and removed at the end."""
    programs, user = _programs(), _as_postgres()
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has at most 107 bytes
    data = folder / "data"
    try:
        if user:
            shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o700)

        def run(*command: str) -> None:
            subprocess.run(
                [*user, *command],
                check=True,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=60,
            )

        run(
            str(programs / "initdb"),
            "-D",
            str(data),
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
            "-U",
            "postgres",
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run(
            str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start"
        )
        engine = create_engine(f"postgresql+psycopg://postgres@/postgres?host={folder}")
        try:
            yield engine
        finally:
            engine.dispose()
            run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
