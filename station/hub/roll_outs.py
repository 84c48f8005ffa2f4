"""A document goes out in rings: a few stations first, the next ring when every one of these has run it for
some hours. A station that refuses it stops the roll-out; stopping and going back are one act each.

What a station did with a document is told by its own rows (`down_document`), which come with its bags."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, MetaData, insert, select, update
from sqlalchemy.engine import RowMapping

from station.hub.documents import (
    DocumentRefused,
    New,
    Sender,
    document,
    keep,
    newest_offer,
    offer,
)
from station.hub.down_tables import OFFERS, ROLL_OUTS
from station.hub.own import STATIONS, add_event
from station.hub.renumbering import renumber
from station.hub.ring_rule import Obstacle, Offered, Rule, is_last, stopped_by, waits_for
from station.hub.stations import StationUnknown

RUNNING, STOPPED, DONE, BACK = "running", "stopped", "done", "back"
TAKEN, REFUSED = "active", "refused"  # what a station says of a document
WITHDRAWS = "withdraws"  # of an empty body: the digest that is to hold no more
_DOWN = "down_document"


class Ring(IntEnum):
    """In which order stations take what is new."""

    PILOT = 0
    SOME = 1
    ALL = 2


class EmptyRing(Exception):
    """No station is in the first ring: nothing would be tried before everybody had it."""


class RollOutUnknown(Exception):
    """No roll-out has this number, or it is over."""


def put_in_ring(
    connection: Connection, hub: MetaData, station: str, ring: Ring, by: str, at: datetime
) -> None:
    """Raises StationUnknown."""
    stations = hub.tables[STATIONS]
    changed = connection.execute(update(stations).where(stations.c.id == station).values(ring=ring.value))
    if not changed.rowcount:
        raise StationUnknown(station)
    add_event(connection, hub, "station_ring", at, station, {"ring": ring.name.lower()}, by=by)


def begin(
    connection: Connection, hub: MetaData, key: Ed25519PrivateKey, kind: str, sha256: str, rule: Rule,
    by: str, at: datetime, why: str = "",
) -> int:  # fmt: skip
    """Open the first ring and return the roll-out's number; one of the same kind and name that is under way
    is stopped. Raises DocumentRefused and EmptyRing."""
    kept = document(connection, hub, kind, sha256)
    if kept is None:
        raise DocumentRefused(f"no {kind} {sha256[:12]} is kept here")
    if not rule.at_once and not _stations_in(connection, hub, Ring.PILOT):
        raise EmptyRing
    roll_outs = hub.tables[ROLL_OUTS]
    under_way = select(roll_outs.c.id).where(
        roll_outs.c.kind == kind, roll_outs.c.name == kept["name"], roll_outs.c.state == RUNNING
    )
    for earlier in connection.execute(under_way).scalars().all():
        _end(connection, hub, earlier, STOPPED, "a later one began", by, at)
    ring = Ring.ALL if rule.at_once else Ring.PILOT
    number = connection.execute(
        insert(roll_outs).returning(roll_outs.c.id).values(
            kind=kind, name=kept["name"], sha256=sha256, ring=ring.value, hours=rule.hours, state=RUNNING,
            why=why, at=at, by=by, opened_at=at, at_once=rule.at_once, rule=rule.as_dict(),
        )
    ).scalar_one()  # fmt: skip
    data = {"roll_out": number, "kind": kind, "name": kept["name"], "sha256": sha256, "why": why}
    add_event(connection, hub, "roll_out_begun", at, "", {**data, "at_once": rule.at_once}, by=by)
    _offer_open(connection, hub, key, _row(connection, hub, number), at)
    return int(number)


def widen(
    connection: Connection, hub: MetaData, key: Ed25519PrivateKey, number: int, by: str, at: datetime,
    to: Ring | None = None,
) -> Ring:  # fmt: skip
    """Open the next ring that has stations, or all up to `to`. Raises RollOutUnknown."""
    row = _row(connection, hub, number)
    if row["state"] not in (RUNNING, STOPPED):
        raise RollOutUnknown(number)
    ring = to if to is not None and to > row["ring"] else _next_ring(connection, hub, row["ring"])
    roll_outs = hub.tables[ROLL_OUTS]
    connection.execute(
        update(roll_outs)
        .where(roll_outs.c.id == number)
        .values(ring=ring.value, opened_at=at, state=RUNNING, because=[])
    )
    data = {"roll_out": number, "ring": ring.name.lower()}
    add_event(connection, hub, "roll_out_widened", at, "", data, by=by)
    _offer_open(connection, hub, key, _row(connection, hub, number), at)
    return ring


def stop(connection: Connection, hub: MetaData, number: int, why: str, by: str, at: datetime) -> None:
    """Open no further ring: who has it keeps it. Raises RollOutUnknown."""
    if _row(connection, hub, number)["state"] != RUNNING:
        raise RollOutUnknown(number)
    _end(connection, hub, number, STOPPED, why, by, at)


def back(
    connection: Connection,
    hub: MetaData,
    key: Ed25519PrivateKey,
    number: int,
    why: str,
    by: str,
    at: datetime,
) -> list[str]:
    """Offer each station that was offered this document what it had before; where that is nothing, a document
    that takes this one back. Return the stations. Raises RollOutUnknown."""
    row = _row(connection, hub, number)
    if row["state"] == BACK:
        raise RollOutUnknown(number)
    offers = hub.tables[OFFERS]
    query = select(offers).where(offers.c.roll_out == number).order_by(offers.c.station)
    stations = []
    for one in connection.execute(query).mappings().all():
        sender = Sender(key, by, at)
        before = newest_offer(connection, hub, one["station"], one["kind"], one["name"], one["number"])
        sha256 = before["sha256"] if before else _withdrawal(connection, hub, one, by, at)
        if offer(connection, hub, one["station"], one["kind"], sha256, sender) is not None:
            stations.append(one["station"])
    _end(connection, hub, number, BACK, why, by, at)
    return stations


def step(connection: Connection, hub: MetaData, key: Ed25519PrivateKey, at: datetime) -> int:
    """Look at every roll-out that runs: note where it is active, stop it where it was refused, open the next
    ring where it is time. Return how many moved on."""
    renumber(connection, hub, key, at)
    roll_outs = hub.tables[ROLL_OUTS]
    query = select(roll_outs).where(roll_outs.c.state == RUNNING).order_by(roll_outs.c.id)
    rows = connection.execute(query.with_for_update(skip_locked=True)).mappings().all()
    return sum(_step(connection, hub, key, row, at) for row in rows)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a document is at one station: `state` is what the station says last, nothing where it was
    offered nothing yet or has not been heard since."""

    station: str
    ring: Ring
    number: int | None
    state: str
    code: str
    params: Mapping[str, Any]
    active_at: datetime | None


