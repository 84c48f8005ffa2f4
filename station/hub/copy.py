"""One copy of the hub: it answers stations, and applies what came in. Any number serve one database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from station.hub.applying import apply_next, unpark
from station.hub.database import TABLES

IDLE_S, AGAIN_S = 0.5, 5.0
UNPARK_TURNS = 20

log = structlog.get_logger(__name__)


class Applier:
    """Applies received bags, one transaction each; a database that is away is asked again. Start with
    `running()`."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock
        self._stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run, name="applier")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(timeout=60)

    def _run(self) -> None:
        for turn in count():
            if self._stop.is_set():
                return
            try:
                with self._engine.begin() as connection:
                    worked = apply_next(connection, TABLES, self._clock())
                    if not worked and turn % UNPARK_TURNS == 0:
                        unpark(connection, TABLES)  # an older copy may have parked what this one knows
            except SQLAlchemyError as error:  # one that breaks within a savepoint is told in many ways
                log.warning("database_away", error=str(error).split("\n", maxsplit=1)[0])
                self._stop.wait(AGAIN_S)
                continue
            if not worked:
                self._stop.wait(IDLE_S)
