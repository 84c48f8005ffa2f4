"""What the station thinks of its clock."""

from station.api import schemas
from station.clock import ClockStanding


def clock(standing: ClockStanding) -> schemas.ClockHealth:
    return schemas.ClockHealth(
        now=standing.now,
        confirmed=standing.doubt is None,
        doubt=standing.doubt.value if standing.doubt else None,
        asks=standing.asks,
        needs_repair=standing.needs_repair,
        machine=standing.wall,
        synchronised=standing.is_synchronised,
        stated=standing.stated,
    )
