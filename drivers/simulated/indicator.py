"""A simulated indicator on a line: speaks by itself or answers, in any wire format, with faults at will."""

import random
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from drivers.simulated.emission import Emission, EmissionLog
from drivers.simulated.faults import HARMLESS, POWER_UP, LineFault, damage, disturb
from drivers.simulated.line import TwoWayLine
from drivers.simulated.scale import Display, Scale

_RECEIVED_LIMIT = 256


class Talker(Protocol):
    """A wire format: what is sent for a display. `banner` is sent at power-up."""

    @property
    def banner(self) -> bytes: ...

    def message(self, display: Display) -> bytes: ...


@runtime_checkable
class Answering(Protocol):
    """A wire format that is asked: `command` finds one (its first group), `repeating` are those that are
    answered again and again until the next one."""

    @property
    def command(self) -> re.Pattern[bytes]: ...

    @property
    def repeating(self) -> frozenset[bytes]: ...

    def answer(self, command: bytes, display: Display) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Transmission:
    """Tells what became of one message for `display`: `data` left, or nothing where `fault` kept it back.

    `carried`: somebody was at the other end. `counts`: the first that shows this load whole, see `log`.
    """

    display: Display
    data: bytes
    fault: LineFault | None
    carried: bool
    counts: bool


class Indicator:
    """Shows what `scale` weighs on `line`, `rate_hz` times a second, or when it is asked.

    `answers` False lets a format that could be asked speak by itself. `log` holds one emission per load
    that stood still and was sent whole; an empty scale is none. `on_message` hears of every message.
    """

    def __init__(
        self,
        talker: Talker,
        scale: Scale,
        line: TwoWayLine,
        *,
        clock: Callable[[], datetime],
        rate_hz: float = 10.0,
        answers: bool = True,
        seed: int = 0,
        on_message: Callable[[Transmission], None] = lambda _: None,
    ) -> None:
        self.log = EmissionLog()
        self._on_message = on_message
        self._talker, self._scale, self._line, self._clock = talker, scale, line, clock
        self._answering = talker if answers and isinstance(talker, Answering) else None
        self._pause_s = 1.0 / rate_hz
        self._random = random.Random(seed)
        self._faults: list[LineFault] = []
        self._received = b""
        self._repeating = b""
        self._glue = b""
        self._quiet_s = 0.0
        self._last_logged = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulated indicator", daemon=True)

    def start(self) -> None:
        """Power up: the banner first, where the format has one."""
        self._line.write(self._talker.banner)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def inject(self, fault: LineFault) -> None:
        """Let the next message suffer `fault`; a silence lasts three seconds."""
        self._faults.append(fault)

    def send_one(self) -> None:
        """Let the scale take one step and say what is due then."""
        display = self._scale.step(self._pause_s)
        self._quiet_s = max(0.0, self._quiet_s - self._pause_s)
        for command in self._commands():
            if not self._quiet_s:
                self._say(display, command)

    def _commands(self) -> Iterator[bytes]:
        """Yield what is to be answered now; one empty command where nobody need ask."""
        if self._answering is None:
            yield b""
            return
        self._received = (self._received + self._line.take())[-_RECEIVED_LIMIT:]
        while match := self._answering.command.search(self._received):
            self._received = self._received[match.end() :]
            self._repeating = match[1] if match[1] in self._answering.repeating else b""
            if not self._repeating:
                yield match[1]
        if self._repeating:
            yield self._repeating

    def _say(self, display: Display, command: bytes) -> None:
        fault = self._faults.pop(0) if self._faults else None
        if fault is LineFault.SILENCE:
            self._quiet_s = 3.0
            self._on_message(Transmission(display, b"", fault, False, False))
            return
        if fault is LineFault.DISCONNECT:
            self._line.disconnect()
            self._on_message(Transmission(display, b"", fault, False, False))
            return
        shown = disturb(display, fault)
        data = self._answering.answer(command, shown) if self._answering else self._talker.message(shown)
        if fault is LineFault.GLUED:
            self._glue += data
            self._on_message(Transmission(display, b"", fault, False, False))
            return
        sent = self._glue + damage(data, fault, self._talker.banner or POWER_UP, self._random)
        self._glue = b""
        carried = self._line.write(sent) if sent else False
        counts = self._note(display, data, intact=fault is None or fault in HARMLESS, carried=carried)
        self._on_message(Transmission(display, sent, fault, carried, counts))

    def _note(self, display: Display, data: bytes, *, intact: bool, carried: bool) -> bool:
        """Log a weight when it first stood still; a weight in motion makes room for the next."""
        if display.motion or not display.valid:
            self._last_logged = float("nan")
        elif intact and carried and display.shown != self._last_logged:
            self._last_logged = display.shown
            if display.shown:
                self.log.add(Emission(self._clock(), data, {"weight": display.shown}))
                return True
        return False

    def _run(self) -> None:
        while not self._stop.wait(self._pause_s):
            self.send_one()
