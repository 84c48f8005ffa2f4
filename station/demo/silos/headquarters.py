"""Headquarters on this machine: its file, the copies that answer, and a worker, each a process of its own."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from station.demo.silos.children import ending_with_us, wait_or_kill
from station.demo.station_process import first_line_of

COPIES = 2
PERSON = "Camille"
STOP_S = 30.0
COMMAND_S = 120.0
SILO = (sys.executable, "-m", "station.cli")


class HeadquartersFailed(Exception):
    """A part of headquarters did not start, or ended; the message says which and why."""


class Headquarters:
    """Use as a context. `file` is its configuration, `folder` has it, the logs and the photos."""

    def __init__(self, folder: Path, database: str, language: str) -> None:
        self.file = folder / "hub.toml"
        self.photos = folder / "photos"
        self.ends: list[tuple[str, int]] = []
        self._folder, self._language = folder, language
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        folder.mkdir(parents=True)
        self.file.write_text(
            f'name = "Silo"\ndatabase = "{database}"\nport = 0\nphotos = "file:photos"\n'
            f'language = "{language}"\n',
            encoding="utf-8",
        )

    @property
    def urls(self) -> list[str]:
        return [f"http://{host}:{port}" for host, port in self.ends]

    def __enter__(self) -> "Headquarters":
        try:
            for number in range(1, COPIES + 1):
                self._start_copy(f"copy-{number}")
            self._start("worker", ("hub", "work", "--config", str(self.file)))
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def add(self, station: str) -> str:
        """Make a station known; return the code that it enrols with. Raises HeadquartersFailed."""
        words = ("hub", "station", "add", station, "--by", "demo", "--json", "--config", str(self.file))
        code: str = json.loads(run_silo(words, self._language))["code"]
        return code

    def add_person(self) -> tuple[str, str]:
        """Let somebody open the pages; return name and password. Raises HeadquartersFailed."""
        name, password = PERSON, secrets.token_hex(6)
        options = ("--by", "demo", "--config", str(self.file))
        run_silo(("hub", "person", "add", name, "--role", "director", *options), self._language)
        said = ("hub", "person", "password", name, "--password", password)
        run_silo((*said, *options), self._language)
        return name, password

    def check(self) -> None:
        """Raises HeadquartersFailed where a part has ended by itself."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise HeadquartersFailed(f"{name} ended with code {process.returncode}:\n{self._tail(name)}")

    def stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            wait_or_kill(process, STOP_S)
            if process.stdout is not None:
                process.stdout.close()
        self._processes.clear()

    def _start_copy(self, name: str) -> None:
        process = self._start(name, ("hub", "serve", "--config", str(self.file)))
        try:
            at = urlsplit(json.loads(first_line_of(process))["listening"])
        except (ValueError, KeyError) as error:
            raise HeadquartersFailed(f"{name}: {error}\n{self._tail(name)}") from error
        self.ends.append((str(at.hostname), int(at.port or 0)))

    def _start(self, name: str, words: Sequence[str]) -> subprocess.Popen[bytes]:
        with self._log(name).open("wb") as log:
            process = subprocess.Popen(
                [*ending_with_us("TERM"), *SILO, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        self._processes[name] = process
        return process

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _tail(self, name: str) -> str:
        return self._log(name).read_text(encoding="utf-8", errors="replace")[-2000:]


def run_silo(words: Sequence[str], language: str) -> str:
    """Run a command of `silo` and return what it says. Raises HeadquartersFailed where it fails."""
    done = subprocess.run(
        [*SILO, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=COMMAND_S, env=os.environ | {"LC_ALL": f"{language}_{language.upper()}.UTF-8"},
    )  # fmt: skip
    if done.returncode != 0:
        raise HeadquartersFailed(f"silo {' '.join(words[:2])}: {done.stderr.strip()}")
    return done.stdout
