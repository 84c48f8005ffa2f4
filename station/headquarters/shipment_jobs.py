"""The job that follows shipments between own silos: each minute, and when bags were applied."""

from procrastinate import App

from station.headquarters import shipments
from station.hub.database import TABLES
from station.hub.identity import key_of
from station.hub.jobs import EACH_MINUTE, Worker

SHIPMENTS = "shipments"


def add_shipment_jobs(app: App, worker: Worker) -> None:
    @app.periodic(cron=EACH_MINUTE)
    @app.task(name=SHIPMENTS, queueing_lock=SHIPMENTS, lock=SHIPMENTS)
    def follow(timestamp: int = 0) -> None:
        follow_shipments(worker)


def follow_shipments(worker: Worker) -> None:
    with worker.engine.begin() as connection:
        shipments.follow(connection, TABLES, key_of(connection, TABLES), worker.clock())
