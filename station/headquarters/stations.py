"""How the stations stand, as far as a person sees them."""

from collections.abc import Sequence

from sqlalchemy import select

from station.headquarters.served import Quarters
from station.hub.own import STATIONS
from station.hub.standing import Standing, standings

__all__ = ["Standing", "station_names", "stations_seen"]


def stations_seen(quarters: Quarters) -> Sequence[Standing]:
    with quarters.engine.connect() as connection:
        return standings(connection, quarters.tables)


def station_names(quarters: Quarters) -> dict[str, str]:
    """Return what people call each station; nothing where nobody said."""
    stations = quarters.tables.tables[STATIONS]
    with quarters.engine.connect() as connection:
        return dict(map(tuple, connection.execute(select(stations.c.id, stations.c.name))))
