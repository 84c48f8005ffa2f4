"""The station's poster: it seals what changed and sends what is sealed; nothing of the station waits for it.

It wakes with every commit and with a timer. After a failed try it waits longer and longer, a minute at most,
each time by chance a little more or less, so that many stations do not come at the same instant.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Any, Protocol

import structlog
from sqlmodel import col, func, select

from station import release
from station.post import identity, sealing
from station.post.box import this_box
from station.post.client import HubClient
from station.post.folder import NAME, BagFolder
from station.post.photo_pace import Budget
from station.post.photos import PhotoPost
from station.post.proof import Question, question_of, send_proofs
from station.post.said import HubAnswer, HubUnreachable, cursor_in
from station.post.sending import HubRefuses, Met, meet, owing, send_one
from station.runtime.live import PostFacts
from station.store import counters, schema
from station.store.blobs import Blobs
from station.store.engine import Ledger
from station.store.errors import LedgerError
from station.store.post import go_on
from station.store.posted import owing_photos
from station.store.tables import AuditEvent, Bag, PostLink

TICK_S, ALIVE_S = 2.0, 60.0
SHORTEST_S, LONGEST_S = 1.0, 60.0
LONGEST_HOLD_S = 600.0  # that acts wait for what may come back

log = structlog.get_logger(__name__)


class Hub(Protocol):
    """What the poster needs of headquarters: `station.post.client.HubClient` has it. All raise
    HubUnreachable."""

    def send(self, epoch: str, number: int, facts: bytes, people: bytes | None) -> HubAnswer: ...

    def alive(self, epoch: str, count: int, told: Mapping[str, Any]) -> Mapping[str, Any]: ...

    def prove(self, epoch: str, number: int, proof: bytes) -> int: ...


class Poster:
    """Start with `running()`. `facts` may be asked from any thread."""

    def __init__(
        self, ledger: Ledger, folder: BagFolder, hub: Hub, clock: Callable[[], datetime],
        tell: Callable[[], Mapping[str, Any]], random: Random, photos: PhotoPost | None = None,
    ) -> None:  # fmt: skip
        self._photos = photos
        self._ledger, self._folder, self._hub, self._clock = ledger, folder, hub, clock
        self._tell, self._random = tell, random
        self._wake, self._stop = threading.Event(), threading.Event()
        self._facts = PostFacts()
        self._changed_since: datetime | None = None
        self._retry_at: datetime | None = None
        self._alive_at: datetime | None = None
        self._failures = 0
        self._question: Question | None = None
        self._began_at = clock()
        self._is_first = True  # no act was taken yet since the start

    def facts(self) -> PostFacts:
        return self._facts

    @contextmanager
    def running(self) -> Iterator[None]:
        forget = self._ledger.on_commit(self._wake.set)
        thread = threading.Thread(target=self._run, name="poster")
        thread.start()
        try:
            yield
        finally:
            forget()
            self._stop.set()
            self._wake.set()
            thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stop.is_set():
            pause_s = self._photos.pause_s() if self._photos else 0.0
            self._wake.wait(min(TICK_S, pause_s) or TICK_S)
            self._wake.clear()
            self.turn()

    def turn(self) -> None:
        """Say that the station is alive, seal if it is time, send what is owed. Only a damaged ledger ends
        it: whatever else goes wrong is told and tried again."""
        now = self._clock()
        self._say_alive(now)  # first: a backlog may take hours, and the answer tells of a restore
        self._seal(now)
        self._send(now)
        with self._ledger.read() as tx:
            owed, link = owing(tx), tx.get(PostLink, "hub")
        if owed is not None and link is not None:
            self._facts = replace(
                self._facts, bags=owed.bags, changes=owed.changes, oldest_at=owed.oldest_at,
                recovers=link.recovers,
            )  # fmt: skip
            if self._photos and not owed.bags and not self._stop.is_set() and self._photos.turn(now):
                self._wake.set()  # what is committed meanwhile goes before the next range

    def _seal(self, now: datetime) -> None:
        with self._ledger.read() as tx:
            found = sealing.owed(tx)
        if not found.changes:
            self._changed_since = None
        elif self._changed_since is None:
            self._changed_since = now
        if not self._is_due(found, now):
            return
        try:
            sealing.seal_one(self._ledger, self._folder, now, self._question)
        except OSError as error:
            self._facts = replace(self._facts, full=str(error))
            log.warning("bag_not_sealed", error=str(error))
        except LedgerError as error:
            if not error.passing:
                raise
            self._facts = replace(self._facts, full=str(error))
        else:
            self._changed_since = self._question = None
            self._facts = replace(self._facts, full="")

    def _is_due(self, found: sealing.Owed, now: datetime) -> bool:
        if found.has_ticket or found.changes >= sealing.SEAL_CHANGES or found.is_asked or self._question:
            return True
        since = self._changed_since
        return since is not None and now - since >= timedelta(seconds=sealing.SEAL_AFTER_S)

    def _send(self, now: datetime) -> None:
        if self._is_early(now):
            return
        try:
            while not self._stop.is_set() and send_one(self._ledger, self._folder, self._hub.send, now):
                self._facts = replace(self._facts, refused="", unreachable="", heard_at=now)
                self._failures, self._retry_at = 0, None
                self._say_alive(self._clock())
            send_proofs(self._ledger, self._folder, self._hub.prove)
        except HubUnreachable as error:
            self._wait(now, unreachable=str(error))
        except HubRefuses as error:
            self._wait(now, refused=error.answer.reason)
        except OSError as error:
            log.warning("bag_not_read", error=str(error))
            self._wait(now, refused="bag_lost")

    def _is_early(self, now: datetime) -> bool:
        """The clock may have jumped: a wait that lies far ahead is over."""
        left = self._retry_at - now if self._retry_at else timedelta()
        return timedelta() < left <= timedelta(seconds=2 * LONGEST_S)

    def _wait(self, now: datetime, *, refused: str = "", unreachable: str = "") -> None:
        self._failures += 1
        seconds = min(LONGEST_S, SHORTEST_S * 2 ** min(self._failures, 10)) * self._random.uniform(0.5, 1.0)
        self._retry_at = now + timedelta(seconds=seconds)
        self._facts = replace(self._facts, refused=refused, unreachable=unreachable)

    def _say_alive(self, now: datetime) -> None:
        before = self._alive_at
        if before is not None and timedelta() <= now - before < timedelta(seconds=ALIVE_S):
            return
        self._alive_at = now
        told = dict(self._tell())
        if self._photos is not None:
            told |= {"photo_days": self._photos.facts().days, "photos_wait": self._photos.facts().waits}
        try:
            with self._ledger.write() as tx:
                link, count = tx.get(PostLink, "hub"), counters.draw(tx, counters.WORD)
            if link is not None:
                said = self._hub.alive(link.epoch, count, told)
                self._ask_back(said)
                self._facts = replace(self._facts, heard_at=now)
                self._meet(cursor_in(said), now, is_restored=bool(link.recovers))
                if now - self._began_at >= timedelta(seconds=LONGEST_HOLD_S):
                    self._go_on()
        except HubUnreachable:
            self._is_first = False
            self._go_on()
        except LedgerError as error:
            if not error.passing:
                raise

    def _meet(self, hub: HubAnswer | None, now: datetime, *, is_restored: bool) -> None:
        """Compare the last bag that headquarters has with what was sealed here."""
        if hub is None or not (hub.have or is_restored):
            return
        met = meet(self._ledger, self._folder, hub, now, holds=self._is_first)
        self._is_first = False
        if met is Met.LACKS:
            log.warning("ledger_restored", hub_epoch=hub.epoch, hub_have=hub.have)

    def _go_on(self) -> None:
        """Acts wait no longer for what may come back: trucks never stand still for long."""
        with self._ledger.write() as tx:
            go_on(tx)

    def _ask_back(self, told: Mapping[str, Any]) -> None:
        """The next bag goes with a proof, where headquarters asks for one that is not under way."""
        question = question_of(told.get("prove"))
        if question is not None and not self._folder.proof(question.id).exists():
            self._question = question


def poster_of(
    ledger: Ledger, clock: Callable[[], datetime], blobs: Blobs | None = None, budget: Budget | None = None
) -> Poster | None:
    """Return the poster of an enrolled station, None for one that no headquarters hears of. Without `blobs`
    it sends no photos."""
    with ledger.read() as tx:
        link = tx.get(PostLink, "hub")
    key = identity.read_key(ledger.folder) if link else None
    if link is None or key is None:
        return None
    folder = BagFolder(ledger.folder / NAME)
    with ledger.read() as tx:
        newest = tx.exec(select(func.max(Bag.number)).where(Bag.epoch == link.epoch)).one()
    folder.sweep(link.epoch, newest or 0)
    hub = HubClient(link.urls, link.station, key)
    photos = PhotoPost(ledger, blobs, hub, budget or Budget(), monotonic, Random()) if blobs else None
    return Poster(ledger, folder, hub, clock, lambda: _word(ledger, clock), Random(), photos)


def _word(ledger: Ledger, clock: Callable[[], datetime]) -> dict[str, Any]:
    """What the station says of itself each minute."""
    with ledger.read() as tx:
        owed, photos = owing(tx), owing_photos(tx)
        last = tx.exec(
            select(AuditEvent.seq, AuditEvent.hash).order_by(col(AuditEvent.seq).desc()).limit(1)
        ).first()
    return {
        "at": clock().isoformat(),
        "owed": owed.bags if owed else 0,
        "changes": owed.changes if owed else 0,
        "oldest_at": owed.oldest_at.isoformat() if owed and owed.oldest_at else None,
        "photos_owed": photos.count,
        "photo_bytes_owed": photos.size,
        "oldest_photo_at": photos.oldest_at.isoformat() if photos.oldest_at else None,
        "audit": list(last) if last else None,
        "box": this_box(),
        "release": release.release(),
        "revision": release.revision(),
        "schema": schema.head(),
    }
