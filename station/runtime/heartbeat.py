"""The heartbeat tells the service manager that what is due is done; it stops when something is not.

Due is what the station owes to somebody: a frame that was heard is committed, a capture that was claimed is
answered, a loop turns. That no device speaks and no truck comes is shown on the screens and stops no heart: a
station that is started again hears no more. A disk without room is no reason either.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from station.service_manager import ServiceManager
from ui.words.reasons import message

BEATS = 4  # in the time after which the manager would act
LOOK_S = 5.0  # where it does not watch: what is late is still told

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """`overdue_s` says for how many seconds too long this has been waited for; 0 while all is in time. `code`
    is the reason that says so."""

    code: str
    overdue_s: Callable[[], float]


class Turns:
    """A loop calls `turn` each time it comes round, at least every `within_s`. Not counted before the first
    turn and after `stop`."""

    def __init__(self, within_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._within_s, self._monotonic = within_s, monotonic
        self._turned_s: float | None = None

    def turn(self) -> None:
        self._turned_s = self._monotonic()

    def stop(self) -> None:
        self._turned_s = None

    def overdue_s(self) -> float:
        turned_s = self._turned_s
        return 0.0 if turned_s is None else max(0.0, self._monotonic() - turned_s - self._within_s)


class Heartbeat:
    """Start with `running()`. `status` is what the manager shows while all is in time."""

    def __init__(self, manager: ServiceManager, due: Sequence[Due], status: str, language: str) -> None:
        self._manager, self._due = manager, due
        self._status, self._language = status, language
        self._late: list[str] = []
        self._stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run, name="heartbeat")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def beat_once(self) -> bool:
        """Beat, unless something is late; tell once each what is late and that nothing is any more."""
        late = [due.code for due in self._due if due.overdue_s() > 0]
        if late != self._late:
            self._late = late
            texts = [message(code, {}, self._language) for code in late]
            self._manager.tell(". ".join(texts) or self._status)
            log.log(40 if late else 20, "results_overdue" if late else "results_in_time", late=late)
        if not late:
            self._manager.beat()
        return not late

    def _run(self) -> None:
        watchdog_s = self._manager.watchdog_s
        every_s = min(watchdog_s / BEATS, LOOK_S) if watchdog_s else LOOK_S
        while not self._stop.wait(every_s):
            self.beat_once()
