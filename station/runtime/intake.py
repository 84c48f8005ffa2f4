"""Intake: every device is read by a thread of its own; one thread journals, commits, then confirms.

    device thread: driver.deliveries() -> queue (bounded: a full queue holds the device back)
    intake thread: frame -> journal -> [weighing rule] -> row committed -> driver.confirm()

A full disk stops the intake, not the process: the delivery is kept and tried again, unconfirmed, until
there is room. Any other unknown error ends the process, which starts again where it was.
"""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from drivers.delivery import Delivery
from drivers.driver import Driver
from drivers.reading import Reading
from station.grain.weighing import Taken, WatchState, WeighingRule, watch
from station.receival import readings, weighings
from station.receival.desk import Desk
from station.receival.frames import StoredFrame
from station.runtime.course import Course
from station.runtime.recovery import recover_analyses
from station.store.engine import DiskFull
from station.store.journal import Journal, Place
from station.store.queries import last_weighing_of

QUEUE_FRAMES = 256
RETRY_S = 1.0
SYNC_S = 1.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Watched:
    """What the intake remembers of one device between frames."""

    driver: Driver
    journal: Journal
    state: WatchState
    weight: Reading | None = None
    course: Course = field(default_factory=Course)


class Intake:
    """Start with `running()`. `live_weight()` may be asked from any thread."""

    def __init__(
        self,
        desk: Desk,
        drivers: Mapping[str, Driver],
        journal_folder: Path,
        rule: WeighingRule,
        clock: Callable[[], datetime],
    ) -> None:
        self._desk = desk
        self._rule = rule
        self._clock = clock
        self._journal_folder = journal_folder
        self._queue: queue.Queue[Delivery] = queue.Queue(QUEUE_FRAMES)
        self._stop = threading.Event()
        self.disk_full = False
        self._devices = {
            device: Watched(driver, Journal(journal_folder, device), self._resume(device))
            for device, driver in drivers.items()
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        for device, watched in self._devices.items():
            if watched.driver.protocol.category == "analyzer":
                recover_analyses(self._desk, watched.driver, self._journal_folder / device)
        threads = [
            threading.Thread(target=self._read, args=(watched.driver,), name=f"device-{device}")
            for device, watched in self._devices.items()
        ]
        committer = threading.Thread(target=self._commit, name="intake")
        for thread in (*threads, committer):
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for watched in self._devices.values():
                watched.driver.close()
            for thread in (*threads, committer):  # the committer empties the queue once nobody fills it
                thread.join(timeout=10)
            for watched in self._devices.values():
                watched.journal.close()

    def live_weight(self, device: str) -> Reading | None:
        watched = self._devices.get(device)
        return watched.weight if watched else None

    def _resume(self, device: str) -> WatchState:
        """A vehicle may stand on the bridge since before the restart."""
        with self._desk.ledger.read() as tx:
            last = last_weighing_of(tx, device)
        return WatchState.after_restart(last.kg if last else None)

    def _read(self, driver: Driver) -> None:
        for delivery in driver.deliveries(self._stop):
            self._queue.put(delivery)

    def _commit(self) -> None:
        while not (self._stop.is_set() and self._queue.empty()):
            try:
                delivery = self._queue.get(timeout=SYNC_S)
            except queue.Empty:
                self._sync_journals()
                continue
            self._take(delivery)

    def _take(self, delivery: Delivery) -> None:
        """Tries until the delivery is recorded, or the station stops; confirms only what is recorded."""
        watched = self._devices[delivery.device]
        place: Place | None = None
        while True:
            try:
                if place is None:
                    place = watched.journal.append(delivery.frame.data, delivery.frame.at)
                self._record(delivery, watched, place)
            except (DiskFull, OSError) as error:
                self.disk_full = True
                log.error("intake_waits", device=delivery.device, error=str(error))
                if self._stop.wait(RETRY_S):
                    return
                continue
            self.disk_full = False
            watched.driver.confirm(delivery)
            return

    def _record(self, delivery: Delivery, watched: Watched, place: Place) -> None:
        reading = delivery.reading
        if reading is None:
            return
        if reading.kind == "analysis":
            watched.journal.sync()
            stored = StoredFrame(delivery.device, delivery.frame, place, delivery.disturbance)
            readings.take_reading(self._desk, reading, stored, sent_again=delivery.dup)
            return
        watched.weight = reading
        state, taken = watch(watched.state, reading, self._rule)
        watched.course = watched.course.after(reading, delivery.connection, self._rule.zero_kg)
        if taken is not None:
            stored = StoredFrame(delivery.device, delivery.frame, place, watched.course.disturbance)
            self._weigh(taken, watched, stored)
        watched.state = state

    def _weigh(self, taken: Taken, watched: Watched, stored: StoredFrame) -> None:
        watched.journal.sync()
        weighings.take_weighing(self._desk, taken.reading, taken.rule, taken.kg, stored)

    def _sync_journals(self) -> None:
        for watched in self._devices.values():
            try:
                watched.journal.sync()
            except OSError as error:
                self.disk_full = True
                log.error("journal_not_synced", error=str(error))
