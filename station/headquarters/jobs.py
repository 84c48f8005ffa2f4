"""What workers do at headquarters beside receiving: each entry adds its jobs to the queue."""

from collections.abc import Callable, Sequence

from procrastinate import App

from station.headquarters.backtest_jobs import add_backtest_jobs
from station.headquarters.comparison_jobs import add_comparison_jobs
from station.headquarters.lab_jobs import add_lab_jobs
from station.headquarters.shipment_jobs import add_shipment_jobs, follow_shipments
from station.headquarters.stock_jobs import add_stock_jobs
from station.hub.jobs import Worker

JOBS: Sequence[Callable[[App, Worker], None]] = (
    add_lab_jobs,
    add_comparison_jobs,
    add_backtest_jobs,
    add_stock_jobs,
    add_shipment_jobs,
)
# What is done at once when bags were applied.
AFTER_APPLYING: Sequence[Callable[[Worker], None]] = (follow_shipments,)
