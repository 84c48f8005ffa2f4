"""Intake: every device is read by a thread of its own; one thread journals, commits, then confirms.

    device thread: driver.deliveries() -> queue (bounded: a full queue holds the device back; what a serial
                   line goes on saying is dropped, counted and told)
    intake thread: frame -> journal -> [weighing rule] -> row committed -> driver.confirm()

A full disk stops the intake, not the process: the delivery is kept and tried again, unconfirmed, until
there is room. Any other unknown error ends the process, which starts again where it was.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import structlog

from drivers.delivery import Delivery
from drivers.driver import Driver
from drivers.reading import Reading
from station.acts.desk import Desk
from station.grain.weighing import Taken, WatchState, WeighingRule, watch
from station.receival.bridge import bridge_zero, weighings
from station.receival.bridge.bridge_zero import NotAtZero
from station.receival.measuring import readings
from station.receival.measuring.frames import Gap, StoredFrame, note_gap
from station.receival.measuring.instruments import plugged
from station.runtime.course import Course
from station.runtime.live import Standing
from station.runtime.recovery import recover_analyses
from station.runtime.waiting import Waiting
from station.store.errors import DiskFull
from station.store.journal import Journal, Place
from station.store.queries import last_weighing_of

QUEUE_FRAMES = 256  # of one device; a sender that can wait does so
STREAM_FRAMES = 4096  # of a line that nobody can hold back: two minutes of a head that speaks all the time
RETRY_S = 1.0
SYNC_S = 1.0
STOP_S = 10.0
DUE_S = 30.0  # within which what was heard is committed, unless the disk is full

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Watched:
    """Holds what the intake remembers of one device between frames. `since`: when its instrument was plugged
    in; a segment of the journal that began before holds another one's frames. `gap`: what was dropped last,
    `gaps`: how often that was; `is_over`: another driver reads the port from now on. `not_at_zero`: a load is
    told that came before the bridge had shown zero; `is_settled`: a person has just ended that."""

    driver: Driver
    journal: Journal
    state: WatchState
    weight: Reading | None = None
    course: Course = field(default_factory=Course)
    since: datetime | None = None
    thread: threading.Thread | None = None
    gap: Gap | None = None
    gaps: int = 0
    is_over: bool = False
    not_at_zero: NotAtZero | None = None
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """`gap`: what was dropped before this delivery."""

    by: Watched
    delivery: Delivery
    gap: Gap | None = None


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
        self._waiting = Waiting[Delivered]()
        self._exchanging = threading.Lock()
        self._stop = threading.Event()
        self._has_told = False
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
            before.is_over = True
            before.driver.close()
            _join(before)
            self._devices[device] = self._watched(driver, before.journal)
            self._start(self._devices[device])

    def driver(self, device: str) -> Driver:
        return self._devices[device].driver

    def live_weight(self, device: str) -> Reading | None:
        """None also while the intake stands still: nobody looks at what the device says now."""
        watched = self._devices.get(device)
        return watched.weight if watched and not self.standing().stands else None

    def not_at_zero(self, device: str) -> NotAtZero | None:
        """The load that stands on this bridge and came before it had shown zero."""
        watched = self._devices[device]
        return None if watched.is_settled else watched.not_at_zero

    def settle_zero(self, device: str) -> None:
        """A person has ended what is told of this bridge; another load without zero is told again."""
        self._devices[device].is_settled = True

    def standing(self) -> Standing:
        found = self._waiting.standing(self._clock())
        return replace(found, stands=True) if found.waiting and self.disk_full else found

    def overdue_s(self) -> float:
        """For how long too long frames that were heard wait. A full disk is told, and starting again makes no
        room."""
        return 0.0 if self.disk_full else max(0.0, self._waiting.still_s() - DUE_S)

    def gap(self, device: str) -> Gap | None:
        """What was last dropped of a line that nobody can hold back."""
        return self._devices[device].gap

    def tell(self) -> None:
        """Log, once each, that the intake stands still and that it moves again."""
        now = self.standing()
        if now.stands != self._has_told:
            self._has_told = now.stands
            say = log.error if now.stands else log.info
            say("intake_stands" if now.stands else "intake_moves", waiting=now.waiting, since=now.moved_at)

    def _watched(self, driver: Driver, journal: Journal) -> Watched:
        """A vehicle may stand on the bridge since before."""
        with self._desk.ledger.read() as tx:
            last = last_weighing_of(tx, driver.device)
            there = plugged(tx).get(driver.device)
            load = bridge_zero.not_at_zero(tx, driver.device) if last else None
        state = WatchState.after_restart(last.kg if last else None, load.kg if load else None)
        since = there.assignment.from_at if there else None
        return Watched(driver, journal, state, since=since, not_at_zero=load)

    def _start(self, watched: Watched) -> None:
        name = f"device-{watched.driver.device}"
        watched.thread = threading.Thread(target=self._read, args=(watched,), name=name)
        watched.thread.start()

    def _read(self, watched: Watched) -> None:
        with closing(watched.driver.deliveries(self._stop)) as deliveries:
            for delivery in deliveries:
                if not watched.driver.is_held_back:
                    self._offer(watched, delivery)
                elif not self._hold_back(watched, delivery):
                    return

    def _hold_back(self, watched: Watched, delivery: Delivery) -> bool:
        """Return False when another driver takes over meanwhile."""
        delivered = Delivered(watched, delivery)
        return self._waiting.put(delivery.device, delivered, QUEUE_FRAMES, lambda: watched.is_over)

    def _offer(self, watched: Watched, delivery: Delivery) -> None:
        """Drop what finds no room. Across a gap nobody saw what happened, as if the line had been lost."""
        gap = watched.gap if watched.gap and not watched.gap.is_closed else None
        delivery = replace(delivery, connection=delivery.connection + watched.gaps)
        if self._waiting.offer(delivery.device, Delivered(watched, delivery, gap), STREAM_FRAMES):
            watched.gap = gap.close() if gap else watched.gap
            return
        if gap is None:
            watched.gaps += 1
            log.error("frames_dropped", device=delivery.device)
        watched.gap = gap.and_another(delivery.frame.at) if gap else Gap.of_one(delivery.frame.at)

    def _commit(self) -> None:
        while not (self._stop.is_set() and self._waiting.is_empty()):
            turn = self._waiting.next(SYNC_S)
            if turn is None:
                self._sync_journals()
                continue
            device, delivered = turn
            self._take(delivered)
            self._waiting.done(device)

    def _take(self, delivered: Delivered) -> None:
        """Tries until the delivery is recorded, or the station stops; confirms only what is recorded."""
        watched, delivery, gap = delivered.by, delivered.delivery, delivered.gap
        place: Place | None = None
        while True:
            try:
                if gap is not None:
                    note_gap(self._desk, delivery.device, gap)
                    gap = None
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
        if watched.is_settled:
            watched.state, watched.not_at_zero, watched.is_settled = watched.state.settled(), None, False
        state, taken = watch(watched.state, reading, self._rule)
        watched.course = watched.course.after(delivery.connection, is_empty=state.is_empty)
        if delivery.change is not None:
            weighings.note_other_lines(self._desk, delivery.device, delivery.change, reading.at)
        if taken is not None:
            stored = StoredFrame(delivery.device, delivery.frame, place, watched.course.disturbance)
            self._weigh(taken, watched, stored)
        self._tell_zero(watched, state, reading.at)
        watched.state = state

    def _weigh(self, taken: Taken, watched: Watched, stored: StoredFrame) -> None:
        watched.journal.sync()
        weighings.take_weighing(
            self._desk, taken.reading, taken.rule, taken.kg, stored, seals_last=taken.seals_last
        )

    def _tell_zero(self, watched: Watched, state: WatchState, at: datetime) -> None:
        """Record that a load came before zero, and that zero was shown then."""
        device, kg = watched.driver.device, state.unzeroed_kg
        if kg is not None and watched.not_at_zero is None:
            load = NotAtZero(kg, at)
            bridge_zero.note_not_at_zero(self._desk, device, load, state.last_kg)
            watched.not_at_zero = load
        elif kg is None and watched.not_at_zero is not None:
            if state.is_empty:
                bridge_zero.note_at_zero(self._desk, device, at)
            watched.not_at_zero = None

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
