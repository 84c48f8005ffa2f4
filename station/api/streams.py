"""Event streams: each reads the audit rows after its own place; a commit only wakes them.

Nothing is queued for a reader: a slow one reads more rows at once when it comes back, and holds up
nobody. All streams end as soon as `stop` is called, so that the server can stop.
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
from station.store import audit

LIVE_SECONDS = 0.5
# Sent also when nothing changed, so that a terminal knows the station's time.
LIVE_AT_LEAST_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 15.0
KEEP_ALIVE = ": keep-alive\n\n"


class Streams:
    """The open streams of one server. `wake` and `stop` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bells: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self.stopped = False

    def wake(self) -> None:
        with self._lock:
            bells = list(self._bells.items())
        for bell, loop in bells:
            with suppress(RuntimeError):  # its loop has closed: that reader is gone
                loop.call_soon_threadsafe(bell.set)

    def stop(self) -> None:
        self.stopped = True
        self.wake()

    @contextmanager
    def bell(self) -> Iterator[asyncio.Event]:
        """Rings after every commit while the block lasts."""
        bell = asyncio.Event()
        with self._lock:
            self._bells[bell] = asyncio.get_running_loop()
        try:
            yield bell
        finally:
            with self._lock:
                del self._bells[bell]


async def events(asked: Inquiry, streams: Streams, after: int) -> AsyncIterator[str]:
    """Every audit row with a `seq` above `after`, in order, without end; live values in between."""
    loop = asyncio.get_running_loop()
    live, keep_alive_at = _Live(asked), loop.time() + KEEP_ALIVE_SECONDS
    with streams.bell() as bell:
        while not streams.stopped:
            bell.clear()
            rows = await run_in_threadpool(_events_after, asked, after)
            for row in rows:
                yield frame(row.model_dump_json(), row.kind, row.seq)
                after = row.seq
            if (values := live.due(loop.time())) is not None:
                yield values
            if loop.time() >= keep_alive_at:
                keep_alive_at = loop.time() + KEEP_ALIVE_SECONDS
                yield KEEP_ALIVE
            if not rows:
                with suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), live.seconds_left(loop.time()))


def frame(data: str, event: str, seq: int | None = None) -> str:
    """One server-sent event; `data` is JSON on one line."""
    identity = f"id: {seq}\n" if seq is not None else ""
    return f"{identity}event: {event}\ndata: {data}\n\n"


def _events_after(asked: Inquiry, seq: int) -> list[schemas.Event]:
    with asked.desk.ledger.read() as tx:
        return [event(row) for row in audit.events_after(tx, seq)]


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
