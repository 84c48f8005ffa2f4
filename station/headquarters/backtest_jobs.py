"""Backtests on the queue: a job a part, and a look each minute for parts that no job does."""

import asyncio
from contextlib import suppress

from procrastinate import App, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Engine, MetaData, text

from station.headquarters import backtests
from station.headquarters.backtest_part import Bench, judge_part
from station.hub.database import TABLES
from station.hub.jobs import EACH_MINUTE, Worker
from station.hub.photo_store import PhotoStoreFault
from station.hub.queue import BACKTEST_PART, PHOTO_JOBS, lock_of, of_part

HAND_OUT = "backtests"
_WITH_JOB = "SELECT lock FROM procrastinate_jobs WHERE task_name = :task AND status IN ('todo', 'doing')"


def add_backtest_jobs(app: App, worker: Worker) -> None:
    again = RetryStrategy(max_attempts=20, linear_wait=5)

    @app.task(name=BACKTEST_PART, queue=PHOTO_JOBS, retry=again)
    def judge(backtest: int, part: int) -> None:
        if worker.store is None:  # the worker takes no job of this queue then
            raise PhotoStoreFault("unusable", "no store")
        judge_part(Bench(worker.engine, TABLES, worker.store, worker.clock, worker.stop), backtest, part)

    @app.periodic(cron=EACH_MINUTE)
    @app.task(name=HAND_OUT, queueing_lock=HAND_OUT)
    async def hand_out(timestamp: int = 0) -> None:
        for backtest, part in await asyncio.to_thread(parts_without_job, worker.engine, TABLES):
            with suppress(AlreadyEnqueued):
                await of_part(app, backtest, part).defer_async(backtest=backtest, part=part)


def parts_without_job(engine: Engine, tables: MetaData) -> list[tuple[int, int]]:
    """Return the parts (backtest, part) that are to be done and that no job does, nor will."""
    with engine.connect() as connection:
        left = backtests.parts_left(connection, tables)
        if not left:
            return []
        locks = set(connection.execute(text(_WITH_JOB), {"task": BACKTEST_PART}).scalars())
    return [part for part in left if lock_of(*part) not in locks]