def standings(connection: Connection, hub: MetaData, number: int) -> list[Standing]:
    """Return every station of a roll-out, in the order of its rings. Raises RollOutUnknown."""
    _row(connection, hub, number)
    stations, offers, down = hub.tables[STATIONS], hub.tables[OFFERS], hub.tables[_DOWN]
    query = select(
        stations.c.id,
        stations.c.ring,
        offers.c.number,
        offers.c.active_at,
        down.c.state,
        down.c.code,
        down.c.params,
    )
    query = query.select_from(
        stations.outerjoin(
            offers, (offers.c.station == stations.c.id) & (offers.c.roll_out == number)
        ).outerjoin(down, (down.c.station == stations.c.id) & (down.c.number == offers.c.number))
    )
    query = query.where(stations.c.revoked_at.is_(None)).order_by(stations.c.ring, stations.c.id)
    return [
        Standing(id_, Ring(ring), number_, state or "", code or "", params or {}, active_at)
        for id_, ring, number_, active_at, state, code, params in connection.execute(query)
    ]


def listed(connection: Connection, hub: MetaData) -> Sequence[RowMapping]:
    """Return the roll-outs, the newest first."""
    roll_outs = hub.tables[ROLL_OUTS]
    return connection.execute(select(roll_outs).order_by(roll_outs.c.id.desc())).mappings().all()


def catch_up(
    connection: Connection, hub: MetaData, key: Ed25519PrivateKey, station: str, at: datetime
) -> list[int]:
    """Offer a station what every roll-out brings or brought to its ring, unless it was stopped or taken back:
    it is new here, or was moved to another ring. Return the numbers. Raises StationUnknown."""
    roll_outs, stations = hub.tables[ROLL_OUTS], hub.tables[STATIONS]
    ring = connection.execute(select(stations.c.ring).where(stations.c.id == station)).scalar()
    if ring is None:
        raise StationUnknown(station)
    newest = {}
    query = select(roll_outs).where(roll_outs.c.state.in_((RUNNING, DONE)), roll_outs.c.ring >= ring)
    for row in connection.execute(query.order_by(roll_outs.c.id)).mappings():
        newest[row["kind"], row["name"]] = row
    offered = (
        offer(connection, hub, station, one["kind"], one["sha256"], Sender(key, one["by"], at, one["id"]))
        for one in newest.values()
        if not _has_later(connection, hub, station, one)
    )
    return [number for number in offered if number is not None]


def _has_later(connection: Connection, hub: MetaData, station: str, row: RowMapping) -> bool:
    """Say whether a station was offered something later of this name: by a roll-out that was stopped, say."""
    newest = newest_offer(connection, hub, station, row["kind"], row["name"])
    return newest is not None and (newest["roll_out"] or 0) > row["id"]


