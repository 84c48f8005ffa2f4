"""What the pages show is worked out in a process of its own, at the lowest priority, and written here a few
results at a time: a truck never waits for a page.

It is looked at every few seconds whether a laboratory's file came, which is worked out at once; everything
else waits until five minutes have passed and something was recorded since.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import structlog
from sqlalchemy import func
from sqlmodel import select

from station.acts.desk import Desk
from station.lab.pages.asking import AT_ONCE, Made, Wanted, newest, wanted_as_json, write_new
from station.receival.packs.pack_standing import standings
from station.store.engine import Ledger
from station.store.stored import Renewed, digests, forget, renew
from station.store.tables import AuditEvent, LabFile

EVERY_S = 300.0
LOOK_S = 5.0
LONGEST_S = 900.0  # a child that takes longer is ended, and the next one goes on from what was written

log = structlog.get_logger(__name__)


class ChildFailed(Exception):
    """The process that works results out ended without a result."""


def wanted_of(desk: Desk, now: datetime) -> Wanted:
    """Return what the site wants its pages to say."""
    watching = desk.watching
    with desk.ledger.read() as tx:
        texts = tuple(one.record.text for one in standings(tx).values() if one.is_installed)
    return Wanted(
        now, desk.policy.campaign, {str(name): value for name, value in watching.tolerance.items()},
        {str(name): value for name, value in watching.permitted.items()}, watching.citation,
        watching.control_every_days, texts,
    )  # fmt: skip


def renew_here(desk: Desk, now: datetime) -> int:
    """Work all results out in this process and write them; return how many are new."""
    from station.lab.pages.making import make  # noqa: PLC0415 - the station starts without numpy

    read = desk.ledger.read
    return _write(desk.ledger, newest(read), make(read, wanted_of(desk, now)), now)


def command(file: Path) -> list[str]:
    return [sys.executable, "-m", "station.lab.pages", str(file)]


def lowest_priority(file: Path) -> list[str]:
    """Return the command of a child that leaves the processor to whoever wants it."""
    return ["nice", "-n", "19", *command(file)]


@dataclass(slots=True)
class Renewal:
    """`step` is called often and by one thread; `stop` from any."""

    desk: Desk
    clock: Callable[[], datetime]
    ticks: Callable[[], float] = time.monotonic
    command: Callable[[Path], Sequence[str]] = lowest_priority
    _tried: tuple[int, int, str] | None = field(default=None, init=False)
    _done: tuple[int, int, str] | None = field(default=None, init=False)
    _last: float = field(default=float("-inf"), init=False)
    _child: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _stopped: threading.Event = field(default_factory=threading.Event, init=False)

    def step(self) -> None:
        """Renew the results where that is due. A child that fails is told in the log, and tried again."""
        now = self.clock()
        seen = self._look(now)
        if self._stopped.is_set() or not self._is_due(seen):
            return
        self._tried, self._last = seen, self.ticks()
        try:
            count = self.renew(now)
        except ChildFailed as error:
            if not self._stopped.is_set():
                log.error("results_failed", why=str(error))
            return
        self._done = seen
        log.info("results_renewed", count=count, seconds=round(self.ticks() - self._last, 1))

    def renew(self, now: datetime) -> int:
        """Have the results worked out, and write those that are new; return how many. Raises ChildFailed."""
        wanted = wanted_of(self.desk, now)
        ledger = self.desk.ledger
        with subprocess.Popen(
            list(self.command(ledger.file)), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as child:
            self._child = child
            timer = threading.Timer(LONGEST_S, child.kill)
            timer.start()
            try:
                if self._stopped.is_set():
                    child.kill()
                lines = _lines(child, wanted)
                count = _write(ledger, next(lines), lines, now)
            except (OSError, StopIteration, ValueError, KeyError) as error:
                raise ChildFailed(f"{type(error).__name__}: {error}") from error
            finally:
                timer.cancel()
                child.kill()
                self._child = None
        return count

    def stop(self) -> None:
        self._stopped.set()
        if (child := self._child) is not None:
            child.kill()

    def _look(self, now: datetime) -> tuple[int, int, str]:
        """Return what tells of anything new: the newest laboratory's file, the newest event, the day."""
        with self.desk.ledger.read() as tx:
            file = tx.exec(select(func.max(LabFile.seq))).one() or 0
            event = tx.exec(select(func.max(AuditEvent.seq))).one() or 0
        return file, event, now.date().isoformat()

    def _is_due(self, seen: tuple[int, int, str]) -> bool:
        if self._tried is None or seen[0] != self._tried[0]:
            return True
        return seen != self._done and self.ticks() - self._last >= EVERY_S


def _lines(child: "subprocess.Popen[bytes]", wanted: Wanted) -> Iterator[Any]:
    """Yield the newest measurement's number, then each question as the child tells it."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(wanted_as_json(wanted))
    child.stdin.close()
    while line := child.stdout.readline():
        told = json.loads(line)
        if "done" in told:
            return
        if "up_to" in told:
            yield int(told["up_to"])
        else:
            yield _made(told, child.stdout)
    raise ChildFailed("its results end in the middle")


def _made(told: dict[str, Any], source: IO[bytes]) -> Made:
    key = (told["page"], told["asked"])
    if told["size"] < 0:
        return Made(key, None)
    data = source.read(told["size"])
    if len(data) != told["size"]:
        raise ChildFailed("a result ends in the middle")
    return Made(key, Renewed(*key, told["n"], told["made_from"], data))


def _write(ledger: Ledger, newest: int, made: Iterator[Made], now: datetime) -> int:
    """Write new results; in the end forget what is asked no more."""

    def write(some: Sequence[Renewed]) -> None:
        with ledger.write() as tx:
            renew(tx, some, newest, now)

    asked, count = write_new(made, write)
    with ledger.read() as tx:
        gone = [key for key in digests(tx) if key not in asked]
    for first in range(0, len(gone), AT_ONCE):
        with ledger.write() as tx:
            forget(tx, gone[first : first + AT_ONCE])
    return count
