"""The station's poster: it seals what changed and sends what is sealed; nothing of the station waits for it.

It wakes with every commit and with a timer. After a failed try it waits longer and longer, a minute at most,
each time by chance a little more or less, so that many stations do not come at the same instant.
"""

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Any, Protocol

import structlog
from sqlmodel import func, select

from station.post import hub_release, identity, keeping, sealing, standing
from station.post.client import HubClient
from station.post.folder import NAME, BagFolder
from station.post.photo_pace import Budget
from station.post.photos import PhotoPost
from station.post.proof import Question, question_of, send_proofs
from station.post.said import HubAnswer, HubUnreachable, cursor_in
from station.post.sending import HubRefuses, Met, meet, owing, send_one
from station.post.standing import PostStanding
from station.runtime.live import PostFacts
from station.runtime.word import Place, word_of
from station.store import counters
from station.store.blobs import Blobs
from station.store.engine import Ledger
from station.store.errors import LedgerError
from station.store.post import go_on
from station.store.posted import owing_photos
from station.store.tables import Bag, PostLink

TICK_S, ALIVE_S = 2.0, 60.0
SHORTEST_S, LONGEST_S = 1.0, 60.0
KEEP_EVERY, ROOM_EVERY = timedelta(minutes=10), timedelta(minutes=2)
_UNWELCOME = frozenset({"revoked", "unknown_station", "wrong_signature"})
LONGEST_HOLD_S = 600.0  # that acts wait for what may come back

log = structlog.get_logger(__name__)


class Hub(Protocol):
    """What the poster needs of headquarters: `station.post.client.HubClient` has it. All raise
    HubUnreachable."""

    def send(self, epoch: str, number: int, facts: bytes, people: bytes | None) -> HubAnswer: ...

    def alive(self, epoch: str, count: int, told: Mapping[str, Any]) -> Mapping[str, Any]: ...

    def prove(self, epoch: str, number: int, proof: bytes) -> int: ...


