"""Giving back: a station that lost its disk asks for its own bags, one after the other.

It names the last one that it knows, by epoch, number and digest, so that two lines of bags are never mixed.
Nothing is changed by asking; an answer has one bag at most.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, MetaData, select
from sqlalchemy.engine import RowMapping

from station.hub.own import BAGS, STATIONS
from station.hub.receiving import REFUSED, Answer
from station.post.bag import head_of
from station.post.wire import enveloped

NO_MORE, UNKNOWN = "no_more", "no_such_bag"


@dataclass(frozen=True, slots=True)
class Place:
    """A bag of a station; `number` 0: before the first."""

    epoch: str
    number: int
    sha256: str


def bag_after(
    connection: Connection, hub: MetaData, station: str, after: Place, at: datetime
) -> Answer | bytes:
    """Return the bag that was received next after one, in its envelope. Where there is none the answer says
    so, and which machines were heard as this station, how many seconds ago; or that no such bag is known."""
    bags = hub.tables[BAGS]
    mine = select(bags).where(bags.c.station == station, bags.c.state != REFUSED)
    place = 0
    if after.number:
        named = mine.where(
            bags.c.epoch == after.epoch, bags.c.number == after.number, bags.c.sha256 == after.sha256
        )
        known = connection.execute(named).mappings().first()
        if known is None:
            return _told(_station(connection, hub, station), 404, UNKNOWN)
        place = known["place"]
    query = mine.where(bags.c.place > place).order_by(bags.c.place).limit(1)
    row = connection.execute(query).mappings().first()
    if row is not None:
        return enveloped(row["facts"], row["people"])
    boxes = _boxes(connection, hub, station, at)
    return _told(_station(connection, hub, station), 404, NO_MORE, json.dumps(boxes))


def _boxes(connection: Connection, hub: MetaData, station: str, at: datetime) -> list[tuple[str, float]]:
    """The machine that spoke last as this station, and the one that sent the last bag."""
    bags, known = hub.tables[BAGS], _station(connection, hub, station)
    last = select(bags.c.facts, bags.c.received_at).where(
        bags.c.station == station, bags.c.place == known["place"], bags.c.state != REFUSED
    )
    found = [(head_of(facts).box, heard_at) for facts, heard_at in connection.execute(last)]
    if known["seen_at"] is not None:
        found.append((str((known["alive"] or {}).get("box", "")), known["seen_at"]))
    return [(box, max(0.0, (at - heard_at).total_seconds())) for box, heard_at in found if box]


def cursor_of(connection: Connection, hub: MetaData, station: str) -> Answer:
    """Return number and digest of the last bag that was received, so that a station knows whether it lost
    some itself."""
    return _told(_station(connection, hub, station), 200, "")


def _station(connection: Connection, hub: MetaData, station: str) -> RowMapping:
    stations = hub.tables[STATIONS]
    return connection.execute(select(stations).where(stations.c.id == station)).mappings().one()


def _told(known: RowMapping, status: int, reason: str, detail: str = "") -> Answer:
    return Answer(status, reason, known["epoch"], known["have"], known["sha256"], detail)
