"""What the station does by itself on a timetable: checkpoint, disk, audit chain. Made again at each start."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from station.store import audit
from station.store.engine import Ledger

log = structlog.get_logger(__name__)


Timetable = dict[str, tuple[Callable[[], None], float]]


class Watch:
    """What the jobs found, as warnings (code, params) for the health page and every screen."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.broken_seq: int | None = None

    def check_chain(self) -> None:
        """Reads the whole audit chain; a broken link stays on every screen until the station restarts."""
        with self._ledger.read() as tx:
            self.broken_seq = audit.first_broken(tx)
        if self.broken_seq is not None:
            log.error("audit_chain_broken", seq=self.broken_seq)


def all_of(step: Callable[[], bool], done: Callable[[], None]) -> Callable[[], None]:
    """A job that takes steps until none is left, and calls `done` after each."""

    def job() -> None:
        while step():
            done()

    return job


@contextmanager
def scheduled(jobs: Timetable) -> Iterator[None]:
    """Runs each job (function, seconds between) in the background until the block ends."""
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    for name, (job, seconds) in jobs.items():
        scheduler.add_job(job, "interval", seconds=seconds, id=name)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)
