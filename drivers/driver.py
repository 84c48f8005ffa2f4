"""The life of one device, written once for all kinds: connect, listen, deliver, connect again.

`Driver.deliveries` is a generator that ends only when it is told to (or at the end of a recording).
A line that is down is tried again with growing pauses; a message that cannot be read is delivered as
such; neither ends the loop. Whoever consumes a delivery makes it safe first and then calls `confirm`.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from drivers.backoff import DEFAULT_BACKOFF, Backoff
from drivers.delivery import Delivery
from drivers.dialogue import Batch, Conversing, Dialogue, FrameGroup, say, shared_receipts
from drivers.disturbance import DisturbanceWatch
from drivers.errors import FrameError, TransportError
from drivers.faults import advice_on, code_of, nothing_known
from drivers.framing import Framer
from drivers.health import DeviceHealth, HealthKeeper
from drivers.kind import Kind, Polled, read_frame
from drivers.listening import ListeningClock
from drivers.magnitude import Way
from drivers.platforms import OtherPlatform
from drivers.polling import Poller
from drivers.reading import Frame, Reading
from drivers.repeats import Repeats, Reprints
from drivers.steadiness import Steadiness
from drivers.transport import (
    Chunk,
    EndOfData,
    ErrorCode,
    LineDown,
    SerialTransport,
    TapTransport,
    Transport,
)
from drivers.weights import WeightStream

_TICK_S = 0.2
_BY_KIND = -1.0


class Driver:
    def __init__(
        self,
        device: str,
        protocol: Kind,
        transport: Transport,
        *,
        clock: Callable[[], datetime],
        silent_after_s: float | None = _BY_KIND,
        half_after_s: float = 2.0,
        backoff: Backoff = DEFAULT_BACKOFF,
        jitter: Callable[[], float] = lambda: 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`silent_after_s` overrides the kind's own (None: may be quiet for ever). After
        `half_after_s` seconds of quiet a half message is given up and what follows is a new one."""
        self._listening = listening = ListeningClock(monotonic)
        self.device = device
        self.protocol = protocol
        self._transport = transport
        self._clock = clock
        self._monotonic = listening
        self._half_after_s = half_after_s
        self._backoff = backoff
        self._jitter = jitter
        self._closing = threading.Event()
        self._failures = 0
        self._noise_seen = 0
        self._reprints = Reprints()
        self._poller = Poller(protocol, listening)
        self._steadiness = Steadiness(listening)
        self._weights = WeightStream(protocol)
        self._repeats = Repeats(protocol, listening)
        self._disturbances = DisturbanceWatch(listening)
        self._health = HealthKeeper(
            device,
            transport.describe(),
            clock=clock,
            silent_after_s=protocol.silent_after_s if silent_after_s == _BY_KIND else silent_after_s,
            monotonic=monotonic,
        )

    def deliveries(self, stop: threading.Event) -> Generator[Delivery, None, None]:
        """Yield every message from now on, until `stop` is set, `close` is called or a recording ends."""
        try:
            while not self._is_stopped(stop):
                try:
                    self._transport.open()
                    self._health.note_open()
                    self._disturbances.note_open()
                    for delivery in self._serve(stop):
                        with self._listening.standing():
                            yield delivery
                except EndOfData:
                    return
                except TransportError as error:
                    self._transport.close()
                    self._pause(error, stop)
        finally:
            self._transport.close()
            self._health.note_closed()

    def confirm(self, delivery: Delivery) -> None:
        """Tell the sender, where it waits for that, that the delivery is safe (committed)."""
        if isinstance(delivery.receipt, Batch):
            delivery.receipt.confirm()
        elif delivery.receipt is not None:
            self._transport.confirm(delivery.receipt)

    @property
    def repeats(self) -> bool:
        """The device repeats its last result: an equal one counts only after `expect_new_sample`."""
        return self._repeats.is_expected

    @property
    def open_ways(self) -> list[Way]:
        """What the last loaded reading may be, by the settings that are missing; empty where none is."""
        return self._weights.open_ways

    @property
    def is_held_back(self) -> bool:
        """The sender waits while nothing is taken of `deliveries`. A serial device that speaks by itself does
        not."""
        speaks = not isinstance(self.protocol, Polled | Conversing)
        return not (speaks and isinstance(self._transport, SerialTransport | TapTransport))

    def expect_new_sample(self) -> None:
        """A person has put in a new sample: the next message counts even if it equals the last one."""
        self._repeats.expect_new_sample()

    def health(self) -> DeviceHealth:
        return self._health.read()

    def close(self) -> None:
        """End `deliveries` at its next step. Harmless at any time, from any thread."""
        self._closing.set()

    def _is_stopped(self, stop: threading.Event) -> bool:
        return stop.is_set() or self._closing.is_set()

    def _pause(self, error: TransportError, stop: threading.Event) -> None:
        """Wait before the next attempt; a line that was merely quiet is opened again at once."""
        code = error.code if isinstance(error, LineDown) else ErrorCode.PORT_LOST
        if code is ErrorCode.IDLE:
            return
        self._health.note_down(code, str(error))
        self._disturbances.note_down()
        self._failures += 1
        end = self._monotonic() + self._backoff.pause(self._failures, self._jitter())
        while not self._closing.is_set() and (left := end - self._monotonic()) > 0:
            if stop.wait(min(left, _TICK_S)):
                return

    def _serve(self, stop: threading.Event) -> Iterator[Delivery]:
        if isinstance(self.protocol, Conversing):
            return self._converse(self.protocol.dialogue(), stop)
        return self._listen(stop)

    def _converse(self, dialogue: Dialogue, stop: threading.Event) -> Iterator[Delivery]:
        """Listen to a device that is answered; its answers wait for `confirm`."""
        self._noise_seen = 0
        dialogue.start(self._monotonic())
        try:
            while not self._is_stopped(stop):
                now = self._monotonic()
                say(dialogue, self._transport, now)
                chunk = self._transport.read(min(_TICK_S, dialogue.wait_s(now)))
                at, now = self._clock(), self._monotonic()
                if chunk is None:
                    yield from self._groups(dialogue, dialogue.note_quiet(at, now), None)
                else:
                    self._failures = 0
                    yield from self._groups(dialogue, dialogue.hear(chunk, at, now), chunk)
        except EndOfData:
            yield from self._groups(dialogue, dialogue.end(self._clock()), None)
            raise
        except TransportError:
            yield from self._report_half(dialogue, self._clock(), "the connection ended half way")
            raise

    def _groups(
        self, dialogue: Dialogue, groups: list[FrameGroup], chunk: Chunk | None
    ) -> Iterator[Delivery]:
        """Yield the frames of all groups; a chunk's own receipt is confirmed with the last of them."""
        self._count_noise(dialogue)
        whole = chunk is not None and chunk.receipt is not None
        on_done = partial(self._transport.confirm, chunk.receipt) if chunk and whole else _do_nothing
        if any(not group.frames for group in groups):
            self._health.count_good(self._clock())
        for frame, receipt in shared_receipts(dialogue, groups, on_done):
            if self._repeats.is_repeat(frame):
                self._health.count_good(frame.at)
                receipt.confirm()
            else:
                yield self._deliver(frame, receipt, dup=bool(chunk and chunk.dup), stream=not whole)

    def _listen(self, stop: threading.Event) -> Iterator[Delivery]:
        framer = self.protocol.framer()
        self._noise_seen = 0
        half_since: float | None = None
        self._poller.restart()
        try:
            while not self._is_stopped(stop):
                self._poller.ask(self._transport)
                quiet_s = framer.hold_s if framer.is_waiting else self._poller.wait_s(_TICK_S)
                chunk = self._transport.read(quiet_s)
                at, now = self._clock(), self._monotonic()
                if chunk is None:
                    yield from self._frames(framer, framer.idle(at))
                    continue
                self._failures = 0
                if chunk.whole:
                    yield from self._whole(chunk, at)
                    continue
                if half_since is not None and now - half_since > self._half_after_s:
                    yield from self._give_up_half(framer, at, "the message stopped half way")
                half_since = now
                yield from self._frames(framer, framer.feed(chunk.data, at))
        except EndOfData:
            yield from self._frames(framer, framer.finish(self._clock()))
            raise
        except TransportError:
            yield from self._give_up_half(framer, self._clock(), "the connection ended half way")
            raise

    def _whole(self, chunk: Chunk, at: datetime) -> Iterator[Delivery]:
        """Deliver a message of its own. One that only repeats the last result waits for no row."""
        frame = Frame(chunk.data, at)
        if not self._repeats.is_repeat(frame):
            yield self._deliver(frame, chunk.receipt, dup=chunk.dup, stream=False)
            return
        self._health.count_good(at)
        if chunk.receipt is not None:
            self._transport.confirm(chunk.receipt)

    def _frames(self, framer: Framer, frames: list[Frame]) -> Iterator[Delivery]:
        self._count_noise(framer)
        for run in framer.take_dropped():
            self._disturbances.note_unread(run)
        for frame in frames:
            if self._repeats.is_repeat(frame):
                self._health.count_good(frame.at)
                continue
            delivery = self._deliver(frame, None)
            if delivery.error is not None:
                self._disturbances.note_unread(frame.data)
            yield replace(delivery, disturbance=self._disturbances.current())

    def _give_up_half(self, framer: Framer, at: datetime, reason: str) -> Iterator[Delivery]:
        """What is complete is delivered, the rest is a bad message."""
        frames = framer.idle(at)
        yield from self._frames(framer, frames)
        yield from self._report_half(framer, at, reason)

    def _report_half(self, source: Framer | Dialogue, at: datetime, reason: str) -> Iterator[Delivery]:
        half = source.drop()
        self._noise_seen = source.noise
        if half:
            error = FrameError(reason, half)
            self._health.count_bad(len(half), ErrorCode.BAD_FRAME, str(error))
            self._disturbances.note_broken_off()
            yield Delivery(self.device, Frame(half, at), None, error)

    def _count_noise(self, framer: Framer | Dialogue) -> None:
        if framer.noise != self._noise_seen:
            self._health.count_noise(framer.noise - self._noise_seen)
            self._noise_seen = framer.noise

    def _deliver(self, frame: Frame, receipt: Any, *, dup: bool = False, stream: bool = True) -> Delivery:
        """`stream`: the line is a stream of bytes, where only the text tells a record printed again."""
        outcome = read_frame(self.protocol, frame)
        if isinstance(outcome, Reading):
            outcome = self._weights.judge(self._steadiness.judge(outcome))
            self._health.note(*self._weights.notice)
        if isinstance(outcome, OtherPlatform):
            self._health.count_good(frame.at)
            return Delivery(self.device, frame, None, outcome, receipt, dup)
        if isinstance(outcome, FrameError):
            self._health.count_bad(len(frame.data), code_of(outcome, stream), advice_on(outcome, stream))
            return Delivery(self.device, frame, None, outcome, receipt, dup)
        self._health.count_good(frame.at)
        self._repeats.remember(frame)
        if outcome.kind == "analysis" and not outcome.values:
            self._health.tell(ErrorCode.NOT_UNDERSTOOD, nothing_known(outcome))
        if stream and outcome.kind == "analysis" and not self._repeats.is_expected:
            outcome = self._reprints.mark(outcome)
        return Delivery(
            self.device, frame, outcome, None, receipt, dup, connection=self._disturbances.returns,
            change=self._weights.take_change(),
        )  # fmt: skip


def _do_nothing() -> None:
    """Do nothing: nobody waits for a receipt."""
