"""Each minute: results whose sample came go to its station, and what stations did with theirs is noted."""

from procrastinate import App

from station.headquarters import lab
from station.hub.database import TABLES
from station.hub.identity import key_of
from station.hub.jobs import EACH_MINUTE, Worker

STEP = "lab_results"


def add_lab_jobs(app: App, worker: Worker) -> None:
    @app.periodic(cron=EACH_MINUTE)
    @app.task(name=STEP, queueing_lock=STEP)
    def step(timestamp: int = 0) -> None:
        with worker.engine.begin() as connection:
            lab.step(connection, TABLES, key_of(connection, TABLES), worker.clock())
