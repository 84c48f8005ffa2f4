"""Event streams: each reads the audit rows after its own place; a commit only wakes them.

Nothing is queued for a reader: a slow one reads more rows at once when it comes back, and holds up
nobody. Proposals are derived and no audit rows: of them a reader is told which loads have another one since
it was told last. All streams end as soon as `stop` is called, so that the server can stop.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from station.api import schemas
from station.api.asked import Inquiry
from station.api.views.devices import device, event
from station.api.views.view import view_of
from station.receival import people
from station.store import audit

LIVE_SECONDS = 0.5
# Sent also when nothing changed, so that a terminal knows the station's time.
LIVE_AT_LEAST_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 15.0
KEEP_ALIVE = ": keep-alive\n\n"


class Reader:
    """One open stream: its bell rings after every commit; `proposed` are the loads it has yet to hear of."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.bell = asyncio.Event()
        self.loop = loop
        self.proposed: frozenset[str] = frozenset()


class Streams:
    """The open streams of one server. `wake`, `propose` and `stop` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: set[Reader] = set()
        self.stopped = False

    def wake(self) -> None:
        with self._lock:
            readers = list(self._readers)
        for reader in readers:
            with suppress(RuntimeError):  # its loop has closed: that reader is gone
                reader.loop.call_soon_threadsafe(reader.bell.set)

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

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Wakes the reader after every commit while the block lasts."""
        reader = Reader(asyncio.get_running_loop())
        with self._lock:
            self._readers.add(reader)
        try:
            yield reader
        finally:
            with self._lock:
                self._readers.discard(reader)


async def events(asked: Inquiry, streams: Streams, terminal_id: str, after: int) -> AsyncIterator[str]:
    """Every audit row with a `seq` above `after`, in order, until the terminal's token is revoked; the loads
    that are proposed anew and live values in between."""
    loop = asyncio.get_running_loop()
    live, keep_alive_at = _Live(asked), loop.time() + KEEP_ALIVE_SECONDS
    with streams.reader() as reader:
        while not streams.stopped:
            reader.bell.clear()
            rows = await run_in_threadpool(_events_after, asked, terminal_id, after)
            if rows is None:
                return
            for row in rows:
                yield frame(row.model_dump_json(), row.kind, row.seq)
                after = row.seq
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


def _events_after(asked: Inquiry, terminal_id: str, seq: int) -> list[schemas.Event] | None:
    """None once the token is revoked; that is a commit, so an open stream is woken by it."""
    with view_of(asked) as view:
        if people.is_revoked(view.tx, terminal_id):
            return None
        rows = audit.events_after(view.tx, seq)
        view.names_of(row.by for row in rows)
        return [event(view, row) for row in rows]


@dataclass(slots=True)
class _Live:
    """When this reader is due the live values: after a change, at most twice a second."""

    asked: Inquiry
    _next: float = 0.0
    _sent_at: float = 0.0
    _sent: list[schemas.Device] = field(default_factory=list)

    def due(self, now: float) -> str | None:
        if now < self._next:
            return None
        self._next = now + LIVE_SECONDS
        devices = [device(live, self.asked.language) for live in self.asked.context.live()]
        if devices == self._sent and now - self._sent_at < LIVE_AT_LEAST_SECONDS:
            return None
        self._sent, self._sent_at = devices, now
        return frame(schemas.Live(now=self.asked.now(), devices=devices).model_dump_json(), "live")

    def seconds_left(self, now: float) -> float:
        return max(0.0, self._next - now)
