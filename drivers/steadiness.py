"""Stability for a weight whose message has no mark for it: equal readings for a while.

Some indicators send digits and nothing else. Without a mark a reading is neither stable nor in motion;
the driver, which sees the readings follow each other, adds the flag. A mark of the instrument's own is
never overruled.
"""

from collections.abc import Callable
from dataclasses import replace

from drivers.reading import Flag, Reading

EQUAL_READINGS = 3
EQUAL_FOR_S = 1.0
GAP_S = 5.0
_MARKS = frozenset({Flag.STABLE, Flag.MOTION})


class Steadiness:
    """Judges each weight of one device in its turn; `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._kg: float | None = None
        self._since = 0.0
        self._heard_s = 0.0
        self._count = 0

    def judge(self, reading: Reading) -> Reading:
        """Return `reading` with STABLE after `EQUAL_READINGS` equal weights over `EQUAL_FOR_S` seconds, else
        with MOTION; unchanged where the instrument gives its own mark or no weight. After `GAP_S` seconds
        without a weight the count starts again."""
        kg = reading.weight_kg
        if reading.kind != "weight" or reading.flags & _MARKS:
            return reading
        now = self._monotonic()
        if kg is None or kg != self._kg or now - self._heard_s > GAP_S:
            self._kg, self._since, self._count = kg, now, 0
        self._heard_s = now
        if kg is None:
            return reading
        self._count += 1
        steady = self._count >= EQUAL_READINGS and now - self._since >= EQUAL_FOR_S
        flag = Flag.STABLE if steady else Flag.MOTION
        extra = {**reading.extra, "stability": "equal readings"}
        return replace(reading, flags=reading.flags | {flag}, extra=extra)