def _step(
    connection: Connection, hub: MetaData, key: Ed25519PrivateKey, row: RowMapping, at: datetime
) -> int:
    known = offered_of(standings(connection, hub, row["id"]))
    broken = stopped_by(connection, hub, row, known)
    if broken:
        why = ", ".join(_short(one) for one in broken)
        _end(connection, hub, row["id"], STOPPED, why, "", at, broken)
        return 1
    _note_active(connection, hub, row["id"], known, at)
    if waits_for(connection, hub, row, known, at):
        return 0
    if is_last(row):
        _end(connection, hub, row["id"], DONE, row["why"], "", at)
    else:
        widen(connection, hub, key, row["id"], "", at)
    return 1


def waiting(connection: Connection, hub: MetaData, number: int, at: datetime) -> list[Obstacle]:
    """Return what a roll-out that runs waits for; nothing for others. Raises RollOutUnknown."""
    row = _row(connection, hub, number)
    if row["state"] != RUNNING:
        return []
    return waits_for(connection, hub, row, offered_of(standings(connection, hub, number)), at)


def stopped_because(connection: Connection, hub: MetaData, number: int) -> list[Obstacle]:
    """Return what stopped a roll-out by itself; nothing for others. Raises RollOutUnknown."""
    row = _row(connection, hub, number)
    told = (row["because"] or []) if row["state"] == STOPPED else []
    return [Obstacle(one["code"], one["station"], one["params"]) for one in told]


def offered_of(known: Iterable[Standing]) -> list[Offered]:
    """Return those that were offered the document."""
    return [
        Offered(one.station, one.number, one.state, one.code, one.active_at)
        for one in known
        if one.number is not None
    ]


def _short(one: Obstacle) -> str:
    """For the record, in one language; who asks is told in words from what is stored beside it."""
    if one.code == REFUSED:
        return f"refused by {one.station}: {one.params['code']}"
    return f"{one.code} at {one.station}"


def _note_active(
    connection: Connection, hub: MetaData, number: int, known: Iterable[Offered], at: datetime
) -> None:
    """By the hub's clock: a station's own may be wrong."""
    offers = hub.tables[OFFERS]
    for one in known:
        if one.state == TAKEN and one.active_at is None:
            theirs = update(offers).where(offers.c.station == one.station, offers.c.number == one.number)
            connection.execute(theirs.values(active_at=at))


def _offer_open(
    connection: Connection, hub: MetaData, key: Ed25519PrivateKey, row: RowMapping, at: datetime
) -> None:
    sender = Sender(key, row["by"], at, row["id"])
    for ring in Ring:
        if ring <= row["ring"]:
            for station in _stations_in(connection, hub, ring):
                offer(connection, hub, station, row["kind"], row["sha256"], sender)


def _next_ring(connection: Connection, hub: MetaData, ring: int) -> Ring:
    """An empty ring is passed over."""
    later = [one for one in Ring if one > ring]
    return next((one for one in later if _stations_in(connection, hub, one)), Ring.ALL)


def _stations_in(connection: Connection, hub: MetaData, ring: Ring) -> list[str]:
    stations = hub.tables[STATIONS]
    query = select(stations.c.id).where(stations.c.ring == ring.value, stations.c.revoked_at.is_(None))
    return list(connection.execute(query.order_by(stations.c.id)).scalars())


def _withdrawal(connection: Connection, hub: MetaData, offered: RowMapping, by: str, at: datetime) -> str:
    """Keep a document that takes another one back: its body names it, so that its digest is its own."""
    withdrawn = offered["sha256"]
    new = New(
        offered["kind"], offered["name"], f"{WITHDRAWS} {withdrawn}".encode(), more={WITHDRAWS: withdrawn}
    )
    return keep(connection, hub, new, by, at)


def _end(
    connection: Connection, hub: MetaData, number: int, state: str, why: str, by: str, at: datetime,
    because: Sequence[Obstacle] = (),
) -> None:  # fmt: skip
    roll_outs, told = hub.tables[ROLL_OUTS], [one.as_dict() for one in because]
    ended = update(roll_outs).where(roll_outs.c.id == number)
    connection.execute(ended.values(state=state, why=why, because=told))
    add_event(connection, hub, f"roll_out_{state}", at, "", {"roll_out": number, "why": why}, by=by)


def _row(connection: Connection, hub: MetaData, number: int) -> RowMapping:
    roll_outs = hub.tables[ROLL_OUTS]
    found = connection.execute(select(roll_outs).where(roll_outs.c.id == number)).mappings().first()
    if found is None:
        raise RollOutUnknown(number)
    return found
