"""How wrong an instrument's clock is, learnt from the readings that came at once.

Each reading tells the difference of its arrival here and its own time. A reading that was held up lies over
the others; a clock that was set shifts all that follow. So the newest that agree with each other count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

AGREE_S = 3.0  # differences of readings that came at once
ON_TIME_S = 8.0  # one that is over the offset by more was held up
NEWEST = 31  # readings: drift within them is below the resolution of such clocks
FEWEST = 3
RESOLUTION_U = 0.3  # of a time written to the second
HELD_UP = 0.03  # share of readings that come late, where the device does not tell


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """Device time plus `seconds` is station time, within the standard uncertainty `u`."""

    seconds: float
    u: float
    count: int


@dataclass(frozen=True, slots=True)
class Placed:
    """When something was measured by station time. `stray` is the share of such readings that were measured
    at quite another time."""

    at: datetime
    stray: float
    is_late: bool = False


def learn_offset(differences: Sequence[float]) -> ClockOffset | None:
    """Learn from differences, arrival less device time in seconds, the newest last. None: too few agree."""
    recent = list(differences)[-NEWEST:]
    newest = recent[-FEWEST:]
    if len(newest) < FEWEST:
        return None
    around = median(newest) if max(newest) - min(newest) <= AGREE_S else median(recent)
    agreeing = [one for one in recent if abs(one - around) <= AGREE_S]
    if len(agreeing) < FEWEST:
        return None
    middle = median(agreeing)
    deviation = 1.4826 * median(abs(one - middle) for one in agreeing)
    return ClockOffset(middle, max(deviation / len(agreeing) ** 0.5, RESOLUTION_U), len(agreeing))


def place(arrived: datetime, device_time: datetime | None, offset: ClockOffset | None) -> Placed:
    """Say when a reading was measured. Where the device has no clock it came at once: nothing in between
    keeps it. Where its clock is not known yet, or was set since, the arrival holds, with a doubt."""
    if device_time is None:
        return Placed(arrived, 0.0)
    if offset is None:
        return Placed(arrived, HELD_UP)
    at = device_time + timedelta(seconds=offset.seconds)
    held_up = (arrived - at).total_seconds()
    if abs(held_up) <= ON_TIME_S:
        return Placed(min(at, arrived), 0.0)
    return Placed(at, HELD_UP, is_late=True) if held_up > 0 else Placed(arrived, HELD_UP)
