"""What the station does by itself on a timetable."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from station.jobs import QUIET_NICE, Job, Watch, _Every, scheduled
from tests.silo_rig import Silo


def damage(silo: Silo, seq: int) -> None:
    with silo.desk.ledger.write() as tx:
        tx.connection().execute(text(f"UPDATE audit_event SET kind = 'other' WHERE seq = {seq}"))


def test_the_chain_is_checked_on_and_a_broken_link_is_told(silo: Silo) -> None:
    watch = Watch(silo.desk.ledger)
    silo.receive("AB-123-CD")
    watch.check_chain()
    assert watch.broken_seq is None
    silo.receive("EF-456-GH")
    damage(silo, 3)
    watch.check_chain()
    assert watch.broken_seq is None  # it was found whole before
    watch.forget_chain()
    watch.check_chain()
    assert watch.broken_seq == 3


def test_a_job_runs_first_when_it_says_and_then_again() -> None:
    early, late = threading.Semaphore(0), threading.Event()
    with scheduled({"early": Job(early.release, 0.05, first_s=0.0), "late": Job(late.set, 3600.0)}):  # type: ignore[arg-type]
        assert early.acquire(timeout=10)
        assert early.acquire(timeout=10)
    assert not late.is_set()


def test_a_quiet_job_lets_every_other_thread_go_first() -> None:
    nice: list[int] = []
    done = threading.Event()

    def look() -> None:
        nice.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        done.set()

    with scheduled({"quiet": Job(look, 3600.0, first_s=0.0, quiet=True)}):
        assert done.wait(10)
    assert nice == [QUIET_NICE]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) < QUIET_NICE


def test_a_clock_that_is_set_by_an_hour_moves_the_jobs_along() -> None:
    done, set_by = threading.Event(), [0.0]
    with scheduled({"hourly": Job(done.set, 3600.0)}, wall=lambda: time.time() + set_by[0]):
        assert not done.wait(0.7)
        set_by[0] = -3600.0  # the jobs' times were made by a clock that was an hour ahead
        assert done.wait(10)


def test_a_clock_that_leaps_by_years_lets_a_job_ring_once() -> None:
    then = datetime(2026, 7, 20, tzinfo=UTC)
    assert _Every(5.0).get_next_fire_time(then, then + timedelta(days=3650)) == then + timedelta(
        days=3650, seconds=5
    )
