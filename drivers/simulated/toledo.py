"""A simulated weighbridge whose indicator sends Toledo continuous output.

`message` writes one message of the protocol, `SimulatedToledo` what a display shows; `ToledoBridge` is the
scale under a truck; `ToledoSender` is the thread that sends, in step with a clock that may run faster than
real time.
"""

import random
import threading
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from drivers.simulated.emission import Emission, EmissionLog
from drivers.simulated.line import Line
from drivers.simulated.scale import Display, Scale

_INCREMENT_BITS = {1: 0x08, 2: 0x10, 5: 0x18}


class ToledoFault(StrEnum):
    HALF = "half"
    GLUED = "glued"
    NOISE = "noise"
    WRONG_CHECKSUM = "wrong_checksum"
    DISCONNECT = "disconnect"
    SILENCE = "silence"


def message(
    digits: int,
    *,
    tare: int = 0,
    decimals: int = 0,
    increment: int = 1,
    kilograms: bool = True,
    net: bool = False,
    negative: bool = False,
    out_of_range: bool = False,
    motion: bool = False,
    power_up: bool = False,
    print_key: bool = False,
    expanded: bool = False,
    checksum: bool = True,
    short: bool = False,
    spaced: bool = False,
    pad: str = "0",
) -> bytes:
    """Return one message: six `digits` with `decimals` of them (-2..5) behind the point; tare alike.

    `short` leaves the tare out, `spaced` puts a space after the status words.
    """
    bits_b = (net, negative, out_of_range, motion, kilograms, True, power_up)
    status = (
        0x20 | _INCREMENT_BITS[increment] | (decimals + 2),
        sum(bit << n for n, bit in enumerate(bits_b)),
        0x20 | print_key << 3 | expanded << 4,
    )
    text = f"{digits:{pad}>6}" + ("" if short else f"{tare:{pad}>6}")
    data = bytes((0x02, *status)) + b" " * spaced + text.encode("ascii") + b"\r"
    return data + bytes([(128 - sum(data) % 128) % 128]) if checksum else data


class SimulatedToledo:
    """The continuous output, whole kilograms or decimals; `short`, `spaced` as in `message`."""

    banner: ClassVar[bytes] = b""

    def __init__(
        self, increment: int = 1, *, checksum: bool = True, short: bool = False, spaced: bool = False
    ) -> None:
        self._increment = increment
        self._checksum, self._short, self._spaced = checksum, short, spaced

    def message(self, display: Display) -> bytes:
        scale = 10**display.decimals
        return message(
            abs(round(display.shown * scale)),
            tare=round(display.tare * scale),
            decimals=display.decimals,
            increment=self._increment,
            kilograms=display.unit == "kg",
            net=display.net,
            negative=display.shown < 0 or display.under,
            out_of_range=not display.valid,
            motion=display.motion,
            print_key=display.print_pressed,
            checksum=self._checksum,
            short=self._short,
            spaced=self._spaced,
            pad=" ",
        )


class ToledoBridge(Scale):
    """A scale whose indicator sends Toledo continuous output."""

    def __init__(
        self,
        *,
        increment_kg: int = 20,
        capacity_kg: int = 60_000,
        settle_s: float = 3.0,
        checksum: bool = True,
    ) -> None:
        super().__init__(increment_kg=increment_kg, capacity_kg=capacity_kg, settle_s=settle_s)
        self._talker = SimulatedToledo(_leading_digit(increment_kg), checksum=checksum)

    def send(self, seconds: float) -> tuple[bytes, int | None]:
        """Let `seconds` pass; the message sent then, and its stable weight in kg (None in motion)."""
        display = self.step(seconds)
        weighable = not display.motion and not display.over
        return self._talker.message(display), int(display.weight) if weighable else None


class ToledoSender:
    """Sends what the bridge shows, `rate_hz` times a second of a clock that runs `speed` times real
    time, but never more than `most_hz` messages a real second: then each stands for a longer step.

    `log` holds one emission per load that stood still and was sent undamaged; an empty bridge is none.
    """

    def __init__(
        self,
        bridge: ToledoBridge,
        line: Line,
        *,
        clock: Callable[[], datetime],
        rate_hz: float = 7.0,
        speed: float = 1.0,
        most_hz: float = 50.0,
        seed: int = 0,
    ) -> None:
        self.log = EmissionLog()
        self._bridge, self._line, self._clock = bridge, line, clock
        self._pause_s = 1.0 / min(rate_hz * speed, most_hz)
        self._step_s = self._pause_s * speed
        self._random = random.Random(seed)
        self._faults: list[tuple[ToledoFault, float]] = []
        self._glue = b""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulated weighbridge", daemon=True)
        self._last_logged: int | None = 0

    def start(self) -> None:
        """Begin as a real port does: with garbage and the end of a message."""
        garbage = self._random.randbytes(self._random.randint(5, 40)).replace(b"\x02", b"\x00")
        self._line.write(garbage + self._bridge.send(0.0)[0][7:])
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def inject(self, fault: ToledoFault, seconds: float = 0.0) -> None:
        """Let the next message suffer `fault`; `seconds` (of the simulated clock) for a silence."""
        self._faults.append((fault, seconds))

    def send_one(self) -> None:
        """Let the bridge take one step and send what it shows."""
        data, stable = self._bridge.send(self._step_s)
        fault, seconds = self._faults.pop(0) if self._faults else (None, 0.0)
        if fault is ToledoFault.SILENCE:
            self._stop.wait(seconds / self._step_s * self._pause_s)
            return
        if fault is ToledoFault.DISCONNECT:
            self._line.disconnect()
            return
        sent, intact = self._damage(data, fault)
        carried = self._line.write(sent) if sent else False
        self._note(data, stable, intact=intact, carried=carried)

    def _note(self, data: bytes, stable: int | None, *, intact: bool, carried: bool) -> None:
        """Log a weight when it first stood still; a weight in motion makes room for the next."""
        if stable is None:
            self._last_logged = None
        elif intact and carried and stable != self._last_logged:
            self._last_logged = stable
            if stable:
                self.log.add(Emission(self._clock(), data, {"weight": float(stable)}))

    def _damage(self, data: bytes, fault: ToledoFault | None) -> tuple[bytes, bool]:
        """Return what leaves for one message, and whether the message left undamaged."""
        if fault is ToledoFault.GLUED:
            self._glue += data
            return b"", False
        glue, self._glue = self._glue, b""
        if fault is ToledoFault.HALF:
            return glue + data[: self._random.randint(1, len(data) - 2)], False
        if fault is ToledoFault.WRONG_CHECKSUM:
            spot = self._random.randint(4, 9)
            wrong = bytes([0x30 | (data[spot] + 1 + self._random.randint(0, 7)) & 0x07])
            wrong = bytes([wrong[0] ^ 1]) if wrong[0] == data[spot] else wrong
            return glue + data[:spot] + wrong + data[spot + 1 :], False
        if fault is ToledoFault.NOISE:
            return glue + self._random.randbytes(self._random.randint(1, 60)) + data, False
        return glue + data, True

    def _run(self) -> None:
        while not self._stop.wait(self._pause_s):
            self.send_one()


def _leading_digit(increment: int) -> int:
    while increment % 10 == 0:
        increment //= 10
    return increment
