"""The job that keeps what lies at each silo up to date, for the map, a site's page and the monthly state."""

from procrastinate import App, RetryStrategy

from station.headquarters.stock import refresh_all
from station.hub.database import TABLES
from station.hub.jobs import EACH_MINUTE, Worker

STOCK = "stock"


def add_stock_jobs(app: App, worker: Worker) -> None:
    @app.periodic(cron=EACH_MINUTE)
    @app.task(name=STOCK, queueing_lock=STOCK, lock=STOCK, retry=RetryStrategy(max_attempts=5, wait=5))
    def stock(timestamp: int = 0) -> None:
        refresh_stock(worker)


def refresh_stock(worker: Worker) -> None:
    refresh_all(worker.engine, TABLES, worker.clock())
