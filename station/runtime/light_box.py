"""The light box's keeper: has captures inspected by a worker process and replaces one that fails.

A worker that dies or hangs is killed and started again; the capture it had is tried once more and then
left without an inspection, so that the truck goes on and the screen says why. Without a worker (none
configured, its bundle refused) captures are marked at once.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import structlog

from station.receival import captures
from station.receival.captures import Claimed
from station.receival.desk import Desk
from station.store.blobs import Blobs
from station.vision.client import VisionWorker, WorkerGone, WorkerRefused, WorkerSlow

ATTEMPTS = 2
IDLE_S = 5.0
RESTART_PAUSE_S = 5.0

State = Literal["ready", "starting", "replacing", "off"]
log = structlog.get_logger(__name__)


class LightBox:
    """Start with `running()`; `wake()` after a capture was received."""

    def __init__(
        self, desk: Desk, blobs: Blobs, worker: VisionWorker | None, clock: Callable[[], datetime]
    ) -> None:
        self._desk = desk
        self._blobs = blobs
        self._worker = worker
        self._clock = clock
        self._wake = threading.Event()
        self._stop = threading.Event()
        self.state: State = "starting" if worker else "off"
        self.problem = ""

    @contextmanager
    def running(self) -> Iterator[None]:
        captures.release_claims(self._desk)
        thread = threading.Thread(target=self._run, name="light-box")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._wake.set()
            thread.join(timeout=30)
            if self._worker is not None:
                self._worker.close()

    def wake(self) -> None:
        self._wake.set()

    def inspect_one(self) -> bool:
        """Takes the oldest capture that waits; False when none does."""
        claimed = captures.claim_capture(self._desk, self._clock())
        if claimed is None:
            return False
        if self._worker is None or self.state == "off":
            captures.release_claim(self._desk, claimed.capture_id, self._clock(), give_up=True)
        else:
            self._inspect(self._worker, claimed)
        return True

    def _inspect(self, worker: VisionWorker, claimed: Claimed) -> None:
        try:
            seen = [worker.inspect(self._blobs.path(sha256), claimed.species) for sha256 in claimed.sha256]
        except WorkerRefused as error:
            log.error("photo_not_readable", capture=claimed.capture_id, error=str(error))
            captures.release_claim(self._desk, claimed.capture_id, self._clock(), give_up=True)
        except (WorkerGone, WorkerSlow) as error:
            log.warning("vision_worker_failed", capture=claimed.capture_id, error=str(error))
            give_up = claimed.attempt >= ATTEMPTS
            captures.release_claim(self._desk, claimed.capture_id, self._clock(), give_up=give_up)
            self.state = "replacing"
            self._start(worker.replace)
        else:
            captures.record_inspection(self._desk, claimed.capture_id, seen, self._clock())

    def _run(self) -> None:
        if self._worker is not None:
            self._start(self._worker.replace)
        while not self._stop.is_set():
            self._wake.clear()
            if not self.inspect_one():
                self._wake.wait(IDLE_S)

    def _start(self, start: Callable[[], VisionWorker]) -> None:
        """Starts a worker, three times at most; a bundle that cannot be used turns the light box off."""
        for _attempt in range(3):
            try:
                self._worker = start()
            except (WorkerGone, WorkerSlow) as error:
                self.problem = str(error)
                log.error("vision_worker_not_started", error=self.problem)
                if self._stop.wait(RESTART_PAUSE_S):
                    return
                continue
            self.state, self.problem = "ready", ""
            return
        self.state = "off"


def shipped_bundle() -> Path:
    """The wheat bundle that comes with the station."""
    return Path(__file__).parent.parent / "vision" / "bundles" / "wheat-kernels-1.bundle"
