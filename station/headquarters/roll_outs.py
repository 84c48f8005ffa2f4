"""Roll-outs as people at headquarters see and steer them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import RowMapping

from station.headquarters.served import Quarters
from station.headquarters.votes import Obstacle, StationVote, obstacles, votes
from station.hub import roll_outs as hub
from station.hub.down_tables import ROLL_OUTS
from station.hub.identity import key_of
from station.hub.own import STATIONS
from station.hub.roll_outs import Ring, RollOutUnknown

__all__ = [
    "AtStation",
    "Found",
    "Moved",
    "RollOut",
    "RollOutUnknown",
    "back",
    "one",
    "roll_outs",
    "stop",
    "widen",
]
MOST = 200


class Moved(Exception):
    """The roll-out is no longer where its page showed it: nothing was done."""


@dataclass(frozen=True, slots=True)
class RollOut:
    """`ring` is the last one that is open, `next_ring` the one after it; each ring runs it for `hours` first.
    `why` says why it began, or what ended it."""

    number: int
    kind: str
    name: str
    sha256: str
    ring: str
    next_ring: str | None
    hours: int
    state: str
    why: str
    by: str
    at: datetime
    opened_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state in (hub.RUNNING, hub.STOPPED)


@dataclass(frozen=True, slots=True)
class AtStation:
    """How far a document is at a station; see `station.hub.roll_outs.Standing`."""

    station: str
    ring: str
    number: int | None
    state: str
    code: str
    params: Mapping[str, Any]
    active_at: datetime | None
    vote: StationVote


@dataclass(frozen=True, slots=True)
class Found:
    """A roll-out, its stations in the order of the rings, and what it waits for or was stopped by."""

    roll_out: RollOut
    stations: Sequence[AtStation]
    obstacles: Sequence[Obstacle]


def roll_outs(quarters: Quarters) -> list[RollOut]:
    """Return the newest first."""
    table = quarters.tables.tables[ROLL_OUTS]
    with quarters.engine.connect() as connection:
        rows = connection.execute(select(table).order_by(table.c.id.desc()).limit(MOST)).mappings()
        return [_roll_out(row) for row in rows]


def one(quarters: Quarters, number: int) -> Found:
    """Raises RollOutUnknown."""
    tables = quarters.tables.tables
    table, known = tables[ROLL_OUTS], tables[STATIONS]
    with quarters.engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).mappings().first()
        if row is None:
            raise RollOutUnknown(number)
        standings = hub.standings(connection, quarters.tables, number)
        given = {vote.station: vote for vote in votes(connection, quarters.tables, number)}
        seen = {"", *connection.execute(select(known.c.id)).scalars()}
        waits = obstacles(connection, quarters.tables, number, quarters.clock())
    stations = [
        AtStation(
            at.station, at.ring.name.lower(), at.number, at.state, at.code, at.params, at.active_at,
            given[at.station],
        )
        for at in standings
    ]  # fmt: skip
    return Found(_roll_out(row), stations, [it for it in waits if it.station in seen])


def widen(quarters: Quarters, number: int, seen: str, by: str) -> None:
    """Open the ring after `seen`, which is the last that is open: who asks twice opens one. Raises Moved."""
    with quarters.engine.begin() as connection:
        table = quarters.tables.tables[ROLL_OUTS]
        query = select(table.c.ring).where(table.c.id == number).with_for_update()
        ring = connection.execute(query).scalar()
        if ring is None or Ring(ring).name.lower() != seen:
            raise Moved
        try:
            key = key_of(connection, quarters.tables)
            hub.widen(connection, quarters.tables, key, number, by, quarters.clock())
        except RollOutUnknown:
            raise Moved from None


def stop(quarters: Quarters, number: int, why: str, by: str) -> None:
    """Raises Moved."""
    with quarters.engine.begin() as connection:
        try:
            hub.stop(connection, quarters.tables, number, why, by, quarters.clock())
        except RollOutUnknown:
            raise Moved from None


def back(quarters: Quarters, number: int, why: str, by: str) -> None:
    """Raises Moved."""
    with quarters.engine.begin() as connection:
        try:
            key = key_of(connection, quarters.tables)
            hub.back(connection, quarters.tables, key, number, why, by, quarters.clock())
        except RollOutUnknown:
            raise Moved from None


def _roll_out(row: RowMapping) -> RollOut:
    ring = Ring(row["ring"])
    later = None if ring is Ring.ALL else Ring(ring + 1).name.lower()
    return RollOut(
        row["id"], row["kind"], row["name"], row["sha256"], ring.name.lower(), later, row["hours"],
        row["state"], row["why"], row["by"], row["at"], row["opened_at"],
    )  # fmt: skip
