"""The station's clock: what time it is, whether that can be believed, and who said so.

Station time follows the machine's clock while there is no reason to doubt it (`doubt_of`). In doubt it goes
on from the last record, which is never too late a time, until a person states the time or the machine's clock
is right again. It never goes back behind what was recorded undoubted, unless a person repairs it: a small
lead heals at half speed, a large one stays and is told.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

NOTICEABLE = timedelta(seconds=2)
SLACK = timedelta(minutes=1)  # what a ticket shows; a smaller lag heals before anybody can read it
HEALS = timedelta(hours=1)  # a larger lead is no small correction: half speed would take too long
BEYOND = timedelta(days=60)
AGREES = timedelta(minutes=10)  # between the machine's clock and a person's watch
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # no station was made before


class Doubt(StrEnum):
    """Why the time cannot be believed. The kernel vouches for its clock in the last case only."""

    BEHIND = "behind"  # the machine's clock lies before the last record
    BEYOND = "beyond"  # or more than `BEYOND` after it
    RECORDS_AHEAD = "records_ahead"  # the machine's clock is right, the records lie in its future


def doubt_of(wall: datetime, recorded: datetime, *, is_synchronised: bool) -> Doubt | None:
    """Judge the machine's clock by the time of the last record."""
    if wall < recorded - SLACK:
        return Doubt.RECORDS_AHEAD if is_synchronised else Doubt.BEHIND
    if wall > recorded + BEYOND and not is_synchronised:
        return Doubt.BEYOND
    return None


@dataclass(frozen=True, slots=True)
class Tail:
    """A person said that it was `stated` when the ticks were `tick`, or has repaired the clock. It was
    `floor` at the least then; what is recorded since stands on the person's word. `stated` None: nobody
    knows any more how long ago it was said."""

    stated: datetime | None
    floor: datetime
    tick: float

    @property
    def begins(self) -> datetime:
        """Station time after this was said."""
        return max(self.floor, self.stated) if self.stated else self.floor

    def stated_at(self, tick: float) -> datetime | None:
        """What it is by now."""
        return self.stated + timedelta(seconds=max(0.0, tick - self.tick)) if self.stated else None


@dataclass(frozen=True, slots=True)
class ClockStanding:
    """`now` is station time, `wall` the machine's, `stated` what the person's word makes of now.
    `is_synchronised` None: the kernel does not say."""

    now: datetime
    wall: datetime
    is_synchronised: bool | None
    doubt: Doubt | None
    stated: datetime | None

    @property
    def asks(self) -> bool:
        """A person should look at a watch."""
        return self.doubt in (Doubt.BEHIND, Doubt.BEYOND) and self.stated is None

    @property
    def needs_repair(self) -> bool:
        """The records lie so far ahead of what is known to be right that time cannot follow."""
        right = self.wall if self.doubt == Doubt.RECORDS_AHEAD else self.stated
        return right is not None and self.now - right > HEALS


def now_by_machine() -> datetime:
    return datetime.now(UTC)


