"""A silo as seen by who started it: told what to play, heard, and stopped."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue
from typing import Any

from station.demo.silos.children import wait_or_kill
from station.demo.silos.plan import SiloPlan

STOP_S = 60.0
ENDED = {"said": "ended"}

Message = tuple[str, dict[str, Any]]  # the silo's id, and what it says


class SiloProcess:
    """Use as a context. Whatever the silo says goes into `heard`, at last that it ended."""

    def __init__(self, plan: SiloPlan, heard: "Queue[Message]") -> None:
        self.plan = plan
        self._heard = heard
        Path(plan.folder).mkdir(parents=True)
        with (Path(plan.folder) / "silo.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "station.demo.silos.one_silo"], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._listener = threading.Thread(target=self._listen, name=f"silo {plan.id}", daemon=True)
        self._listener.start()
        self._write(plan.as_line())

    def rest(self) -> None:
        """Send no more trucks."""
        self._write(b"rest\n")

    def let_go(self) -> None:
        """Have it stop; `stop` waits for it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            return  # it has ended

    def stop(self) -> None:
        self.let_go()
        wait_or_kill(self._process, STOP_S)
        self._listener.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except OSError:
            return  # it has ended, and is heard to

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard.put((self.plan.id, json.loads(line)))
        self._heard.put((self.plan.id, ENDED))
