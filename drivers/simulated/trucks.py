"""Trucks that come and go over a simulated weighbridge, whatever its indicator speaks."""

import random
from collections.abc import Callable
from datetime import datetime

from drivers.simulated.faults import HARMLESS, LineFault
from drivers.simulated.indicator import Indicator, Said, Talker
from drivers.simulated.line import Pluggable, TwoWayLine
from drivers.simulated.plan import FaultPlan
from drivers.simulated.scale import Scale
from drivers.simulated.sent import Sent

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
        say: Callable[[Sent], None],
        seed: int,
        rate_hz: float = 10.0,
        asked: bool = True,
    ) -> None:
        self._line, self._clock, self._plan, self._say = line, clock, plan, say
        self._random = random.Random(seed)
        self._scale = Scale()
        self._step_s = 1.0 / rate_hz
        self._seconds = 0.0
        self._next_move = 3.0
        self._loaded = False
        self._unplugged_at: float | None = None
        self._glued = False
        self._indicator = Indicator(
            talker,
            self._scale,
            line,
            clock=clock,
            rate_hz=rate_hz,
            asked=asked,
            seed=seed,
            told=self._hear,
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
        self._loaded = not self._loaded
        self._scale.drive_on(20.0 * self._random.randint(600, 2200) if self._loaded else 0.0)
        self._next_move = self._seconds + self._random.uniform(
            *((8.0, 12.0) if self._loaded else (9.0, 11.0))
        )

    def _arm(self) -> None:
        fault = self._plan.next()
        if fault is not None:
            self._indicator.inject(fault)

    def _hear(self, said: Said) -> None:
        if said.fault is LineFault.DISCONNECT:
            self._unplugged_at = self._seconds
        two = said.fault in _TWO or self._glued
        self._glued = said.fault is LineFault.GLUED
        known = said.display.valid and said.fault is not LineFault.OVERLOAD
        self._say(
            Sent(
                self._clock(),
                said.sent,
                {"weight": said.display.shown if known else None},
                fault=said.fault,
                intact=bool(said.sent) and (said.fault is None or said.fault in HARMLESS),
                carried=said.carried,
                counts=said.counts,
                messages=2 if said.sent and two else 1,
            )
        )
        self._arm()
