"""What workers do at headquarters beside receiving: each entry adds its jobs to the queue."""

from collections.abc import Callable, Sequence

from procrastinate import App

from station.headquarters.stock_jobs import add_stock_jobs
from station.hub.jobs import Worker

JOBS: Sequence[Callable[[App, Worker], None]] = (add_stock_jobs,)
