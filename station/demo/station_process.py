"""The station as a child process: started on a site file, asked for its address, stopped or killed."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

START_S = 180.0  # five alone on a box, many times that where others use its cores
STOP_S = 15.0
TAIL_BYTES = 2000


class StationFailed(Exception):
    """The station did not start, or ended by itself; the text ends with its last messages."""


class StationProcess:
    """One child at a time. Its messages go to `log`; standard output has one line, the address."""

    def __init__(self, site: Path, log: Path, *, speed: float, start: datetime) -> None:
        self._command: Sequence[str] = (
            sys.executable, "-m", "station.cli", "serve", "--config", str(site),
            "--speed", f"{speed:g}", "--start", start.isoformat(), "--stop-with", str(os.getpid()),
        )  # fmt: skip
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.admin_token = ""

    def __enter__(self) -> "StationProcess":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when it accepts. Raises StationFailed. Its own process group keeps the terminal's
        interrupt key from it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        try:
            said = json.loads(first_line_of(self._process))
            self.url = said["listening"]
            self.admin_token = Path(said["admin_token_file"]).read_text(encoding="utf-8").strip()
        except (ValueError, KeyError, OSError) as error:
            self.kill()
            raise StationFailed(f"the station did not start ({error}):\n{self._tail()}") from error

    @property
    def pid(self) -> int:
        """Returns the process id of the running child. Raises StationFailed when there is none."""
        if self._process is None:
            raise StationFailed("the station is not running")
        return self._process.pid

    def check(self) -> None:
        """Raises StationFailed when the station has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise StationFailed(f"the station ended with code {self._process.returncode}:\n{self._tail()}")

    def kill(self) -> None:
        """Ends the station as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._reap()

    def stop(self) -> None:
        """Ends it properly, or by force when it does not end."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reap()

    def _reap(self) -> None:
        assert self._process is not None
        self._process.wait(timeout=STOP_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def _tail(self) -> str:
        return self._log.read_bytes()[-TAIL_BYTES:].decode("utf-8", "replace")


def first_line_of(process: subprocess.Popen[bytes]) -> bytes:
    """Returns what it says first. Raises ValueError when it ends without a word or says nothing in
    time."""
    assert process.stdout is not None
    handle, said = process.stdout.fileno(), b""
    end = time.monotonic() + START_S
    while b"\n" not in said and (left := end - time.monotonic()) > 0:
        if select.select([handle], [], [], min(left, 1.0))[0]:
            more = os.read(handle, 4096)
            if not more:
                raise ValueError("it ended")
            said += more
    if b"\n" not in said:
        raise ValueError(f"it said nothing in {START_S:g} s")
    return said.partition(b"\n")[0]
