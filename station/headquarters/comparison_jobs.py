"""Jobs that work comparisons out: each hour one plans a job for each analyte that was measured anywhere, and
any number of workers share these."""

from procrastinate import App, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued

from station.headquarters.comparisons import Comparing
from station.headquarters.silos import measured
from station.hub.database import TABLES
from station.hub.jobs import Worker
from station.hub.queue import COMPARE, COMPARE_ALL

EACH_HOUR = "23 * * * *"


def add_comparison_jobs(app: App, worker: Worker) -> None:
    again = RetryStrategy(max_attempts=5, wait=60)

    @app.task(name=COMPARE, retry=again)
    def compare(analyte: str) -> None:
        Comparing(worker.engine, TABLES, analyte, worker.clock()).run(worker.stop.is_set)

    @app.periodic(cron=EACH_HOUR)
    @app.task(name=COMPARE_ALL, queueing_lock=COMPARE_ALL, retry=again)
    async def compare_all(timestamp: int = 0) -> None:
        for analyte in measured(worker.engine, TABLES):
            once = f"{COMPARE} {analyte}"
            try:
                await app.configure_task(COMPARE, queueing_lock=once, lock=once).defer_async(analyte=analyte)
            except AlreadyEnqueued:
                continue
