"""The light box's keeper: has captures inspected by the active models, each in a worker process of its own,
and replaces a worker that fails.

A worker that dies or hangs is killed and started again; the capture it had is tried once more and then
left with what other models said of it, so that the truck goes on and the screen says why. A model that
fails again and again does not run here: where another was active before it, that one goes on. Which models
are active is read from the ledger before every capture, so a promotion needs no restart.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

import structlog

from station.acts.desk import Desk
from station.grain.inspection import Inspection
from station.models import acts as models
from station.models import releases
from station.receival.measuring import captures, claims
from station.store.blobs import BlobFault, Blobs
from station.store.errors import DiskFull
from station.store.evidence import CapturePhotos
from station.vision.client import VisionWorker, WorkerGone, WorkerRefused, WorkerSlow

ATTEMPTS = 2  # of one capture
FAILURES = 3  # in a row, after which a model does not run here; so never by one capture alone
IDLE_S = 5.0
RESTART_PAUSE_S = 5.0
REPLACING_S = FAILURES * (20.0 + RESTART_PAUSE_S)  # what starting one model's worker again may take

State = Literal["ready", "starting", "replacing", "off"]
log = structlog.get_logger(__name__)


class LightBox:
    """Start with `running()`; `wake()` after a capture was received or the active models changed.

    `bundles` holds the models' files; `when_done` is called after captures, when none waits any more.
    `enabled` False judges nothing: captures are marked at once. `card_required` refuses photos without the
    card."""

    def __init__(
        self, desk: Desk, photos: Blobs, bundles: Blobs, clock: Callable[[], datetime], *,
        enabled: bool = True, card_required: bool = False, answer_timeout_s: float = 10.0,
        when_done: Callable[[], None] = lambda: None, monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._desk = desk
        self._photos = photos
        self._bundles = bundles
        self._clock = clock
        self._enabled = enabled
        self._card_required = card_required
        self._answer_timeout_s = answer_timeout_s
        self._when_done = when_done
        self._monotonic = monotonic
        self._answer_by: float | None = None  # the capture that is claimed
        self._workers: dict[str, VisionWorker] = {}
        self._failures: dict[str, int] = {}
        self._problems: dict[str, str] = {}  # of models that do not run and have nothing before them
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._is_stuck = False  # a capture is claimed, and what was said of it could not be recorded
        self.state: State = "starting" if enabled else "off"

    @property
    def problem(self) -> str:
        return "; ".join(self._problems.values())

    @contextmanager
    def running(self) -> Iterator[None]:
        claims.release_claims(self._desk)
        thread = threading.Thread(target=self._run, name="light-box")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._wake.set()
            thread.join(timeout=30)
            for worker in self._workers.values():
                worker.close()

    def wake(self) -> None:
        self._wake.set()

    def overdue_s(self) -> float:
        """For how long too long a claimed capture waits for its answer."""
        answer_by = self._answer_by
        return 0.0 if answer_by is None else max(0.0, self._monotonic() - answer_by)

    def inspect_one(self) -> bool:
        """Takes the oldest capture that waits; False when none does."""
        capture = claims.claim_capture(self._desk, self._clock())
        if capture is None:
            return False
        with self._desk.ledger.read() as tx:
            judges = releases.judges_left(tx, capture)
        longest = len(judges) * (len(capture.photos) * self._answer_timeout_s + REPLACING_S)
        self._answer_by = self._monotonic() + self._answer_timeout_s + longest
        try:
            self._answer(capture, judges)
        finally:
            self._answer_by = None
        return True

    def _answer(self, capture: CapturePhotos, judges: Sequence[str]) -> None:
        failed = ended = goes_on = False
        for number, model in enumerate(judges, start=1):
            seen = self._seen(model, capture)
            if seen is None:
                failed = True
                goes_on = goes_on or self._replace(model)
                continue
            ended = number == len(judges) and not failed
            captures.record_inspection(self._desk, capture.capture_id, seen, self._clock(), last=ended)
        if not ended:
            give_up = not failed or (capture.attempts >= ATTEMPTS and not goes_on)
            claims.release_claim(self._desk, capture.capture_id, self._clock(), give_up=give_up)

    def follow(self) -> None:
        """Brings the workers to the active set of the ledger: starts new ones, then closes the others. One
        that ended between two captures (it may have outgrown its memory) is replaced too."""
        for model in [model for model, worker in self._workers.items() if not worker.ready]:
            self._workers.pop(model).close()
        while missing := self._active() - set(self._workers) - set(self._problems):
            self._start(min(missing))
        wanted = self._active()
        for model in sorted(set(self._workers) - wanted):
            self._workers.pop(model).close()
        for model in set(self._problems) - wanted:
            del self._problems[model]
        self.state = "ready" if self._workers else "off"

    def _active(self) -> set[str]:
        with self._desk.ledger.read() as tx:
            return set(releases.active_set(tx).values()) if self._enabled else set()

    def _seen(self, model: str, capture: CapturePhotos) -> list[Inspection] | None:
        """Returns what the model says of each photo; None when its worker failed. A photo whose file is
        gone or damaged, and a model that does not run at all, count as failed too."""
        worker = self._workers.get(model)
        if worker is None:
            return None
        try:
            seen = [
                worker.inspect(self._photos.whole(sha256), capture.species, card_required=self._card_required)
                for sha256 in capture.photos
            ]
        except (WorkerRefused, BlobFault) as error:
            log.error("photo_not_readable", capture=capture.capture_id, error=str(error))
            return None
        except (WorkerGone, WorkerSlow) as error:
            log.warning("vision_worker_failed", capture=capture.capture_id, error=str(error))
            self._failures[model] = self._failures.get(model, 0) + 1
            return None
        self._failures.pop(model, None)
        return seen

    def _replace(self, model: str) -> bool:
        """Replaces a model after a failure; True when another model goes on in its place."""
        worker = self._workers.get(model)
        if worker is None or worker.ready:
            return False
        self.state = "replacing"
        self._workers.pop(model).close()
        gone = False
        if self._failures.get(model, 0) >= FAILURES:
            del self._failures[model]
            gone = models.fall_back(self._desk, model, "its worker fails again and again", self._clock())
        self.follow()
        return gone or model not in self._active()

    def _run(self) -> None:
        done = False  # since `when_done` was last called
        while not self._stop.is_set():
            try:
                done = self._turn(done)
            except DiskFull as error:  # no unknown error: photos wait, trucks go on
                log.error("light_box_waits", error=str(error))
                self._stop.wait(IDLE_S)
                self._is_stuck = True

    def _turn(self, done: bool) -> bool:
        """One capture, or a rest where none waits; returns whether any was judged since `when_done`."""
        if self._is_stuck:
            claims.release_claims(self._desk)
            self._is_stuck = False
        self._wake.clear()
        self.follow()
        if self.inspect_one():
            return True
        if done:
            self._when_done()
        self._wake.wait(IDLE_S)
        return False

    def _start(self, model: str) -> None:
        """Starts a worker, three times at most. A model that cannot be started gives way to the one that was
        active before it; without one it is off until the active set changes."""
        problem = ""
        for attempt in range(FAILURES):
            if attempt and self._stop.wait(RESTART_PAUSE_S):
                break
            worker = VisionWorker(self._bundles.path(model), answer_timeout_s=self._answer_timeout_s)
            try:
                worker.start_as(model)
            except (WorkerGone, WorkerSlow) as error:
                problem = str(error)
                worker.close()
                log.error("vision_worker_not_started", model=model, error=problem)
                continue
            self._workers[model] = worker
            return
        if self._stop.is_set() or not models.fall_back(self._desk, model, problem, self._clock()):
            self._problems[model] = problem
