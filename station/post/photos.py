"""Photos go to headquarters after the rows that name them, a range at a time, and never before a bag.

A range takes about two seconds at the rate that was measured last; between two of them the poster looks for
bags. What was cut off, by the line or by a restart, goes on at the byte that headquarters says. The budget is
kept in the ledger before bytes leave, so that a restart does not spend a day's twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from random import Random
from typing import Protocol

import structlog

from station.post.client import PhotosMissing
from station.post.photo_pace import LEAST, MOST, Budget, Pace
from station.post.said import HubAnswer, HubUnreachable
from station.store import posted
from station.store.blobs import BlobFault, Blobs
from station.store.engine import Ledger
from station.store.errors import LedgerError
from station.store.posted import PhotosOwed
from station.store.tables import PostLink

AT_ONCE = 20  # photos that headquarters is asked about
LOOK_S, IDLE_S = 60.0, 600.0  # how often it is asked while photos are owed, and while none is
LATER_S, MOST_LATER = 600.0, 500  # photos that headquarters does not take now
MOST_STRIKES = 5
RESERVED = 1_000_000  # of the day's budget, written down at once

log = structlog.get_logger(__name__)


class PhotoHub(Protocol):
    """What photos need of headquarters: `station.post.client.HubClient` has it. Both raise
    HubUnreachable."""

    def missing(self, epoch: str, photos: Mapping[str, int]) -> PhotosMissing: ...

    def put_range(self, epoch: str, sha256: str, start: int, of: int, data: bytes) -> HubAnswer: ...


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """How the photos stand: `days` until all are gone; `waits` is why none goes now: hours, budget,
    unreachable, or the word of headquarters."""

    owed: PhotosOwed = field(default_factory=PhotosOwed)
    days: float | None = None
    waits: str = ""


@dataclass(slots=True)
class _Going:
    sha256: str
    size: int
    start: int
    is_looked_at: bool = False


@dataclass(slots=True)
class _Known:
    """What headquarters said last, and when it was asked."""

    asked_at: float | None = None
    going: list[_Going] = field(default_factory=list)
    wanted: frozenset[str] = frozenset()
    later: dict[str, float] = field(default_factory=dict)
    strikes: dict[str, int] = field(default_factory=dict)


class PhotoPost:
    """One thread calls `turn`; `facts` may be asked from any."""

    def __init__(
        self, ledger: Ledger, blobs: Blobs, hub: PhotoHub, budget: Budget, ticks: Callable[[], float],
        random: Random,
    ) -> None:  # fmt: skip
        self._ledger, self._blobs, self._hub = ledger, blobs, hub
        self._budget, self._ticks = budget, ticks
        self._pace, self._known = Pace(budget, random), _Known()
        self._reserved: tuple[date | None, int] = (None, 0)
        self._acknowledged: dict[str, int] = {}  # the newest bag that headquarters had, by epoch
        self._facts = PhotoFacts()

    def facts(self) -> PhotoFacts:
        return self._facts

    def pause_s(self) -> float:
        """Return how long no range may begin."""
        return max(0.0, self._pace.not_before - self._ticks())

    def turn(self, now: datetime) -> bool:
        """Send one range, where one may go; the caller owes no bag. Return whether more can go at once."""
        try:
            return self._note_new() or (self._may_go(now) and self._go(now))
        except HubUnreachable as error:
            self._wait(error.reason, str(error))
        except LedgerError as error:
            if not error.passing:
                raise
        return False

    def _note_new(self) -> bool:
        with self._ledger.read() as tx:
            has_new = posted.has_new(tx)
        if has_new:
            with self._ledger.write() as tx:
                posted.note_new(tx)
            self._count()
        return has_new

    def _may_go(self, now: datetime) -> bool:
        if self.pause_s() > 0:
            return False
        is_hour = self._budget.is_hour(now)
        if not is_hour:
            self._facts = replace(self._facts, waits="hours")
        return is_hour

    def _go(self, now: datetime) -> bool:
        with self._ledger.read() as tx:
            link = tx.get(PostLink, "hub")
        if link is None:
            return False
        if link.acknowledged < self._acknowledged.get(link.epoch, 0):
            return self._ask_anew()
        self._acknowledged = {link.epoch: link.acknowledged}
        if self._is_time_to_ask():
            return self._ask(link.epoch)
        going = self._known.going
        return bool(going) and self._send(link.epoch, going[0], now)

    def _ask_anew(self) -> bool:
        """Headquarters was restored from a backup, and may have lost photos with its rows."""
        self._acknowledged = {}
        with self._ledger.write() as tx:
            posted.ask_anew(tx, tx.get_one(PostLink, "hub"))
        return True

    def _is_time_to_ask(self) -> bool:
        known, ticks = self._known, self._ticks()
        known.later = {one: until for one, until in known.later.items() if until > ticks}
        owed, apart = self._facts.owed.count, len(known.later)
        if known.asked_at is None or (not known.going and apart < min(owed, MOST_LATER)):
            return True
        return ticks - known.asked_at >= (LOOK_S if owed else IDLE_S)

    def _next(self) -> dict[str, int]:
        with self._ledger.read() as tx:
            rows = posted.next_owed(tx, self._known.wanted, list(self._known.later), AT_ONCE)
            return {row.sha256: row.size for row in rows}

    def _ask(self, epoch: str) -> bool:
        """Ask which of the next ones headquarters lacks. What it wants goes to the front, also what it once
        had."""
        photos = self._next()
        told = self._hub.missing(epoch, photos)
        if told.status != 200:
            self._wait(told.reason)
            return False
        known = self._known
        known.asked_at = self._ticks()
        known.going = [_Going(one, photos[one], told.lacking[one]) for one in photos if one in told.lacking]
        for one in photos.keys() - told.lacking.keys() - told.had:
            self._set_later(one)
        with self._ledger.write() as tx:
            posted.mark(tx, told.had & photos.keys(), posted.HAD)
            posted.owe_again(tx, told.wanted)
        self._count()
        is_new, known.wanted = told.wanted - known.wanted, told.wanted
        if is_new:
            known.asked_at = None  # with these in front
        return bool(known.going or told.had or is_new)

    def _send(self, epoch: str, going: _Going, now: datetime) -> bool:
        room = self._room_today(now)
        size = min(self._pace.size(), going.size - going.start)
        if room < min(size, LEAST):
            self._facts = replace(self._facts, waits="budget")
            return False
        data = self._read(going, min(size, room))
        if data is None:
            return True
        self._reserved = (self._reserved[0], self._reserved[1] - len(data))
        began = self._ticks()
        answer = self._hub.put_range(epoch, going.sha256, going.start, going.size, data)
        self._heard(going, answer, len(data), began)
        return self._ticks() >= self._pace.not_before

    def _heard(self, going: _Going, answer: HubAnswer, size: int, began: float) -> None:
        if answer.status == 200:
            self._pace.sent(size, began, self._ticks())
            going.start = answer.have
            if answer.have >= going.size:
                self._end(going, posted.HAD)
            self._facts = replace(self._facts, waits="")
        elif answer.reason in ("range", "wrong_hash"):
            going.start, going.is_looked_at = answer.have, False
            self._strike(going)
        elif answer.status in (413, 422):
            self._put_off(going, answer.reason)
        else:
            self._wait(answer.reason, answer.detail)

    def _read(self, going: _Going, size: int) -> bytes | None:
        """None: its file is gone or damaged, and headquarters never gets it."""
        try:
            path = self._blobs.path(going.sha256) if going.is_looked_at else self._blobs.whole(going.sha256)
            going.is_looked_at = True
            with path.open("rb") as file:
                file.seek(going.start)
                return file.read(size)
        except (BlobFault, OSError) as error:
            log.warning("photo_lost", sha256=going.sha256, error=str(error))
            self._end(going, posted.LOST)
            return None

    def _end(self, going: _Going, state: str) -> None:
        with self._ledger.write() as tx:
            posted.mark(tx, [going.sha256], state)
        self._known.going.remove(going)
        self._known.strikes.pop(going.sha256, None)
        self._count()

    def _strike(self, going: _Going) -> None:
        strikes = self._known.strikes
        strikes[going.sha256] = strikes.get(going.sha256, 0) + 1
        if strikes[going.sha256] >= MOST_STRIKES:
            del strikes[going.sha256]
            self._put_off(going, "wrong_hash")

    def _put_off(self, going: _Going, why: str) -> None:
        log.warning("photo_put_off", sha256=going.sha256, why=why)
        self._facts = replace(self._facts, waits=why)
        self._known.going.remove(going)
        self._set_later(going.sha256)

    def _set_later(self, sha256: str) -> None:
        self._known.later[sha256] = self._ticks() + LATER_S

    def _wait(self, why: str, detail: str = "") -> None:
        self._pace.failed(self._ticks())
        self._known.asked_at = None  # how far it came is asked anew
        self._known.going = []
        self._facts = replace(self._facts, waits=why)
        log.info("photos_wait", why=why, detail=detail)

    def _room_today(self, now: datetime) -> int:
        """How many bytes may still go today; what is reserved was written down."""
        if self._budget.mb_a_day is None:
            return MOST
        day = now.astimezone(self._budget.zone).date()
        left = self._reserved[1] if self._reserved[0] == day else 0
        if left < LEAST:
            left += self._reserve(day, int(self._budget.mb_a_day * 1_000_000))
        self._reserved = (day, left)
        return left

    def _reserve(self, day: date, most: int) -> int:
        with self._ledger.read() as tx:
            link = tx.get_one(PostLink, "hub")
        spent = link.photo_day_bytes if link.photo_day == day else 0
        taken = max(0, min(RESERVED, most - spent))
        if taken:
            with self._ledger.write() as tx:
                link = tx.get_one(PostLink, "hub")
                link.photo_day, link.photo_day_bytes = day, spent + taken
                tx.add(link)
        return taken

    def _count(self) -> None:
        with self._ledger.read() as tx:
            owed = posted.owing_photos(tx)
        rate = self._pace.rate if self._pace.is_measured else None
        self._facts = replace(self._facts, owed=owed, days=self._budget.days_for(owed.size, rate))
