"""How fast a cell fills, and when it is full at this pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from station.grain.units import known

LOOKS_BACK = timedelta(hours=3)
FEWEST = 3  # loads: of fewer nobody knows a pace


@dataclass(frozen=True, slots=True)
class Pace:
    """`full_at` None: not before the collecting day ends."""

    t_an_hour: float
    full_at: datetime | None


def pace_of(
    loads: Sequence[tuple[datetime, float]], room_t: float, now: datetime, day_ends: datetime
) -> Pace | None:
    """Return the pace of the loads (when, tonnes) that went into one cell; None where too few did lately.

    What came after the first of them is counted over the time since the first: a cell that was begun an hour
    ago, or after a night, has the pace of that hour. `room_t` is what may still be decided for it."""
    lately = sorted(load for load in loads if now - LOOKS_BACK <= load[0] <= now)
    if len(lately) < FEWEST:
        return None
    hours = (now - lately[0][0]) / timedelta(hours=1)
    tonnes = sum(t for _, t in lately[1:])
    if hours <= 0.0 or tonnes <= 0.0:
        return None
    t_an_hour = tonnes / hours
    full_at = now + timedelta(hours=max(0.0, room_t) / t_an_hour)
    return Pace(known(t_an_hour), full_at if full_at < day_ends else None)
