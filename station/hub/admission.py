"""Who may hand something over: a station that is known, not revoked, and that signed it."""

from datetime import datetime

from sqlalchemy import Connection, MetaData, select

from station.hub.own import STATIONS, add_event
from station.hub.receiving import Answer
from station.post.wire import SignatureWrong, Signed


def refusal(
    connection: Connection, hub: MetaData, station: str, signed: Signed, signature: str, at: datetime
) -> Answer | None:
    """Return the answer to who is not this station; a wrong signature is noted."""
    stations = hub.tables[STATIONS]
    query = select(stations.c.public_key, stations.c.revoked_at).where(stations.c.id == station)
    known = connection.execute(query).mappings().first()
    if known is None:
        return Answer(404, "unknown_station")
    try:
        signed.check(known["public_key"], signature)
    except SignatureWrong:
        add_event(connection, hub, "wrong_signature", at, station, {"path": signed.path})
        return Answer(403, "wrong_signature")
    return Answer(403, "revoked") if known["revoked_at"] is not None else None
