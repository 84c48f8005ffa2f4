"""Wrong PINs are counted: each further one makes the next attempt wait longer.

The failures of a person at a terminal, of a terminal, and of a person everywhere are counted. One terminal
locks a person at that terminal only: nobody locks a colleague out of another one. Every failure is an audit
row, from which the counts are made again after a restart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from station.store.tables import AuditEvent

FAILED, SIGNED_IN, PIN_CHANGED = "sign_in_failed", "signed_in", "pin_changed"
PASSWORD_CHANGED = "password_changed"

WINDOW = timedelta(hours=24)  # older failures are forgotten
OF_PAIR, OF_TERMINAL, OF_PERSON = 5, 10, 10  # so many are free
FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
MOST = 5000  # failures in memory; each one costs its sender a wait
ROWS = 20_000  # newest audit rows that a restart looks through

Pair = tuple[str | None, str | None]  # terminal (None: the admin token), person (None: no such name)


@dataclass(frozen=True, slots=True)
class Failure:
    at: datetime
    pair: Pair


class PinLocks:
    """Who must wait how long. Not thread-safe."""

    def __init__(self) -> None:
        self._failures: list[Failure] = []

    def wait(self, pair: Pair, now: datetime) -> timedelta:
        """How long this person must wait at this terminal before the next attempt. A failure from the future
        (the clock jumped back) counts no more than an old one."""
        recent = [one for one in self._failures if timedelta(0) <= now - one.at < WINDOW]
        terminal, person = pair
        here = [one for one in recent if one.pair == pair]
        at_terminal = [one for one in recent if one.pair[0] == terminal]
        ends = [_end(here, OF_PAIR), _end(at_terminal, OF_TERMINAL)]
        if person is not None:
            ends.append(_end(_of_person(recent, person), OF_PERSON))
        return max((end - now for end in ends if end is not None), default=timedelta(0))

    def fail(self, pair: Pair, at: datetime) -> None:
        self._failures = [*self._failures[1 - MOST :], Failure(at, pair)]

    def succeed(self, pair: Pair) -> None:
        """This person's failures at this terminal were slips; another person's there still count."""
        self._failures = [one for one in self._failures if one.pair != pair]

    def forgive(self, person: str) -> None:
        """A new PIN was given: what was tried with the old one counts no more."""
        self._failures = [one for one in self._failures if one.pair[1] != person]


def _of_person(failures: Iterable[Failure], person: str) -> list[Failure]:
    """The person's failures everywhere, of each terminal at most so many as lock the person there."""
    counted: dict[str | None, int] = {}
    found = []
    for one in failures:
        terminal = one.pair[0]
        if one.pair[1] == person and counted.get(terminal, 0) < OF_PAIR:
            counted[terminal] = counted.get(terminal, 0) + 1
            found.append(one)
    return found


def _end(failures: list[Failure], free: int) -> datetime | None:
    if len(failures) < free:
        return None
    doublings: int = min(len(failures) - free, 10)
    return failures[-1].at + min(FIRST * (1 << doublings), LONGEST)


def recorded_locks(tx: Session) -> PinLocks:
    """The locks as the newest audit rows leave them."""
    locks = PinLocks()
    newest = select(AuditEvent.seq).order_by(col(AuditEvent.seq).desc()).offset(ROWS).limit(1)
    since = tx.exec(newest).first() or 0
    # An act that bears a person's name but no terminal was done with a PIN beside the admin token.
    by_pin = col(AuditEvent.terminal).is_(None) & col(AuditEvent.by).is_not(None)
    kinds = col(AuditEvent.kind).in_((FAILED, SIGNED_IN, PIN_CHANGED, PASSWORD_CHANGED))
    query = select(AuditEvent).where(col(AuditEvent.seq) > since, or_(kinds, by_pin))
    for row in tx.exec(query.order_by(col(AuditEvent.seq))):
        if row.kind == FAILED:
            locks.fail((row.terminal, row.subject_id), row.at)
        elif row.kind == SIGNED_IN:
            locks.succeed((row.terminal, row.subject_id))
        elif row.kind in (PIN_CHANGED, PASSWORD_CHANGED) and row.subject_id:
            locks.forgive(row.subject_id)
        elif row.by is not None:
            locks.succeed((None, row.by))
    return locks
