"""Keeps the station's clock and what is recorded of it together: first the ledger, then the clock."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from station.acts.desk import Actor, Desk
from station.clock import ClockStanding, StationClock, Tail
from station.receival.clocks import clock_acts
from station.store import queries
from station.store.tables import ClockAct

log = structlog.get_logger(__name__)


class Timekeeper:
    """`boot` names this run of the machine: a word of a person is good for as long as it lasts."""

    def __init__(self, desk: Desk, clock: StationClock, boot: str = "") -> None:
        self._desk = desk
        self._clock = clock
        self._boot = boot
        self._lock = threading.Lock()

    def standing(self) -> ClockStanding:
        return self._clock.standing()

    def look(self) -> None:
        """Records that the clock is doubted, or is right again, where it was not so before."""
        with self._lock:
            standing = self._clock.standing()
            with self._desk.ledger.read() as tx:
                newest = queries.newest_clock_act(tx)
            if standing.doubt is not None:
                if _is_news(standing, newest):
                    tail = self._clock.doubted()
                    self._record("doubted", standing, tail, is_confirmed=False)
            elif self._clock.rests_on_word or (newest is not None and not newest.is_confirmed):
                tail = self._clock.trusted()
                held = self._held(newest, tail.tick) or standing.now
                self._record("confirmed", replace(standing, now=held), tail, is_confirmed=True)
                self._clock.trust()

    def _held(self, newest: ClockAct | None, tick: float) -> datetime | None:
        """What time it was until the machine's clock was right again: station time has followed it at once.
        None where a person's word says it, or another boot has passed."""
        is_ours = newest is not None and newest.boot == self._boot and newest.kind == "doubted"
        if newest is None or not is_ours or self._clock.rests_on_word:
            return None
        return newest.at + timedelta(seconds=max(0.0, tick - newest.ticks))

    def state(self, stated: datetime, actor: Actor, *, is_sure: bool = False) -> None:
        """Goes by what a person has read on a watch. Raises Invalid or Conflict."""
        with self._lock:
            standing = self._clock.standing()
            clock_acts.check_stated(standing, stated, is_sure=is_sure)
            tail = self._clock.stated(stated)
            self._record("stated", standing, tail, is_confirmed=False, actor=actor)
            self._clock.follow(tail)
        self.look()

    def repair(self, to: datetime | None, why: str, actor: Actor) -> None:
        """Ends a wrong floor: records in the future bind the clock no more. Raises Invalid or Conflict."""
        with self._lock:
            standing = self._clock.standing()
            clock_acts.check_repair(standing, to)
            tail = self._clock.repaired(to)
            self._record("repaired", standing, tail, is_confirmed=to is None, actor=actor, why=why)
            self._clock.follow(tail)
            if to is None:
                self._clock.trust()
        self.look()

    def _record(
        self, kind: str, standing: ClockStanding, tail: Tail, *, is_confirmed: bool,
        actor: Actor | None = None, why: str = "",
    ) -> None:  # fmt: skip
        row = clock_acts.record(
            self._desk, kind, standing, tail, self._boot, is_confirmed=is_confirmed, actor=actor, why=why
        )
        log.warning(f"clock_{kind}", at=row.at.isoformat(), wall=row.wall_at.isoformat(), doubt=row.doubt)


def _is_news(standing: ClockStanding, newest: ClockAct | None) -> bool:
    """The ledger says something else: that times are confirmed, or that a lost word still holds."""
    if newest is None or newest.is_confirmed:
        return True
    return standing.stated is None and newest.stated_at is not None
