"""Samples put one after the other into a simulated analyzer, whatever it speaks."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from drivers.simulated.disturbed import DisturbedLine
from drivers.simulated.emission import Emission
from drivers.simulated.faults import LineFault
from drivers.simulated.line import Pluggable, TwoWayLine
from drivers.simulated.plan import FaultPlan
from drivers.simulated.sent import SentMessage

_UNPLUGGED_S = 1.0
_SILENCE_S = 3.0
# After these the message is whole and must arrive. Motion means nothing to an analyzer.
_HARMLESS = frozenset(
    {
        LineFault.POWER_UP_BANNER,
        LineFault.GLUED,
        LineFault.REPEAT,
        LineFault.SILENCE,
        LineFault.OVERLOAD,
        LineFault.MOTION,
    }
)


@dataclass(frozen=True, slots=True)
class SimulatedSample:
    """A sample to be measured; moisture None is measured badly (the fault `overload`)."""

    number: int
    sample_id: str
    product: str
    moisture: float | None
    protein: float
    test_weight: float
    temperature: float


# Sends one sample's result; the emission's `carried` is True when all of it left.
Measure = Callable[[SimulatedSample, datetime], Emission]


class Samples:
    """`play_one` is one sample. `stubborn`: the device says its result until it is taken, so that a damaged
    try does no harm."""

    def __init__(
        self,
        measure: Measure,
        line: DisturbedLine,
        cable: TwoWayLine,
        *,
        clock: Callable[[], datetime],
        plan: FaultPlan,
        say: Callable[[SentMessage], None],
        seed: int,
        every_s: float = 2.0,
        stubborn: bool = False,
        counts: bool = True,
    ) -> None:
        self._measure, self._line, self._cable = measure, line, cable
        self._clock, self._plan, self._say = clock, plan, say
        self._random = random.Random(seed)
        self._every_s, self._stubborn, self._counts = every_s, stubborn, counts
        self._number = 0
        self._is_unplugged = False

    def start(self) -> None:
        """An analyzer says nothing at power-up."""

    def play_one(self) -> float:
        """Returns the seconds until the next step."""
        if self._is_unplugged:
            self._is_unplugged = False
            if isinstance(self._cable, Pluggable):
                self._cable.plug()
            return _UNPLUGGED_S
        fault = self._plan.next()
        if fault is LineFault.GLUED and not self._stubborn:
            self._send_glued()
            return self._every_s
        self._line.fault = None if fault in (LineFault.OVERLOAD, LineFault.SILENCE) else fault
        emission = self._measure(self._sample(fault is LineFault.OVERLOAD), self._clock())
        self._line.fault = None
        self._tell([emission], fault)
        if fault is LineFault.DISCONNECT:
            self._is_unplugged = True
            return _UNPLUGGED_S
        return self._every_s + (_SILENCE_S if fault is LineFault.SILENCE else 0.0)

    def _send_glued(self) -> None:
        """Send two results at once."""
        self._line.fault = LineFault.GLUED
        first = self._measure(self._sample(False), self._clock())
        self._tell([first, self._measure(self._sample(False), self._clock())], LineFault.GLUED)

    def _tell(self, emissions: Sequence[Emission], fault: LineFault | None) -> None:
        sent = self._line.take_sent()
        intact = self._stubborn or fault is None or fault in _HARMLESS
        carried = emissions[-1].carried
        for emission in emissions:
            self._say(
                SentMessage(
                    emission.at,
                    sent if emission is emissions[-1] else b"",
                    emission.values,
                    emission.sample_id,
                    emission.identity,
                    fault,
                    intact,
                    carried,
                    self._counts and intact and carried,
                    len(emissions) + (fault is LineFault.REPEAT),
                )
            )

    def _sample(self, bad: bool) -> SimulatedSample:
        """Make up grain as it comes; every second sample is wetter than its neighbours, so that no two are
        equal."""
        self._number += 1
        chance = self._random.uniform
        numbers = (
            round(chance(10.0, 13.0) + 4.0 * (self._number % 2), 1),
            round(chance(9.0, 14.0), 1),
            round(chance(70.0, 82.0), 1),
            round(chance(15.0, 34.0), 1),
        )
        moisture = None if bad else numbers[0]
        return SimulatedSample(self._number, f"2600{self._number:03d}", "BLE TENDRE", moisture, *numbers[1:])
