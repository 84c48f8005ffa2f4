"""Devices that wait for an answer, speak through a topic, or say several things in one message.

A plain device is a framer and a parser. Where the protocol is a conversation, the kind has a dialogue
instead of a framer: it is made anew for every connection, hears what the line delivered, hands out
frames that `Kind.parse` reads one by one without knowing what came before, and collects what is to be
said. It opens no port and reads no clock.

    line -> Chunk -> Dialogue.hear -> FrameGroup(frames) -> deliveries -> commit -> Dialogue.confirm -> answer
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from drivers.reading import Frame
from drivers.transport import Chunk, Publishing, Transport


@dataclass(frozen=True, slots=True)
class Say:
    """Bytes for the device; `topic` only where the line has topics (MQTT)."""

    data: bytes
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class FrameGroup:
    """Frames that arrived as one message and are acknowledged as one, after the last is safe.

    A group without frames is a sign of life: the device was understood and had nothing to report.
    `token` is given back to `Dialogue.confirm` then; None where the device does not wait for it.
    """

    frames: tuple[Frame, ...]
    token: object = None


class Dialogue(Protocol):
    """The state of one conversation. `now` is in seconds of a monotonic clock."""

    @property
    def noise(self) -> int:
        """Return how many bytes belonged to no message."""

    def start(self, now: float) -> None:
        """Begin: the line is open."""

    def hear(self, chunk: Chunk, at: datetime, now: float) -> list[FrameGroup]: ...

    def note_quiet(self, at: datetime, now: float) -> list[FrameGroup]:
        """Decide about what was held back or waited for too long: nothing was heard."""

    def confirm(self, token: object) -> None:
        """Acknowledge the group of this token: it is safe. Called from another thread."""

    def take_says(self, now: float) -> list[Say]:
        """Return what is to be said now, in order."""

    def wait_s(self, now: float) -> float:
        """Return how long to listen, at most, before `take_says` may have something new (seconds)."""

    def end(self, at: datetime) -> list[FrameGroup]:
        """Return what is left at the end of a recording, where nobody is answered any more."""

    def drop(self) -> bytes:
        """Give up and return the half message at hand; it is counted as noise."""

    def take_dropped(self) -> list[bytes]:
        """Return runs of noise since the last call, for a person to look at (bounded)."""


@runtime_checkable
class Conversing(Protocol):
    """A kind whose device is answered. Its `framer` reads recordings, which hold one side only."""

    def dialogue(self) -> Dialogue: ...


class Batch:
    """The receipt that several frames share: `on_done` is called when all are confirmed."""

    def __init__(self, size: int, on_done: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._left = size
        self._on_done = on_done

    def confirm(self) -> None:
        with self._lock:
            self._left -= 1
            last = self._left == 0
        if last:
            self._on_done()


def say(dialogue: Dialogue, transport: Transport, now: float) -> None:
    """Say what is due. Raises what the transport raises; a recording hears nothing."""
    for words in dialogue.take_says(now):
        if words.topic is None:
            transport.write(words.data)
        elif isinstance(transport, Publishing):
            transport.publish(words.topic, words.data)


def shared_receipts(
    dialogue: Dialogue, groups: list[FrameGroup], on_done: Callable[[], None]
) -> Iterator[tuple[Frame, Batch]]:
    """Yield every frame with the receipt of its group; `on_done` is called when all groups are confirmed."""
    every = Batch(len(groups) + 1, on_done)
    every.confirm()
    for group in groups:
        receipt = Batch(len(group.frames) + 1, _confirm_in_turn(dialogue, group.token, every))
        receipt.confirm()
        for frame in group.frames:
            yield frame, receipt


def _confirm_in_turn(dialogue: Dialogue, token: object, every: Batch) -> Callable[[], None]:
    def on_done() -> None:
        dialogue.confirm(token)
        every.confirm()

    return on_done
