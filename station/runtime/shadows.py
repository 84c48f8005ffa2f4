"""Models in shadow inspect every capture too, for comparison only, and never in anybody's way.

They come when no capture waits for an active model, in a thread of their own, one worker at a time, at the
lowest priority of the machine; the worker is started when there is something to do and ended when there
is not. A shadow that dies, hangs or is slow again and again is set aside with the reason.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog

from station.acts.desk import Desk
from station.models import acts as models
from station.models import releases
from station.models.shadows import next_for_shadow
from station.receival.measuring import captures
from station.store.blobs import BlobFault, Blobs
from station.store.errors import DiskFull
from station.store.evidence import CapturePhotos
from station.vision.client import VisionWorker, WorkerGone, WorkerRefused, WorkerSlow, worker_command

ATTEMPTS = 2  # of one capture
FAILURES = 3  # in a row, after which the model is set aside
IDLE_S = 20.0  # a worker without work is ended after this
START_S = 60.0  # at the lowest priority a start may take its time

log = structlog.get_logger(__name__)


def lowest_priority(bundle: Path) -> list[str]:
    """Returns the worker's command, which leaves an active worker its processor time; answers may take longer
    for that."""
    return ["nice", "-n", "19", *worker_command(bundle)]


class Shadows:
    """Start with `running()`; `wake()` when captures were inspected. Used by one thread."""

    def __init__(
        self, desk: Desk, photos: Blobs, bundles: Blobs, clock: Callable[[], datetime], *,
        answer_timeout_s: float = 10.0, card_required: bool = False,
    ) -> None:  # fmt: skip
        self._desk = desk
        self._photos = photos
        self._bundles = bundles
        self._clock = clock
        self._answer_timeout_s = answer_timeout_s
        self._card_required = card_required
        self._model = ""
        self._worker: VisionWorker | None = None
        self._failures: dict[str, int] = {}
        self._tried: dict[tuple[str, str], int] = {}
        self._wake = threading.Event()
        self._stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run, name="shadows")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._wake.set()
            thread.join(timeout=30)
            self._close()

    def wake(self) -> None:
        self._wake.set()

    def judge_one(self) -> bool:
        """Judges one capture by one shadow; False when there is nothing to do now."""
        with self._desk.ledger.read() as tx:
            waiting = releases.shadows(tx)
        for model, species in waiting.items():
            passed = [one for (of, one), times in self._tried.items() if (of, times) == (model, ATTEMPTS)]
            capture = next_for_shadow(self._desk, model, species, passed)
            if capture is not None:
                self._judge(model, capture)
                return True
        return False

    def _judge(self, model: str, capture: CapturePhotos) -> None:
        try:
            worker = self._worker_of(model)
            seen = [
                worker.inspect(self._photos.whole(sha256), capture.species, card_required=self._card_required)
                for sha256 in capture.photos
            ]
        except (WorkerRefused, BlobFault) as error:
            log.error("photo_not_readable", capture=capture.capture_id, error=str(error))
            self._tried[model, capture.capture_id] = ATTEMPTS
        except (WorkerGone, WorkerSlow) as error:
            self._failed(model, capture.capture_id, str(error))
        else:
            self._failures.pop(model, None)
            captures.record_inspection(self._desk, capture.capture_id, seen, self._clock(), shadow=True)

    def _failed(self, model: str, capture_id: str, problem: str) -> None:
        log.warning("shadow_failed", model=model, capture=capture_id, error=problem)
        self._close()
        self._tried[model, capture_id] = self._tried.get((model, capture_id), 0) + 1
        self._failures[model] = self._failures.get(model, 0) + 1
        if self._failures[model] >= FAILURES:
            del self._failures[model]
            models.set_aside(self._desk, model, problem, self._clock())

    def _worker_of(self, model: str) -> VisionWorker:
        """Returns the running worker of this model; another model's is ended first. Raises WorkerGone,
        WorkerSlow."""
        if self._worker is not None and self._model == model:
            return self._worker
        self._close()
        bundle = self._bundles.path(model)
        self._worker = VisionWorker(bundle, START_S, 3 * self._answer_timeout_s, lowest_priority(bundle))
        self._model = model
        self._worker.start_as(model)
        return self._worker

    def _close(self) -> None:
        if self._worker is not None:
            self._worker.close()
        self._worker = None

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                if not self.judge_one() and not self._wake.wait(IDLE_S):
                    self._close()
            except DiskFull as error:  # no unknown error: it is tried again
                log.error("shadows_wait", error=str(error))
                self._stop.wait(IDLE_S)
