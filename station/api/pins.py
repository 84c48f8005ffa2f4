"""PINs and passwords are checked one after the other in a thread of their own: a check costs 64 MB and a
tenth of a second.

A terminal has one attempt at a time, and few wait in all; whoever would wait longer, or is locked, is told so
at once. No other request is held up, and no terminal by another.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from math import ceil
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from station.acts.refusals import Fault, NotAllowed
from station.api.asked import Inquiry
from station.api.problems import ApiFault, Rejected
from station.receival.persons import people
from station.receival.persons.pin_locks import Pair, PinLocks, recorded_locks

First = TypeVar("First")
Result = TypeVar("Result")

MOST_AT_ONCE = 8
SOON_S = 1


class Turnstile:
    """Lets slow checks through one by one, in a thread of its own: one of each place, and few in all."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "pins")
        self._lock = threading.Lock()
        self._busy: set[str | None] = set()

    async def attempt(
        self, place: str | None, first: Callable[[], First], then: Callable[[First], Result]
    ) -> Result:
        """What `then` makes of what `first` found, which is quick and waits for nobody. Raises Rejected(429)
        where too many wait."""
        self._begin(place)
        try:
            known = await run_in_threadpool(first)
            work = self._thread.submit(then, known)
        except BaseException:
            self._end(place)
            raise
        work.add_done_callback(lambda _: self._end(place))
        return await asyncio.wrap_future(work)

    async def run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.wrap_future(self._thread.submit(work))

    def _begin(self, place: str | None) -> None:
        with self._lock:
            if place in self._busy or len(self._busy) >= MOST_AT_ONCE:
                raise Rejected(429, ApiFault.TOO_MANY_AT_ONCE, seconds=SOON_S)
            self._busy.add(place)

    def _end(self, place: str | None) -> None:
        with self._lock:
            self._busy.discard(place)


class PinDesk:
    """One for each application. `attempt` checks a PIN, `run` does what else needs its thread."""

    def __init__(self) -> None:
        self._turnstile = Turnstile()
        self._lock = threading.Lock()
        self._locks: PinLocks | None = None

    async def attempt(
        self, asked: Inquiry, terminal_id: str | None, name: str, check: Callable[[], Result]
    ) -> Result:
        """What `check` gives, which raises NotAllowed(wrong_pin, wrong_password). Raises Rejected(429)
        where it must wait."""
        return await self._turnstile.attempt(
            terminal_id,
            lambda: self._require_unlocked(asked, terminal_id, name),
            lambda pair: self._check(asked, pair, check),
        )

    async def run(self, work: Callable[[], Result]) -> Result:
        """What an installer does that hashes a PIN."""
        return await self._turnstile.run(work)

    def forgive(self, asked: Inquiry, person_id: str) -> None:
        with self._lock:
            self._known(asked).forgive(person_id)

    def _require_unlocked(self, asked: Inquiry, terminal_id: str | None, name: str) -> Pair:
        pair = terminal_id, people.person_id_of(asked.desk, name)
        with self._lock:
            wait = self._known(asked).wait(pair, asked.now())
        if wait > timedelta(0):
            raise Rejected(429, ApiFault.TOO_MANY_ATTEMPTS, seconds=ceil(wait.total_seconds()))
        return pair

    def _check(self, asked: Inquiry, pair: Pair, check: Callable[[], Result]) -> Result:
        try:
            result = check()
        except NotAllowed as refusal:
            if refusal.code in (Fault.WRONG_PIN, Fault.WRONG_PASSWORD):
                with self._lock:
                    self._known(asked).fail(pair, asked.now())
            raise
        with self._lock:
            self._known(asked).succeed(pair)
        return result

    def _known(self, asked: Inquiry) -> PinLocks:
        """Read from the ledger at the first attempt after a start."""
        if self._locks is None:
            with asked.desk.ledger.read() as tx:
                self._locks = recorded_locks(tx)
        return self._locks
