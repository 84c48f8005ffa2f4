"""How the stations stand, as far as a person sees them."""

from collections.abc import Sequence

from station.headquarters.served import Quarters
from station.hub.standing import Standing, standings

__all__ = ["Standing", "stations_seen"]


def stations_seen(quarters: Quarters) -> Sequence[Standing]:
    with quarters.engine.connect() as connection:
        return standings(connection, quarters.tables)
