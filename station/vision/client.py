"""The station's end of a vision worker starts it, asks it, replaces it, and never waits for it without bound.

One thread at a time may use a `VisionWorker`; `pid` and `ready` may be read from any.
"""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from station.grain.inspection import Inspection, ModelName
from station.vision.wire import LENGTHS, PipeError, encode, inspection_from_dict, lengths, parse_header

CHUNK = 1 << 16
# glibc then keeps the pictures' memory between photos instead of asking the kernel for it each time
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "268435456", "MALLOC_TRIM_THRESHOLD_": "268435456"}
KILL_WAIT_S = 5.0
WATCH_S = 0.1  # how often the child's memory is looked at while it is waited for


_T = TypeVar("_T")


class WorkerGone(Exception):
    """The worker has ended or cannot be started: start another, or go on without photos."""


class WorkerSlow(Exception):
    """The worker did not answer in time; it was killed and must be replaced."""


class WorkerRefused(Exception):
    """The worker is well but could not read the photo's file."""


def worker_command(bundle: Path) -> list[str]:
    """Return the command that runs the worker for a bundle."""
    return [sys.executable, "-m", "station.vision.worker", str(bundle)]


@dataclass(slots=True)
class VisionWorker:
    """Runs a child process that judges photos with one bundle, within a time per photo and a memory limit.

    `start()` before `inspect()`; both raise WorkerGone or WorkerSlow, after which `replace()` gives a
    fresh one. A child that grew beyond its memory still gives its answer, then it is gone. `close()`
    ends the child (its input is closed; it is killed if it lingers)."""

    bundle: Path
    start_timeout_s: float = 20.0
    answer_timeout_s: float = 10.0
    command: Sequence[str] | None = None
    clock: Callable[[], float] = time.monotonic
    memory_limit_mb: float = 1500.0
    model: ModelName | None = field(default=None, init=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False, repr=False)
    _asked: int = field(default=0, init=False, repr=False)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def ready(self) -> bool:
        """Tell whether the child is loaded, warm and still running."""
        return self.model is not None and self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the child and wait until it is warm. Raises WorkerGone or WorkerSlow."""
        if self._process is not None:
            raise RuntimeError("a worker is started once; use replace()")
        command = self.command or worker_command(self.bundle)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env={**os.environ, **KEEP_MEMORY},
            )
        except OSError as error:
            raise WorkerGone(f"cannot start the vision worker: {error}") from error
        self._set_pipes()
        hello = self._receive(self.clock() + self.start_timeout_s)
        if "ready" not in hello:
            self._kill()
            raise WorkerGone(str(hello.get("failed", "the vision worker sent no greeting")))
        self.model = self._understood(lambda: ModelName(**hello["ready"]))

    def start_as(self, sha256: str) -> None:
        """Start; the bundle must be the one with this hash. Raises WorkerGone or WorkerSlow."""
        self.start()
        if self.model is not None and self.model.sha256 != sha256:
            self._kill()
            raise WorkerGone(f"{self.bundle} is another bundle than it was: it is damaged")

    def inspect(
        self,
        photo: bytes | Path,
        species: str | None = None,
        *,
        polygons: bool = False,
        card_required: bool = False,
    ) -> Inspection:
        """Judge a photo given as bytes or as a file's path. Raises WorkerGone, WorkerSlow or, for a file that
        cannot be read, WorkerRefused."""
        if not self.ready:
            raise WorkerGone("the vision worker is not running")
        self._asked += 1
        request: dict[str, Any] = {
            "id": self._asked,
            "species": species,
            "polygons": polygons,
            "card_required": card_required,
        }
        body = b""
        if isinstance(photo, Path):
            request["path"] = str(photo)
        else:
            body = photo
        deadline = self.clock() + self.answer_timeout_s
        self._transmit(encode(request, body), deadline)
        answer = self._receive(deadline)
        if answer.get("id") != self._asked:
            self._kill()
            raise WorkerGone("the vision worker answered another question")
        if "error" in answer:
            raise WorkerRefused(str(answer["error"]))
        seen = self._understood(lambda: inspection_from_dict(answer["inspection"]))
        if self.memory_mb() > self.memory_limit_mb:
            self._kill()
        return seen

    def memory_mb(self, which: str = "VmRSS") -> float:
        """Return the resident memory of the child now, or the most it ever held ("VmHWM"); 0 when it has
        ended."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return 0.0
        line = next((line for line in status.splitlines() if line.startswith(which)), "")
        return int(line.split()[1]) * 1024 / 1e6 if line else 0.0

    def close(self) -> None:
        """End the child: close its input, wait a moment, kill it. Safe to call twice."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
        try:
            process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            self._kill()
        if process.stdout is not None:
            process.stdout.close()

    def replace(self) -> "VisionWorker":
        """Close this one and start another with the same settings. Raises WorkerGone or WorkerSlow."""
        self.close()
        fresh = VisionWorker(
            self.bundle,
            self.start_timeout_s,
            self.answer_timeout_s,
            self.command,
            self.clock,
            self.memory_limit_mb,
        )
        fresh.start()
        return fresh

    def _set_pipes(self) -> None:
        process = self._running()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise WorkerGone("the vision worker was not started")
        return self._process

    def _transmit(self, data: bytes, deadline: float) -> None:
        stdin = self._running().stdin
        assert stdin is not None
        view = memoryview(data)
        while view:
            self._wait(stdin.fileno(), selectors.EVENT_WRITE, deadline)
            try:
                view = view[os.write(stdin.fileno(), view[:CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                self._kill()
                raise WorkerGone(f"the vision worker ended: {error}") from error

    def _receive(self, deadline: float) -> dict[str, Any]:
        try:
            header_length, body_length = lengths(self._exactly(LENGTHS.size, deadline))
            header = parse_header(self._exactly(header_length, deadline))
        except PipeError as error:
            self._kill()
            raise WorkerGone(f"the vision worker speaks nonsense: {error}") from error
        self._exactly(body_length, deadline)
        return header

    def _exactly(self, count: int, deadline: float) -> bytes:
        stdout = self._running().stdout
        assert stdout is not None
        parts: list[bytes] = []
        missing = count
        while missing:
            self._wait(stdout.fileno(), selectors.EVENT_READ, deadline)
            try:
                part = os.read(stdout.fileno(), min(missing, CHUNK))
            except BlockingIOError:
                continue
            if not part:
                self._kill()
                raise WorkerGone(f"the vision worker ended with code {self._running().returncode}")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        """Return when the pipe can be used. At the deadline, or when the child has outgrown its memory, it is
        killed and WorkerSlow or WorkerGone raised."""
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, event)
            while True:
                left = deadline - self.clock()
                if left <= 0:
                    self._kill()
                    raise WorkerSlow("the vision worker did not answer in time")
                if selector.select(min(left, WATCH_S)):
                    return
                if (used := self.memory_mb()) > self.memory_limit_mb:
                    self._kill()
                    raise WorkerGone(f"the vision worker used {used:.0f} MB of memory and was ended")

    def _understood(self, read: Callable[[], _T]) -> _T:
        """Return what `read` makes of an answer; a child whose answers have another shape is ended."""
        try:
            return read()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._kill()
            raise WorkerGone(f"the vision worker speaks nonsense: {error!r}") from error

    def _kill(self) -> None:
        process = self._running()
        self.model = None
        if process.poll() is None:
            process.kill()
        try:
            process.wait(timeout=KILL_WAIT_S)
        except subprocess.TimeoutExpired:  # stuck in the kernel: it cannot answer any more, leave it
            return
