"""What the station does by itself on a timetable: checkpoint, disk, audit chain. Made again at each start."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from station.store import audit
from station.store.engine import Ledger

QUIET_NICE = 10
_FOLLOW_S, _STEP_S = 0.5, 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """`act` is done every `every_s` seconds, for the first time after `first_s` (else after `every_s`). A
    `quiet` one takes the processor when nobody else wants it; one quiet job is done at a time."""

    act: Callable[[], None]
    every_s: float
    first_s: float | None = None
    quiet: bool = False


Timetable = dict[str, Job]


class Watch:
    """What the jobs found, as warnings (code, params) for the health page and every screen."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._whole = audit.START
        self.broken_seq: int | None = None

    def check_chain(self) -> None:
        """Checks the audit chain on from where it was found whole; after a start from its beginning. A broken
        link stays on every screen until the station restarts.

        Each slice is a transaction of its own: none keeps the write-ahead log from being emptied."""
        while self.broken_seq is None:
            with self._ledger.read() as tx:
                checked = audit.check_some(tx, self._whole)
            self._whole, self.broken_seq = checked.whole, checked.broken_seq
            if checked.is_end:
                return
        log.error("audit_chain_broken", seq=self.broken_seq)

    def forget_chain(self) -> None:
        """Lets the next check begin at the beginning: events once found whole may be changed later."""
        self._whole = audit.START


def all_of(step: Callable[[], bool], done: Callable[[], None]) -> Callable[[], None]:
    """A job that takes steps until none is left, and calls `done` after each."""

    def job() -> None:
        while step():
            done()

    return job


def _be_quiet() -> None:
    """Lets this thread wait for every other; a system that forbids it loses only that."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), QUIET_NICE)


class _Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Rings so long after it rang last, however many times it would have rung on a clock that leapt."""

    def __init__(self, seconds: float) -> None:
        self._pause = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + self._pause


def _follow(
    scheduler: BackgroundScheduler,
    stopped: threading.Event,
    wall: Callable[[], float],
    ticks: Callable[[], float],
) -> None:
    """Moves every job along with a machine's clock that is set: none stands still for years after it."""
    ahead = wall() - ticks()
    while not stopped.wait(_FOLLOW_S):
        step = wall() - ticks() - ahead
        if abs(step) > _STEP_S:
            ahead += step
            for job in scheduler.get_jobs():
                job.modify(next_run_time=job.next_run_time + timedelta(seconds=step))


@contextmanager
def scheduled(
    jobs: Timetable, *, wall: Callable[[], float] = time.time, ticks: Callable[[], float] = time.monotonic
) -> Iterator[None]:
    """Runs each job in the background until the block ends."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        executors={
            "default": ThreadPoolExecutor(),
            "quiet": ThreadPoolExecutor(1, pool_kwargs={"initializer": _be_quiet}),
        },
    )
    now = datetime.now(UTC)  # when a timer rings is the machine's affair, not the site's
    for name, job in jobs.items():
        first = now + timedelta(seconds=job.every_s if job.first_s is None else job.first_s)
        scheduler.add_job(
            job.act, _Every(job.every_s), next_run_time=first, id=name,
            executor="quiet" if job.quiet else "default",
        )  # fmt: skip
    scheduler.start()
    stopped = threading.Event()
    follower = threading.Thread(target=_follow, args=(scheduler, stopped, wall, ticks), name="jobs' clock")
    follower.start()
    try:
        yield
    finally:
        stopped.set()
        follower.join()
        scheduler.shutdown(wait=True)
