"""The stations that a hub knows: added, enrolled with a code, revoked, settled after a fork."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, MetaData, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from station.hub.own import BAGS, CODES, STATIONS, add_event
from station.hub.receiving import REFUSED

CODE_LASTS = timedelta(hours=24)
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nobody mistakes one of these for another
_LETTERS = 16


class StationExists(Exception):
    """A station of this id is known; nothing was changed."""


class StationUnknown(Exception):
    """No station has this id."""


class CodeRefused(Exception):
    """The code is unknown, was used, or is too old."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last bag that the hub has of a station; `number` 0: none."""

    epoch: str
    number: int
    sha256: str


def add(
    connection: Connection, hub: MetaData, station: str, name: str, by: str, at: datetime,
    random: Callable[[int], bytes],
) -> str:  # fmt: skip
    """Make a station known and return the code that it enrols with, once, within a day. Raises StationExists.
    One that was revoked may be added again: its bags go on where they were."""
    stations = hub.tables[STATIONS]
    known = _row(connection, hub, station)
    if known is not None and known["revoked_at"] is None:
        raise StationExists(station)
    if known is None:
        connection.execute(insert(stations).values(id=station, name=name, added_at=at))
    code = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in random(_LETTERS))
    codes = hub.tables[CODES]
    connection.execute(delete(codes).where(codes.c.station == station))
    connection.execute(insert(codes).values(digest=_digest(code), station=station, until=at + CODE_LASTS))
    add_event(connection, hub, "station_added", at, station, by=by)
    return "-".join(code[start : start + 4] for start in range(0, _LETTERS, 4))


def enrol(
    connection: Connection, hub: MetaData, station: str, code: str, public_key: str, at: datetime
) -> Cursor:
    """Take the station's key for the code that was given out for it. Raises CodeRefused."""
    codes, stations = hub.tables[CODES], hub.tables[STATIONS]
    digest = _digest(code)
    query = select(codes).where(codes.c.digest == digest, codes.c.station == station).with_for_update()
    known = connection.execute(query).mappings().first()
    if known is None or known["until"] < at or known["used_at"] is not None:
        raise CodeRefused(station)
    connection.execute(update(codes).where(codes.c.digest == digest).values(used_at=at))
    connection.execute(
        update(stations).where(stations.c.id == station).values(public_key=public_key, revoked_at=None)
    )
    add_event(connection, hub, "station_enrolled", at, station, {"public_key": public_key})
    row = _row(connection, hub, station)
    if row is None:
        raise CodeRefused(station)
    return Cursor(row["epoch"], row["have"], row["sha256"])


def revoke(connection: Connection, hub: MetaData, station: str, by: str, at: datetime) -> None:
    """Take nothing more that this station's key has signed; a code that was given out is void. Raises
    StationUnknown."""
    stations, codes = hub.tables[STATIONS], hub.tables[CODES]
    find(connection, hub, station)
    connection.execute(delete(codes).where(codes.c.station == station))
    connection.execute(update(stations).where(stations.c.id == station).values(revoked_at=at))
    add_event(connection, hub, "station_revoked", at, station, by=by)


def settle(connection: Connection, hub: MetaData, station: str, by: str, at: datetime) -> list[RowMapping]:
    """End a fork: the line of bags that was there first goes on; what the other machine sent stays, refused.
    The other one enrols anew. Returns what was refused. Raises StationUnknown."""
    stations, bags = hub.tables[STATIONS], hub.tables[BAGS]
    find(connection, hub, station)
    query = select(bags.c.epoch, bags.c.number, bags.c.sha256, bags.c.received_at)
    query = query.where(bags.c.station == station, bags.c.state == REFUSED).order_by(bags.c.received_at)
    refused = list(connection.execute(query).mappings())
    connection.execute(update(stations).where(stations.c.id == station).values(forked=False))
    add_event(connection, hub, "fork_settled", at, station, {"refused": len(refused)}, by=by)
    return refused


def note_alive(
    connection: Connection, hub: MetaData, station: str, count: int, told: dict[str, Any], at: datetime
) -> bool:
    """Keep what a station says of itself each minute. Return False for a counter that did not rise: it is an
    old word."""
    stations = hub.tables[STATIONS]
    newer = update(stations).where(stations.c.id == station, stations.c.alive_count < count)
    return connection.execute(newer.values(alive=told, alive_count=count, seen_at=at)).rowcount == 1


def listed(connection: Connection, hub: MetaData) -> Sequence[RowMapping]:
    stations = hub.tables[STATIONS]
    return connection.execute(select(stations).order_by(stations.c.id)).mappings().all()


def find(connection: Connection, hub: MetaData, station: str) -> RowMapping:
    """Raises StationUnknown."""
    row = _row(connection, hub, station)
    if row is None:
        raise StationUnknown(station)
    return row


def _row(connection: Connection, hub: MetaData, station: str) -> RowMapping | None:
    stations = hub.tables[STATIONS]
    return connection.execute(select(stations).where(stations.c.id == station)).mappings().first()


def _digest(code: str) -> str:
    """However it was typed."""
    letters = "".join(letter for letter in code.upper() if letter in _ALPHABET)
    return hashlib.sha256(letters.encode()).hexdigest()