class StationClock:
    """Call it for the time, aware UTC. `wall` gives the machine's time, `ticks` steady seconds and
    `synchronised` what the kernel says of its clock. `not_before` is when the last event was recorded; `tail`
    says which word of a person that stands on."""

    def __init__(
        self,
        *,
        wall: Callable[[], datetime] = now_by_machine,
        ticks: Callable[[], float] = time.monotonic,
        synchronised: Callable[[], bool | None] = lambda: True,
        not_before: datetime | None = None,
        tail: Tail | None = None,
    ) -> None:
        self._wall = wall
        self._ticks = ticks
        self._synchronised = synchronised
        self._lock = threading.Lock()
        self._tail = tail
        self._last_tick = ticks()
        self._last = not_before or max(wall(), EARLIEST)
        self._advance()

    def __call__(self) -> datetime:
        with self._lock:
            return self._advance()

    def standing(self) -> ClockStanding:
        with self._lock:
            now, wall, tick = self._advance(), self._wall(), self._last_tick
            stated = self._tail.stated_at(tick) if self._tail else None
            return ClockStanding(now, wall, self._synchronised(), self._doubt(wall, tick, now), stated)

    def ahead(self) -> timedelta:
        """How far station time is ahead of the machine's clock; over NOTICEABLE one of them is wrong."""
        now = self()
        return max(timedelta(0), now - self._wall())

    @property
    def rests_on_word(self) -> bool:
        """What was recorded last stands on a person's word, not on the machine's clock."""
        return self._tail is not None

    # --- what a person says -------------------------------------------------------------------------------
    def stated(self, at: datetime) -> Tail:
        """What a person's word would make of the time; `follow` does it, once it is recorded."""
        with self._lock:
            now, tick = self._advance(), self._last_tick
            floor = self._tail.floor if self._tail else now
            return Tail(at, floor, tick)

    def doubted(self) -> Tail:
        """How it goes on in doubt: what was recorded so far is the floor, but for what stands on a word."""
        with self._lock:
            now, tick = self._advance(), self._last_tick
            return Tail(None, self._tail.floor if self._tail else now, tick)

    def trusted(self) -> Tail:
        """How `trust` would go on."""
        with self._lock:
            return self._trusted()

    def repaired(self, to: datetime | None) -> Tail:
        """As `stated`, but records in the future bind it no more. None: the machine's clock is right."""
        with self._lock:
            return Tail(to, to or self._wall(), self._ticks())

    def follow(self, tail: Tail) -> None:
        """Go by a person's word from now on; it may take time back to the tail's floor."""
        with self._lock:
            self._tail = tail
            self._last, self._last_tick = tail.floor, tail.tick
            self._advance()

    def trust(self) -> None:
        """Go by the machine's clock again; it may take time back to the tail's floor."""
        with self._lock:
            after = self._trusted()
            self._last, self._last_tick, self._tail = after.floor, after.tick, None

    # --- under the lock -----------------------------------------------------------------------------------
    def _trusted(self) -> Tail:
        now, tick = self._advance(), self._last_tick
        return Tail(None, max(self._wall(), self._tail.floor if self._tail else now), tick)

    def _advance(self) -> datetime:
        wall, tick = self._wall(), self._ticks()
        passed = timedelta(seconds=max(0.0, tick - self._last_tick))
        target = self._tail.stated_at(tick) if self._tail else None
        if target is None and self._doubt(wall, tick, self._last + passed) != Doubt.BEYOND:
            target = wall
        self._last, self._last_tick = _towards(target, self._last, passed), tick
        return self._last

    def _doubt(self, wall: datetime, tick: float, reached: datetime) -> Doubt | None:
        if self._tail is None:
            return doubt_of(wall, reached, is_synchronised=self._synchronised() is True)
        floor, stated = self._tail.floor, self._tail.stated_at(tick)
        if self._synchronised() is True:
            return doubt_of(wall, floor, is_synchronised=True)
        if stated is None:
            return doubt_of(wall, reached, is_synchronised=False)
        if abs(wall - stated) <= AGREES and wall >= floor - SLACK:
            return None
        return Doubt.BEYOND if wall > stated else Doubt.BEHIND


def _towards(target: datetime | None, last: datetime, passed: timedelta) -> datetime:
    """The next time after `last`: never an earlier one, and the target's as soon as may be."""
    if target is None or last - target > HEALS:
        return last + passed
    return max(target, last + passed / 2) if target < last else target


def scaled(start: datetime, speed: float, ticks: Callable[[], float] = time.monotonic) -> StationClock:
    """A simulated site's clock: begins at `start` and runs `speed` times as fast as real time."""
    begin = ticks()

    def scaled_ticks() -> float:
        return (ticks() - begin) * speed

    return StationClock(
        wall=lambda: start + timedelta(seconds=scaled_ticks()), ticks=scaled_ticks, not_before=start
    )
