"""The devices screen shows what a device is doing: state, since when, and what a person can do."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from drivers.text import clean_text
from drivers.transport.base import ErrorCode

State = Literal["starting", "live", "silent", "down", "fault"]

# So many unreadable bytes without one good frame between them are no chance.
GARBLED_AFTER = 200
LOSSES_WITHIN_S = 600.0
# The message was understood, and says that there is nothing to be had from the device.
_TOLD_BY_GOOD_MESSAGES = (ErrorCode.INSTRUMENT_FAULT, ErrorCode.SEVERAL_PLATFORMS)
# The bytes were right, so no advice about the line's settings helps.
_READABLE = (*_TOLD_BY_GOOD_MESSAGES, ErrorCode.NOT_UNDERSTOOD, ErrorCode.OUT_OF_TURN, ErrorCode.NO_RESULT)


@dataclass(frozen=True, slots=True)
class LastError:
    """`code` for machines, `text` for a person: what is wrong and what to do."""

    code: ErrorCode
    text: str
    at: datetime

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code.value, "text": self.text, "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """One device at one instant.

    States: starting (nothing heard yet of a device that should be talking), live (heard, or connected to
    one that may be quiet for ever), silent (connected, but no good frame for `silent_after_s`), down
    (not connected), fault (it talks, but cannot be understood or reports a fault). `last_heard` is when
    the last good frame ended; `noise_bytes` belonged to no frame. `losses`: how often a line that was open
    has been lost in the last ten minutes. `notice`: the device is understood, and yet a person has to do
    something before its values can be used.
    """

    device: str
    address: str
    state: State
    since: datetime
    last_heard: datetime | None = None
    frames: int = 0
    bad_frames: int = 0
    noise_bytes: int = 0
    last_error: LastError | None = None
    losses: int = 0
    notice: LastError | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "device": self.device,
            "address": self.address,
            "state": self.state,
            "since": self.since.isoformat(),
            "last_heard": self.last_heard.isoformat() if self.last_heard else None,
            "frames": self.frames,
            "bad_frames": self.bad_frames,
            "noise_bytes": self.noise_bytes,
            "last_error": self.last_error.as_dict() if self.last_error else None,
            "losses": self.losses,
            "notice": self.notice.as_dict() if self.notice else None,
        }


class HealthKeeper:
    """The device's thread writes it, any other may read it.

    Silence is measured by `monotonic` (seconds), so a wall clock that jumps makes no device silent;
    `clock` only gives the times that are shown.
    """

    def __init__(
        self,
        device: str,
        address: str,
        *,
        clock: Callable[[], datetime],
        silent_after_s: float | None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._silent_after_s = silent_after_s
        self._lock = threading.Lock()
        self._health = DeviceHealth(device, address, "starting", clock())
        self._listening = False
        self._heard_s = 0.0
        self._unreadable = 0
        self._losses_s: deque[float] = deque(maxlen=1000)

    def read(self) -> DeviceHealth:
        with self._lock:
            since = self._monotonic() - LOSSES_WITHIN_S
            health = replace(self._health, losses=sum(at > since for at in self._losses_s))
            waiting = self._listening and health.state in ("live", "starting")
            quiet_s = self._monotonic() - self._heard_s
        if waiting and self._silent_after_s is not None and quiet_s > self._silent_after_s:
            return replace(health, state="silent", since=health.last_heard or health.since)
        return health

    def note_open(self) -> None:
        with self._lock:
            if self._listening:
                return
            self._listening = True
            self._heard_s = self._monotonic()
            self._unreadable = 0
            self._set_state("live" if self._silent_after_s is None else "starting")

    def count_good(self, at: datetime) -> None:
        with self._lock:
            self._heard_s = self._monotonic()
            self._unreadable = 0
            self._health = replace(self._health, last_heard=at, frames=self._health.frames + 1)
            self._set_state("live")

    def count_bad(self, size: int, code: ErrorCode, text: str) -> None:
        with self._lock:
            self._health = replace(self._health, bad_frames=self._health.bad_frames + 1)
            self._set_error(code, text)
            if code in _TOLD_BY_GOOD_MESSAGES:
                self._heard_s = self._monotonic()
                self._set_state("fault")
            if code is ErrorCode.NOT_UNDERSTOOD or (code is ErrorCode.NO_RESULT and not self._health.frames):
                self._set_state("fault")
            if code not in _READABLE:
                self._count_unreadable(size)

    def tell(self, code: ErrorCode, text: str) -> None:
        """Tell what a person should look at though the message was a good one."""
        with self._lock:
            self._set_error(code, text)

    def note(self, code: ErrorCode | None, text: str) -> None:
        """Note what a person has to do though all is understood; None: nothing any more."""
        with self._lock:
            before = self._health.notice
            if (code, text) == ((before.code, before.text) if before else (None, "")):
                return
            since = before.at if before and before.code == code else self._clock()
            notice = LastError(code, text, since) if code else None
            self._health = replace(self._health, notice=notice)

    def count_noise(self, size: int) -> None:
        with self._lock:
            self._health = replace(self._health, noise_bytes=self._health.noise_bytes + size)
            self._count_unreadable(size)

    def note_down(self, code: ErrorCode, text: str) -> None:
        with self._lock:
            if self._listening:
                self._losses_s.append(self._monotonic())
            self._listening = False
            self._set_error(code, text)
            self._set_state("down")

    def note_closed(self) -> None:
        """Note an end by our own will, which is no error."""
        with self._lock:
            self._listening = False
            self._set_state("down")

    def _count_unreadable(self, size: int) -> None:
        self._unreadable += size
        if self._unreadable >= GARBLED_AFTER:
            text = (
                f"bytes arrive from {self._health.address} but no message can be read: "
                "check baud rate, data bits, parity, and the driver chosen"
            )
            self._set_error(ErrorCode.GARBLED, text)
            self._set_state("fault")

    def _set_error(self, code: ErrorCode, text: str) -> None:
        self._health = replace(self._health, last_error=LastError(code, clean_text(text), self._clock()))

    def _set_state(self, state: State) -> None:
        if state != self._health.state:
            self._health = replace(self._health, state=state, since=self._clock())
