"""Jobs of the hub, on procrastinate, a queue in the hub's own PostgreSQL: any number of workers share them.

A job of a worker that was killed is taken up by another once that one's heart has not beaten for `STALLED_S`.
A job may be done twice: it ends the same.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import DEFAULT_QUEUE, Status
from sqlalchemy import Engine

from station.hub import applying, prover, roll_outs, stations
from station.hub.database import TABLES
from station.hub.identity import key_of
from station.hub.photo_store import PhotoStore
from station.hub.queue import APPLY, PHOTO_JOBS, PROVE, PROVE_ALL, REBUILD, ROLL_OUTS, TAKE_UP, libpq

EACH_MINUTE, EACH_NIGHT = "* * * * *", "17 1 * * *"
STALLED_S, HEARTBEAT_S, AT_ONCE, ANSWER_S, STOP_S = 30.0, 10.0, 4, 600.0, 20.0
AGAIN_S = 5.0

log = structlog.get_logger(__name__)


class Stopping(Exception):
    """The worker was told to stop: the job is another's, or its own after its next start."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Does jobs until `stop` is set. Start with `run`. `more` add the jobs that other rooms have for it,
    `applied` are done after bags were applied. `store` has the photos; where it is None, jobs that judge
    photos are left to others. They are done one at a time."""

    engine: Engine
    clock: Callable[[], datetime]
    stop: threading.Event = field(default_factory=threading.Event)
    more: "Sequence[Callable[[App, Worker], None]]" = ()
    store: PhotoStore | None = None
    applied: "Sequence[Callable[[Worker], None]]" = ()

    async def run(self, *, wait: bool = True) -> None:
        """Return at SIGTERM or SIGINT, and without `wait` where no job is left. Raises ConnectorException
        where the database is away."""
        app = self.app()
        for add_jobs in self.more:
            add_jobs(app, self)
        async with app.open_async():
            await _take_up(app)
            taken = [_take(app, DEFAULT_QUEUE, AT_ONCE, wait=wait)]
            if self.store is not None:
                taken.append(_take(app, PHOTO_JOBS, 1, wait=wait))
            working = asyncio.gather(*taken)

            def end() -> None:
                self.stop.set()
                working.cancel()

            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, end)
            with suppress(asyncio.CancelledError):
                await working

    def app(self) -> App:
        """Return the queue with what each job does."""
        app = App(connector=PsycopgConnector(conninfo=libpq(self.engine), min_size=1, max_size=AT_ONCE + 5))
        again = RetryStrategy(max_attempts=20, wait=5)

        @app.periodic(cron=EACH_MINUTE)
        @app.task(name=APPLY, queueing_lock=APPLY, retry=again)
        def apply(timestamp: int = 0) -> None:
            self._apply()

        @app.task(name=REBUILD, retry=again)
        def rebuild(station: str) -> None:
            with self.engine.begin() as connection:
                applying.rebuild(connection, TABLES, station, self.clock())
            self._apply(station)

        @app.task(name=PROVE, retry=again)
        def prove(station: str) -> None:
            try:
                outcome = prover.prove(self.engine, station, self.clock, ANSWER_S, self._pause)
            except prover.StationSilent:
                log.warning("not_proved", station=station)
            else:
                log.info("proved", station=station, equal=outcome.is_equal, waiting=outcome.waiting)

        @app.periodic(cron=EACH_NIGHT)
        @app.task(name=PROVE_ALL, queueing_lock=PROVE_ALL, retry=again)
        async def prove_all(timestamp: int = 0) -> None:
            for station in self._proved_each_night():
                await _defer(app, PROVE, f"{PROVE} {station}", station=station)

        @app.periodic(cron=EACH_MINUTE)
        @app.task(name=ROLL_OUTS, queueing_lock=ROLL_OUTS, retry=again)
        def move_roll_outs(timestamp: int = 0) -> None:
            with self.engine.begin() as connection:
                roll_outs.step(connection, TABLES, key_of(connection, TABLES), self.clock())

        @app.periodic(cron=EACH_MINUTE)
        @app.task(name=TAKE_UP, queueing_lock=TAKE_UP, pass_context=False)
        async def take_up(timestamp: int = 0) -> None:
            await _take_up(app)

        return app

    def _apply(self, station: str | None = None) -> None:
        """Apply what waits, and what an older copy parked."""
        with self.engine.begin() as connection:
            applying.unpark(connection, TABLES)
        worked = True
        while worked and not self.stop.is_set():
            with self.engine.begin() as connection:
                worked = applying.apply_next(connection, TABLES, self.clock(), station)
        for act in self.applied:
            act(self)

    def _pause(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopping

    def _proved_each_night(self) -> list[str]:
        with self.engine.connect() as connection:
            known = stations.listed(connection, TABLES)
        return [row["id"] for row in known if row["public_key"] and row["revoked_at"] is None]


async def _take(app: App, queue: str, at_once: int, *, wait: bool) -> None:
    """Do the jobs of one queue."""
    await app.run_worker_async(
        queues=[queue], concurrency=at_once, wait=wait, delete_jobs="successful",
        fetch_job_polling_interval=2.0, update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=STALLED_S, shutdown_graceful_timeout=STOP_S, install_signal_handlers=False,
    )  # fmt: skip


async def _take_up(app: App) -> None:
    """Let what a killed worker left be done again."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        log.warning("job_taken_up", job=job.task_name, args=job.task_kwargs)
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # the same waits already
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)


async def _defer(app: App, task: str, once: str, **arguments: str) -> None:
    try:
        await app.configure_task(task, queueing_lock=once, lock=once).defer_async(**arguments)
    except AlreadyEnqueued:
        return


def work(worker: Worker) -> None:
    """Do jobs until SIGTERM or SIGINT; a database that is away is asked again."""
    while not worker.stop.is_set():
        try:
            asyncio.run(worker.run())
        except (ConnectorException, OSError) as error:
            log.warning("database_away", error=str(error))
            worker.stop.wait(AGAIN_S)
        else:
            return
