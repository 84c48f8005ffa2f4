"""Trucks that come and go over a simulated weighbridge, whatever its indicator speaks."""

import random
from collections.abc import Callable
from datetime import datetime

from drivers.simulated.faults import HARMLESS, LineFault
from drivers.simulated.indicator import Indicator, Talker, Transmission
from drivers.simulated.line import Pluggable, TwoWayLine
from drivers.simulated.plan import FaultPlan
from drivers.simulated.scale import Scale
from drivers.simulated.sent import SentMessage

_UNPLUGGED_S = 1.0
_TWO = frozenset({LineFault.GLUED, LineFault.REPEAT})


class Trucks:
    """`play_one` is one step of the indicator; a truck stands on the scale for 8 to 12 seconds of it."""

    def __init__(
        self,
        talker: Talker,
        line: TwoWayLine,
        *,
        clock: Callable[[], datetime],
        plan: FaultPlan,
        say: Callable[[SentMessage], None],
        seed: int,
        rate_hz: float = 10.0,
        answers: bool = True,
    ) -> None:
        self._line, self._clock, self._plan, self._say = line, clock, plan, say
        self._random = random.Random(seed)
        self._scale = Scale()
        self._step_s = 1.0 / rate_hz
        self._seconds = 0.0
        self._next_move = 3.0
        self._is_loaded = False
        self._unplugged_at: float | None = None
        self._is_glued = False
        self._indicator = Indicator(
            talker,
            self._scale,
            line,
            clock=clock,
            rate_hz=rate_hz,
            answers=answers,
            seed=seed,
            on_message=self._report,
        )
        self._banner = talker.banner
        self._arm()

    def start(self) -> None:
        """Power up."""
        if self._banner:
            self._line.write(self._banner)

    def play_one(self) -> float:
        """Returns the seconds until the next step."""
        self._seconds += self._step_s
        if self._seconds >= self._next_move:
            self._move()
        if self._unplugged_at is not None and self._seconds - self._unplugged_at >= _UNPLUGGED_S:
            self._unplugged_at = None
            if isinstance(self._line, Pluggable):
                self._line.plug()
        self._indicator.send_one()
        return self._step_s

    def _move(self) -> None:
        self._is_loaded = not self._is_loaded
        self._scale.drive_on(20.0 * self._random.randint(600, 2200) if self._is_loaded else 0.0)
        self._next_move = self._seconds + self._random.uniform(
            *((8.0, 12.0) if self._is_loaded else (9.0, 11.0))
        )

    def _arm(self) -> None:
        fault = self._plan.next()
        if fault is not None:
            self._indicator.inject(fault)

    def _report(self, transmission: Transmission) -> None:
        if transmission.fault is LineFault.DISCONNECT:
            self._unplugged_at = self._seconds
        two = transmission.fault in _TWO or self._is_glued
        self._is_glued = transmission.fault is LineFault.GLUED
        known = transmission.display.valid and transmission.fault is not LineFault.OVERLOAD
        self._say(
            SentMessage(
                self._clock(),
                transmission.data,
                {"weight": transmission.display.shown if known else None},
                fault=transmission.fault,
                intact=bool(transmission.data)
                and (transmission.fault is None or transmission.fault in HARMLESS),
                carried=transmission.carried,
                counts=transmission.counts,
                messages=2 if transmission.data and two else 1,
            )
        )
        self._arm()
