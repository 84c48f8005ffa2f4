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
from station.acts.desk import Desk
from station.grain.weighing import Taken, WatchState, WeighingRule, watch
from station.receival import readings, weighings
from station.receival.frames import StoredFrame
from station.receival.instruments import plugged
from station.runtime.course import Course
from station.runtime.recovery import recover_analyses
from station.store.errors import DiskFull
from station.store.journal import Journal, Place
from station.store.queries import last_weighing_of

QUEUE_FRAMES = 256
RETRY_S = 1.0
SYNC_S = 1.0
STOP_S = 10.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Watched:
    """Holds what the intake remembers of one device between frames. `since`: when its instrument was plugged
    in; a segment of the journal that began before holds another one's frames."""

    driver: Driver
    journal: Journal
    state: WatchState
    weight: Reading | None = None
    course: Course = field(default_factory=Course)
    since: datetime | None = None
    thread: threading.Thread | None = None


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
        self._queue: queue.Queue[tuple[Watched, Delivery]] = queue.Queue(QUEUE_FRAMES)
        self._exchanging = threading.Lock()
        self._stop = threading.Event()
        self.disk_full = False
        self._devices = {
            device: self._watched(driver, Journal(journal_folder, device))
            for device, driver in drivers.items()
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        for device, watched in self._devices.items():
            if watched.driver.protocol.category == "analyzer":
                recover_analyses(self._desk, watched.driver, self._journal_folder / device)
        committer = threading.Thread(target=self._commit, name="intake")
        for watched in self._devices.values():
            self._start(watched)
        committer.start()
        try:
            yield
        finally:
            with self._exchanging:
                self._stop.set()
            for watched in self._devices.values():
                watched.driver.close()
            for watched in self._devices.values():
                _join(watched)
            committer.join(timeout=STOP_S)  # it empties the queue once nobody fills it
            for watched in self._devices.values():
                watched.journal.close()

    def exchange(self, device: str, driver: Driver) -> None:
        """From now on `driver` reads the port. What the one before has delivered is recorded all the same,
        and confirmed to it. Waits until that one has let go of its line."""
        with self._exchanging:
            if self._stop.is_set():
                return
            before = self._devices[device]
            before.driver.close()
            _join(before)
            self._devices[device] = self._watched(driver, before.journal)
            self._start(self._devices[device])

    def driver(self, device: str) -> Driver:
        return self._devices[device].driver

    def live_weight(self, device: str) -> Reading | None:
        watched = self._devices.get(device)
        return watched.weight if watched else None

    def _watched(self, driver: Driver, journal: Journal) -> Watched:
        """A vehicle may stand on the bridge since before."""
        with self._desk.ledger.read() as tx:
            last = last_weighing_of(tx, driver.device)
            there = plugged(tx).get(driver.device)
        state = WatchState.after_restart(last.kg if last else None)
        return Watched(driver, journal, state, since=there.assignment.from_at if there else None)

    def _start(self, watched: Watched) -> None:
        name = f"device-{watched.driver.device}"
        watched.thread = threading.Thread(target=self._read, args=(watched,), name=name)
        watched.thread.start()

    def _read(self, watched: Watched) -> None:
        for delivery in watched.driver.deliveries(self._stop):
            self._queue.put((watched, delivery))

    def _commit(self) -> None:
        while not (self._stop.is_set() and self._queue.empty()):
            try:
                watched, delivery = self._queue.get(timeout=SYNC_S)
            except queue.Empty:
                self._sync_journals()
                continue
            self._take(watched, delivery)

    def _take(self, watched: Watched, delivery: Delivery) -> None:
        """Tries until the delivery is recorded, or the station stops; confirms only what is recorded."""
        place: Place | None = None
        while True:
            try:
                if place is None:
                    watched.journal.begin(watched.since)
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
        watched.course = watched.course.after(delivery.connection, is_empty=state.is_empty)
        if delivery.change is not None:
            weighings.note_other_lines(self._desk, delivery.device, delivery.change, reading.at)
        if taken is not None:
            stored = StoredFrame(delivery.device, delivery.frame, place, watched.course.disturbance)
            self._weigh(taken, watched, stored)
        watched.state = state

    def _weigh(self, taken: Taken, watched: Watched, stored: StoredFrame) -> None:
        watched.journal.sync()
        weighings.take_weighing(
            self._desk, taken.reading, taken.rule, taken.kg, stored, seals_last=taken.seals_last
        )

    def _sync_journals(self) -> None:
        for watched in list(self._devices.values()):
            try:
                watched.journal.sync()
            except OSError as error:
                self.disk_full = True
                log.error("journal_not_synced", error=str(error))


def _join(watched: Watched) -> None:
    if watched.thread is not None:
        watched.thread.join(timeout=STOP_S)
