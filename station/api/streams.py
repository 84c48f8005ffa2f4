"""Event streams: each reads the audit rows after its own place; a commit only wakes them.

The newest events are read once for all readers and kept as they are sent; nothing is queued for one: a slow
reader finds more of them when it comes back, and one that comes back too late is told to read the lists
again. The door ends a reader that does not read. Proposals are derived and no audit rows: of them a reader is
told which loads have another one since it was told last. All streams end as soon as `stop` is called, so that
the server can stop.
"""

import asyncio
import threading
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from station.api import schemas
from station.api.asked import Inquiry
from station.api.problems import ApiFault, Rejected
from station.api.views.devices import device, event
from station.api.views.view import view_of
from station.store import audit

LIVE_SECONDS = 0.5
# Sent also when nothing changed, so that a terminal knows the station's time.
LIVE_AT_LEAST_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 15.0
KEEP_ALIVE = ": keep-alive\n\n"
KEPT = 1000  # events, the newest
SENT_AT_ONCE = 32
PER_TOKEN = 16  # terminals that may share a token; a broken connection counts for half a minute more
_NAMES_CHANGE = "person_"  # how the kinds of event begin that may change a name


class Reader:
    """One open stream: its bell rings after every commit; `proposed` are the loads it has yet to hear of."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.bell = asyncio.Event()
        self.proposed: frozenset[str] = frozenset()


class Recent:
    """The newest events in one language, each as it is sent. Events up to `floor` are no longer here;
    `revoked` are the terminals whose token they say was."""

    def __init__(self) -> None:
        self.floor = 0
        self.revoked: set[str] = set()
        self._seqs: list[int] = []
        self._frames: list[str] = []
        self._turn = -1
        self._one_at_a_time = asyncio.Lock()

    @property
    def last(self) -> int:
        return self._seqs[-1] if self._seqs else self.floor

    async def catch_up(self, asked: Inquiry, turn: int) -> None:
        """Read what was committed up to that turn, unless another reader did."""
        async with self._one_at_a_time:
            if self._turn < turn:
                rows = await run_in_threadpool(_newest, asked, self.last)
                if any(row.kind.startswith(_NAMES_CHANGE) for row in rows):
                    rows = await run_in_threadpool(_newest, asked, 0)
                    self._seqs, self._frames = [], []
                self._keep(rows)
                self._turn = turn

    def after(self, seq: int) -> list[tuple[int, str]]:
        """The first events with a higher number, as many as are sent at once."""
        first = bisect_right(self._seqs, seq)
        some = slice(first, first + SENT_AT_ONCE)
        return list(zip(self._seqs[some], self._frames[some], strict=True))

    def _keep(self, rows: list[schemas.Event]) -> None:
        seqs = self._seqs + [row.seq for row in rows]
        frames = self._frames + [frame(row.model_dump_json(), row.kind, row.seq) for row in rows]
        self.revoked |= {row.subject_id or "" for row in rows if row.kind == "token_revoked"}
        if len(seqs) >= KEPT:
            self.floor = seqs[-KEPT] - 1
        self._seqs, self._frames = seqs[-KEPT:], frames[-KEPT:]


@dataclass(slots=True)
class LiveValues:
    """What is live in one language, looked at once for all readers."""

    devices: list[schemas.Device] = field(default_factory=list)
    text: str = ""
    version: int = 0
    _looked_at: float = -LIVE_SECONDS

    def look(self, asked: Inquiry, now: float) -> None:
        if now - self._looked_at < LIVE_SECONDS / 2:
            return
        devices = [device(live, asked.language) for live in asked.context.live()]
        self._looked_at = now
        if devices != self.devices:
            self.devices, self.version = devices, self.version + 1
        self.text = frame(schemas.Live(now=asked.now(), devices=devices).model_dump_json(), "live")


class Streams:
    """The open streams of one server. `wake`, `propose` and `stop` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: set[Reader] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._recent: dict[str, Recent] = {}
        self._live: dict[str, LiveValues] = {}
        self.turn = 0
        self.stopped = False

    def wake(self) -> None:
        with self._lock:
            self.turn += 1
            loop = self._loop if self._readers else None
        if loop is not None:
            with suppress(RuntimeError):  # the loop has closed: its readers are gone
                loop.call_soon_threadsafe(self._ring)

    def _ring(self) -> None:
        with self._lock:
            readers = list(self._readers)
        for reader in readers:
            reader.bell.set()

    def propose(self, load_ids: frozenset[str]) -> None:
        """These loads have another proposal; every reader is told when it is woken."""
        with self._lock:
            for reader in self._readers:
                reader.proposed |= load_ids

    def take_proposed(self, reader: Reader) -> list[str]:
        """What the reader has yet to hear of; then it has."""
        with self._lock:
            load_ids, reader.proposed = reader.proposed, frozenset()
        return sorted(load_ids)

    def stop(self) -> None:
        self.stopped = True
        self.wake()

    def recent(self, language: str) -> Recent:
        return self._recent.setdefault(language, Recent())

    def live(self, language: str) -> LiveValues:
        return self._live.setdefault(language, LiveValues())

    @contextmanager
    def reader(self, token: str) -> Iterator[Reader]:
        """Wakes the reader after every commit while the block lasts. Raises Rejected(too_many_listeners)."""
        reader = Reader(token)
        with self._lock:
            if sum(one.token == token for one in self._readers) >= PER_TOKEN:
                raise Rejected(429, ApiFault.TOO_MANY_LISTENERS, most=PER_TOKEN, seconds=30)
            self._readers.add(reader)
            self._loop = asyncio.get_running_loop()
        try:
            yield reader
        finally:
            with self._lock:
                self._readers.discard(reader)


