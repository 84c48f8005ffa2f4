"""The queue of jobs in the hub's PostgreSQL: its tables, and how a copy hands a job to the workers."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import structlog
from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import JobDeferrer
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Engine, inspect

APPLY, REBUILD, PROVE, PROVE_ALL, TAKE_UP = "apply", "rebuild", "prove", "prove_all", "take_up"
ROLL_OUTS = "roll_outs"
COMPARE, COMPARE_ALL = "compare", "compare_all"
BACKTEST_PART = "backtest_part"
PHOTO_JOBS = "photos"  # a queue of its own: a worker does one of its jobs at a time, beside the others

log = structlog.get_logger(__name__)


def make_queue(connection: Connection) -> list[str]:
    """Make the tables of the queue where they are missing, in the caller's transaction; return their name."""
    if connection.dialect.name != "postgresql" or inspect(connection).has_table("procrastinate_jobs"):
        return []
    psycopg = connection.connection.driver_connection
    if psycopg is None:
        return []
    psycopg.execute(SchemaManager.get_schema())
    return ["procrastinate"]


def libpq(engine: Engine) -> str:
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def lock_of(backtest: int, part: int) -> str:
    return f"{BACKTEST_PART} {backtest} {part}"


def of_part(app: App, backtest: int, part: int) -> JobDeferrer:
    """Return what hands a part of a backtest out: done by one worker at a time, after all else."""
    lock = lock_of(backtest, part)
    return app.configure_task(BACKTEST_PART, queue=PHOTO_JOBS, priority=-10, lock=lock, queueing_lock=lock)


class Queue:
    """Hands jobs to whatever workers there are; each waits once at most. Use `opened`."""

    def __init__(self, app: App) -> None:
        self._app = app

    @classmethod
    @contextmanager
    def opened(cls, engine: Engine) -> Iterator["Queue"]:
        app = App(connector=SyncPsycopgConnector(conninfo=libpq(engine), min_size=0, max_size=4))
        with app.open():
            yield cls(app)

    def nudge(self) -> None:
        """A bag came in. Without a queue nothing is lost: copies apply too, and workers look each minute."""
        try:
            self._defer(APPLY)
        except ConnectorException as error:
            log.warning("not_nudged", error=str(error))

    def rebuild(self, station: str) -> None:
        """Raises ConnectorException."""
        self._defer(REBUILD, station)

    def prove(self, station: str) -> None:
        """Raises ConnectorException."""
        self._defer(PROVE, station)

    def compare(self) -> None:
        """Raises ConnectorException."""
        self._defer(COMPARE_ALL)

    def backtest(self, parts: Iterable[tuple[int, int]]) -> None:
        """Hand out parts (backtest, part). Raises ConnectorException."""
        for backtest, part in parts:
            with suppress(AlreadyEnqueued):
                of_part(self._app, backtest, part).defer(backtest=backtest, part=part)

    def _defer(self, task: str, station: str = "") -> None:
        once = f"{task} {station}".strip()
        configured = self._app.configure_task(task, queueing_lock=once, lock=once if station else None)
        try:
            configured.defer(**({"station": station} if station else {}))
        except AlreadyEnqueued:
            return
