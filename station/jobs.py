"""What the station does by itself on a timetable: checkpoint, disk, audit chain. Made again at each start."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from station.store import audit
from station.store.engine import Ledger

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """`act` is done every `every_s` seconds, for the first time after `first_s` (else after `every_s`)."""

    act: Callable[[], None]
    every_s: float
    first_s: float | None = None


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


@contextmanager
def scheduled(jobs: Timetable) -> Iterator[None]:
    """Runs each job in a thread of its own until the block ends. They count steady seconds: whoever sets the
    machine's clock neither holds them up for years nor wakes them all."""
    stopped = threading.Event()
    threads = [
        threading.Thread(target=_repeat, args=(name, job, stopped), name=f"job {name}")
        for name, job in jobs.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def _repeat(name: str, job: Job, stopped: threading.Event) -> None:
    pause_s = job.every_s if job.first_s is None else job.first_s
    while not stopped.wait(pause_s):
        try:
            job.act()
        except Exception as error:
            log.error("job_failed", job=name, exc_info=error)
        pause_s = job.every_s
