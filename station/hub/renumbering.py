"""A hub that was restored from an old backup may give out a number that a station has for another document.

The station never hears of such a one: it asks for what comes after the last number that it knows. What it
tells of its documents says so, and the hub offers it again under a number that is still free.
"""

import json
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, MetaData, delete, func, insert, select
from sqlalchemy.engine import RowMapping

from station.hub.down_tables import OFFERS
from station.hub.own import STATIONS, add_event
from station.post.down import HEAD, SIGNATURE, Document

NUMBER = "down"  # of a station's word: the newest document that it has heard of


def last_offered(connection: Connection, hub: MetaData, station: str) -> int:
    offers = hub.tables[OFFERS]
    query = select(func.max(offers.c.number)).where(offers.c.station == station)
    return connection.execute(query).scalar() or 0


def next_number(connection: Connection, hub: MetaData, station: str) -> int:
    """Return the number after the last one that hub or station know."""
    down, stations = hub.tables["down_document"], hub.tables[STATIONS]
    heard = connection.execute(select(func.max(down.c.number)).where(down.c.station == station)).scalar()
    word = connection.execute(select(stations.c.alive).where(stations.c.id == station)).scalar()
    said = word.get(NUMBER) if isinstance(word, dict) else None
    said = said if isinstance(said, int) and 0 <= said < 2**31 else 0
    return max(last_offered(connection, hub, station), heard or 0, said) + 1


def renumber(connection: Connection, hub: MetaData, key: Ed25519PrivateKey, at: datetime) -> int:
    """Offer again, under new numbers, what has a number that its station has for another document. Return
    how many."""
    offers, down = hub.tables[OFFERS], hub.tables["down_document"]
    same = (down.c.station == offers.c.station) & (down.c.number == offers.c.number)
    query = select(offers, down.c.sha256.label("theirs")).join_from(offers, down, same)
    rows = connection.execute(query.order_by(offers.c.station, offers.c.number)).mappings().all()
    taken = [row for row in rows if row["theirs"] != row["sha256"]]
    for row in taken:
        theirs = (offers.c.station == row["station"]) & (offers.c.number == row["number"])
        connection.execute(delete(offers).where(theirs))
    for row in taken:
        _offer_again(connection, hub, key, row, at)
    return len(taken)


def _offer_again(
    connection: Connection, hub: MetaData, key: Ed25519PrivateKey, row: RowMapping, at: datetime
) -> None:
    station = row["station"]
    number = next_number(connection, hub, station)
    follows = last_offered(connection, hub, station)
    said = replace(Document(**json.loads(row["head"])), number=number, follows=follows).signed(key)
    again = {name: row[name] for name in ("station", "kind", "name", "sha256", "roll_out", "at")}
    values = {**again, "number": number, "head": said[HEAD], "signature": said[SIGNATURE]}
    connection.execute(insert(hub.tables[OFFERS]).values(values))
    add_event(connection, hub, "document_renumbered", at, station, {"was": row["number"], "is": number})