class EventStream(StreamingResponse):
    """Every event with a `seq` above `after`, without end, for who holds `token`."""

    def __init__(self, asked: Inquiry, streams: Streams, token: str, after: int) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__((), media_type="text/event-stream", headers=headers)
        self._asked, self._streams, self._token, self._after = asked, streams, token, after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams.reader(self._token) as reader:
            self.body_iterator = events(self._asked, self._streams, reader, self._after)
            await super().__call__(scope, receive, send)


async def events(asked: Inquiry, streams: Streams, reader: Reader, after: int) -> AsyncIterator[str]:
    """Every audit row with a `seq` above `after`, in order, until the reader's token is revoked; the loads
    that are proposed anew and live values in between."""
    loop, recent = asyncio.get_running_loop(), streams.recent(asked.language)
    live, keep_alive_at = _Live(asked, streams.live(asked.language)), loop.time() + KEEP_ALIVE_SECONDS
    while not streams.stopped:
        reader.bell.clear()
        await recent.catch_up(asked, streams.turn)
        if reader.token in recent.revoked:
            return
        if after < recent.floor:
            after = recent.last
            yield frame(schemas.Reload(after=after).model_dump_json(), "reload", after)
        if rows := recent.after(after):
            yield "".join(text for _, text in rows)
            after = rows[-1][0]
        if load_ids := streams.take_proposed(reader):
            yield frame(schemas.Proposals(load_ids=load_ids).model_dump_json(), "proposals")
        if (values := live.due(loop.time())) is not None:
            yield values
        if loop.time() >= keep_alive_at:
            keep_alive_at = loop.time() + KEEP_ALIVE_SECONDS
            yield KEEP_ALIVE
        if not rows:
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.bell.wait(), live.seconds_left(loop.time()))


def frame(data: str, event: str, seq: int | None = None) -> str:
    """One server-sent event; `data` is JSON on one line."""
    identity = f"id: {seq}\n" if seq is not None else ""
    return f"{identity}event: {event}\ndata: {data}\n\n"


def _newest(asked: Inquiry, seq: int) -> list[schemas.Event]:
    with view_of(asked) as view:
        rows = audit.newest_events(view.tx, seq, KEPT)
        view.names_of(row.by for row in rows)
        return [event(view, row) for row in rows]


@dataclass(slots=True)
class _Live:
    """When this reader is due the live values: after a change, at most twice a second."""

    asked: Inquiry
    values: LiveValues
    _next: float = 0.0
    _sent_at: float = 0.0
    _sent: int = 0

    def due(self, now: float) -> str | None:
        if now < self._next:
            return None
        self._next = now + LIVE_SECONDS
        self.values.look(self.asked, now)
        if self.values.version == self._sent and now - self._sent_at < LIVE_AT_LEAST_SECONDS:
            return None
        self._sent, self._sent_at = self.values.version, now
        return self.values.text

    def seconds_left(self, now: float) -> float:
        return max(0.0, self._next - now)
