"""What photos may take of the line to headquarters, and how fast it is."""

from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from random import Random

RANGE_S = 2.0
LEAST, MOST = 4_096, 2_000_000  # bytes of a range
FIRST_RATE = 8_000.0  # bytes a second, until one is measured: 64 kbit/s
SHORTEST_S, LONGEST_S = 2.0, 300.0
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Budget:
    """What photos may take of the line: `kb_s` at a time, `mb_a_day`, and only between two `hours` of the
    silo's `zone`; None: no bound."""

    kb_s: float | None = None
    mb_a_day: float | None = None
    hours: tuple[time, time] | None = None
    zone: tzinfo | None = None

    def is_hour(self, at: datetime) -> bool:
        if self.hours is None:
            return True
        begins, ends = self.hours
        now = at.astimezone(self.zone).time()
        return begins <= now < ends if begins < ends else now >= begins or now < ends

    def days_for(self, size: int, rate: float | None) -> float | None:
        """Return in how many days so many bytes are gone; None: nothing says how fast."""
        rates = [one for one in (rate, self.kb_s * 1000 if self.kb_s else None) if one]
        daily = [min(rates) * self._seconds()] if rates else []
        daily += [self.mb_a_day * 1_000_000] if self.mb_a_day else []
        return size / min(daily) if daily else None

    def _seconds(self) -> float:
        if self.hours is None:
            return _DAY_S
        begins, ends = (one.hour * 3600 + one.minute * 60 for one in self.hours)
        return (ends - begins) % _DAY_S or _DAY_S


@dataclass(slots=True)
class Pace:
    """How fast the line is, and when the next range may begin; `ticks` are seconds of a clock that nobody
    sets."""

    budget: Budget
    random: Random
    rate: float = FIRST_RATE
    is_measured: bool = False
    failures: int = 0
    not_before: float = 0.0

    def size(self) -> int:
        rate = min(self.rate, self.budget.kb_s * 1000) if self.budget.kb_s else self.rate
        return max(LEAST, min(MOST, int(rate * RANGE_S)))

    def sent(self, size: int, began: float, ended: float) -> None:
        if size:
            now = size / max(ended - began, 0.001)
            self.rate = (self.rate + now) / 2 if self.is_measured else now
            self.is_measured = True
        self.failures = 0
        self.not_before = began + size / (self.budget.kb_s * 1000) if self.budget.kb_s else ended

    def failed(self, at: float) -> None:
        self.failures += 1
        self.rate = max(self.rate / 2, LEAST / RANGE_S)
        seconds = min(LONGEST_S, SHORTEST_S * 2 ** min(self.failures, 10))
        self.not_before = at + seconds * self.random.uniform(0.5, 1.0)