class Poster:
    """Start with `running()`. `facts` may be asked from any thread. `compares_clocks`: station time is no
    simulation's."""

    def __init__(
        self, ledger: Ledger, folder: BagFolder, hub: Hub, clock: Callable[[], datetime],
        tell: Callable[[], Mapping[str, Any]], random: Random, photos: PhotoPost | None = None,
        *, compares_clocks: bool = True,
    ) -> None:  # fmt: skip
        self._photos = photos
        self._ledger, self._folder, self._hub, self._clock = ledger, folder, hub, clock
        self._tell, self._random = tell, random
        self._series: Callable[[], Mapping[str, float]] = dict
        self._wake, self._stop = threading.Event(), threading.Event()
        self._compares_clocks = compares_clocks
        self._standing = standing.standing_of(ledger.folder)
        self._said = PostStanding()
        self._kept_at: datetime | None = None
        self._room_at: datetime | None = None
        self._a_day, self._photo_bytes = 0.0, 0
        self._refused = ""  # why the ledger took nothing in the last turn
        self._facts = PostFacts(refused=self._standing.reason, full=self._standing.full)
        self._changed_since: datetime | None = None
        self._retry_at: datetime | None = None
        self._alive_at: datetime | None = None
        self._failures = 0
        self._question: Question | None = None
        self._began_at = clock()
        self._is_first = True  # no act was taken yet since the start

    def facts(self) -> PostFacts:
        return self._facts

    def tells(self, series: Callable[[], Mapping[str, float]]) -> None:
        """Have these numbers of the station with each word."""
        self._series = series

    def prune(self) -> None:
        """Remove bags that nobody may ask for any more; called from any thread, some times a day."""
        try:
            with self._ledger.read() as tx:
                gone = keeping.prune(tx, self._folder, self._clock())
        except OSError as error:
            log.warning("bags_not_pruned", error=str(error))
            return
        if gone:
            log.info("bags_pruned", count=gone)

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
        steps = (self._say_alive, self._seal, self._send, self._look, self._send_photos)
        refused = ""
        for step in steps:  # the word first: a backlog may take hours, and its answer tells of a restore
            try:
                step(now)
            except LedgerError as error:  # a full disk, which the next turn may find roomy
                if not error.passing:
                    raise
                refused = str(error)
        if refused or self._refused:
            self._note(full=refused)
        self._refused = refused

    def _look(self, now: datetime) -> None:
        """Tell the others, and keep for whoever asks while no station runs."""
        free = shutil.disk_usage(self._ledger.folder).free
        with self._ledger.read() as tx:
            owed, link = owing(tx), tx.get(PostLink, "hub")
            if self._room_at is None or not timedelta() <= now - self._room_at < ROOM_EVERY:
                self._a_day, self._room_at = keeping.bytes_a_day(tx), now
                self._photo_bytes = owing_photos(tx).size
        waits = self._photos.facts().waits if self._photos else ""
        self._note(looks=self._standing.looked(now, free).looks, photos_wait=waits)
        self._facts = replace(
            self._facts,
            refused=self._standing.reason,
            full=self._standing.full,
            heard_at=self._standing.heard_at,
            offset_s=self._standing.offset_s,
            photo_bytes=self._photo_bytes,
            room_days=keeping.days_of_room(free, self._a_day, self._standing.used_a_day()),
        )
        if owed is not None and link is not None:
            self._facts = replace(
                self._facts, bags=owed.bags, changes=owed.changes, oldest_at=owed.oldest_at,
                recovers=link.recovers,
            )  # fmt: skip
        self._keep(now)

    def _send_photos(self, now: datetime) -> None:
        """What is committed meanwhile goes before the next range."""
        has_sent_all = not self._facts.bags and not self._stop.is_set()
        if self._photos is not None and has_sent_all and self._photos.turn(now):
            self._wake.set()

    def _note(self, **values: Any) -> None:
        self._standing = self._standing.model_copy(update=values)

    def _keep(self, now: datetime) -> None:
        """Write the standing down where it says another thing, else seldom: it wears a disk."""
        said = self._standing.model_copy(update={"heard_at": None, "offset_s": None})
        is_old = self._kept_at is None or not timedelta() <= now - self._kept_at < KEEP_EVERY
        if said != self._said or is_old:
            self._said, self._kept_at = said, now
            with suppress(OSError):  # a full disk, which is said already
                standing.keep_standing(self._ledger.folder, self._standing)

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
            if not self._standing.full:
                log.warning("bag_not_sealed", error=str(error))
            self._note(full=error.strerror or str(error))
        else:
            self._changed_since = self._question = None
            self._note(full="")

    def _is_due(self, found: sealing.Owed, now: datetime) -> bool:
        if found.has_ticket or found.changes >= sealing.SEAL_CHANGES or found.is_asked or self._question:
            return True
        since = self._changed_since
        if since is None:
            return False
        return not timedelta() <= now - since < timedelta(seconds=sealing.SEAL_AFTER_S)  # the clock may jump

    def _send(self, now: datetime) -> None:
        if self._is_early(now):
            return
        try:
            while not self._stop.is_set() and send_one(self._ledger, self._folder, self._hand, now):
                self._note_reason("", "", None)
                self._facts = replace(self._facts, unreachable="")
                self._failures, self._retry_at = 0, None
                self._say_alive(self._clock())
            send_proofs(self._ledger, self._folder, self._hub.prove)
        except HubUnreachable as error:
            self._wait(now, error.reason if error.reason != "unreachable" else "", str(error))
            self._facts = replace(self._facts, unreachable=str(error))
        except HubRefuses as error:
            self._wait(now, error.answer.reason, error.answer.detail)
            self._facts = replace(self._facts, unreachable="")
        except OSError as error:
            log.warning("bag_not_read", error=str(error))
            self._wait(now, "bag_lost", str(error.filename or error))

    def _hand(self, epoch: str, number: int, facts: bytes, people: bytes | None) -> HubAnswer:
        answer = self._hub.send(epoch, number, facts, people)
        self._hear(answer.now)
        return answer

    def _hear(self, there: datetime | None) -> None:
        """Headquarters was heard; its time is compared with ours, and nothing else is done with it."""
        now = self._clock()
        self._note(heard_at=now)
        if there is not None and self._compares_clocks:
            self._note(offset_s=round((now - there).total_seconds(), 1))

    def _is_early(self, now: datetime) -> bool:
        """The clock may have jumped: a wait that lies far ahead is over."""
        left = self._retry_at - now if self._retry_at else timedelta()
        return timedelta() < left <= timedelta(seconds=2 * LONGEST_S)

    def _wait(self, now: datetime, reason: str, detail: str) -> None:
        self._failures += 1
        seconds = min(LONGEST_S, SHORTEST_S * 2 ** min(self._failures, 10)) * self._random.uniform(0.5, 1.0)
        self._retry_at = now + timedelta(seconds=seconds)
        self._note_reason(reason, detail, now)

    def _note_reason(self, reason: str, detail: str, now: datetime | None) -> None:
        since = self._standing.since if reason == self._standing.reason else now
        self._note(reason=reason, detail=detail, since=since if reason else None)

    def _say_alive(self, now: datetime) -> None:
        before = self._alive_at
        if before is not None and timedelta() <= now - before < timedelta(seconds=ALIVE_S):
            return
        self._alive_at = now
        told = dict(self._tell())
        told["series"] = {**self._series(), "silo_days_of_room_left": self._facts.room_days}
        if not self._compares_clocks:
            told |= {"clock": "simulated", "clock_offset_s": None}  # nobody measures a simulation's time
        if self._photos is not None:
            told |= {"photo_days": self._photos.facts().days, "photos_wait": self._photos.facts().waits}
        with self._ledger.write() as tx:
            link, count = tx.get(PostLink, "hub"), counters.draw(tx, counters.WORD)
        if link is None:
            return
        try:
            answer = self._hub.alive(link.epoch, count, told)
        except HubUnreachable:
            self._is_first = False
            self._go_on()
            return
        self._hear(answer.get("now"))
        self._note_welcome(str(answer.get("reason", "")), now)
        self._ask_back(answer)
        self._meet(cursor_in(answer), now, is_restored=bool(link.recovers))
        if now - self._began_at >= timedelta(seconds=LONGEST_HOLD_S):
            self._go_on()

    def _note_welcome(self, reason: str, now: datetime) -> None:
        """Whether headquarters knows this station shows also while nothing is owed."""
        if reason or self._standing.reason in _UNWELCOME:
            self._note_reason(reason, "", now)

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
        """The next bag goes with a proof, where headquarters asks for one that is not under way; its release
        is kept for who asks."""
        with suppress(OSError):
            hub_release.note(self._folder, told)
        question = question_of(told.get("prove"))
        if question is not None and not self._folder.proof(question.id).exists():
            self._question = question


def poster_of(
    ledger: Ledger, clock: Callable[[], datetime], blobs: Blobs | None = None, budget: Budget | None = None,
    *, compares_clocks: bool = True, place: Place | None = None, compares: Mapping[str, Any] | None = None,
) -> Poster | None:  # fmt: skip
    """Return the poster of an enrolled station, None for one that no headquarters hears of. Without `blobs`
    it sends no photos. `place` and `compares` go with each word."""
    with ledger.read() as tx:
        link = tx.get(PostLink, "hub")
    key = identity.read_key(ledger.folder) if link else None
    if link is None or key is None:
        return None
    folder = BagFolder(ledger.folder / NAME)
    with ledger.read() as tx:
        newest = tx.exec(select(func.max(Bag.number)).where(Bag.epoch == link.epoch)).one()
        keeping.forget_again(tx, folder)
    folder.sweep(link.epoch, newest or 0)
    hub = HubClient(link.urls, link.station, key)
    photos = PhotoPost(ledger, blobs, hub, budget or Budget(), monotonic, Random()) if blobs else None

    return Poster(
        ledger, folder, hub, clock, lambda: word_of(ledger, clock, place, compares), Random(), photos,
        compares_clocks=compares_clocks,
    )  # fmt: skip
