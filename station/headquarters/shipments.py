"""Shipments between own silos as headquarters sees them: what is on the road, what arrived with what freinte.

Each is one row, made from the row of the silo that it left and those of the silos that expect or received it.
`follow` looks at what came with bags since, and hands each shipment down to whom it concerns.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, MetaData, and_, func, insert, select, text, update
from sqlalchemy.engine import RowMapping

from station.grain.freinte import USUAL_PERCENT, freinte_of
from station.hub.documents import New, Sender, keep, newest_offer, offer
from station.hub.own import STATIONS, add_event
from station.hub.shipment_tables import SHIPMENTS, SHIPMENTS_SEEN
from station.hub.stations import StationUnknown
from station.hub.tables import DIGEST, STATION
from station.receival.between_silos.shipment_paper import PaperWrong, ShipmentPaper

IN_TRANSIT, ARRIVED, REFUSED = "in_transit", "arrived", "refused"
CLOSED, RETURNED, CANCELLED = "closed", "returned", "cancelled"
ON_THE_ROAD = (IN_TRANSIT, ARRIVED, REFUSED)
KIND, SITES = "shipment", "stations"  # of documents
LEFT, ELSEWHERE = "left", "elsewhere"
OVERDUE = timedelta(hours=24)
BY = "headquarters"
_LEFT, _EXPECTED = "shipment", "expected_shipment"
_TURN = 7_245_003  # of who follows shipments


@dataclass(frozen=True, slots=True)
class Shipment:
    """`from_site`, `to_site` and `at_site` (where it arrived, if it did) are stations. `age` is counted from
    when it left by that silo's clock, and never less than nothing."""

    number: str
    from_site: str
    to_site: str
    plate: str
    species: str
    kg: float
    left_at: datetime
    age: timedelta
    state: str
    at_site: str | None = None
    arrived_kg: float | None = None
    freinte_kg: float | None = None
    freinte_percent: float | None = None
    ended_at: datetime | None = None
    is_overdue: bool = False
    is_over_limit: bool = False
    is_twice: bool = False


def in_transit(
    connection: Connection, hub: MetaData, at: datetime, stations: Sequence[str] | None = None,
    overdue: timedelta = OVERDUE,
) -> list[Shipment]:  # fmt: skip
    """Return what has left and is in no cell yet, the one that left first first; `stations`: from or to one
    of these."""
    table = hub.tables[SHIPMENTS]
    query = _of(table, stations).where(table.c.state.in_(ON_THE_ROAD)).order_by(table.c.left_at)
    rows = connection.execute(query).mappings()
    return [_shipment(row, at, overdue=overdue) for row in rows]


def ended(
    connection: Connection, hub: MetaData, at: datetime, most: int, stations: Sequence[str] | None = None,
    *, limit_percent: float = USUAL_PERCENT, only_over: bool = False,
) -> list[Shipment]:  # fmt: skip
    """Return what arrived, came back or never left, the newest end first; `only_over`: those whose freinte is
    over the limit, and those that two silos say they have."""
    table = hub.tables[SHIPMENTS]
    query = _of(table, stations).where(table.c.ended_at.is_not(None))
    if only_over:
        query = query.where((func.abs(table.c.freinte_percent) > limit_percent) | table.c.is_twice)
    rows = connection.execute(query.order_by(table.c.ended_at.desc()).limit(most)).mappings()
    return [_shipment(row, at, limit_percent=limit_percent) for row in rows]


def follow(connection: Connection, hub: MetaData, key: Ed25519PrivateKey, at: datetime) -> list[str]:
    """Take into account what came since, and hand it down, in the caller's transaction; return the numbers of
    the shipments that changed. Done twice it ends the same, and two at once are one."""
    if not _is_alone(connection):
        return []
    send_stations(connection, hub, key, at)
    changed = _changed(connection, hub)
    sender = Sender(key, BY, at)
    for number in changed:
        left, others = _rows_of(connection, hub, number)
        if left is not None and _is_right(connection, hub, left, at):
            row = _folded(left, others)
            _keep(connection, hub, row, at)
            _hand_down(connection, hub, left, others, row, sender)
    return changed


def send_stations(connection: Connection, hub: MetaData, key: Ed25519PrivateKey, at: datetime) -> None:
    """Let every station know the others by name and public key, where it does not yet."""
    table = hub.tables[STATIONS]
    known = connection.execute(
        select(table.c.id, table.c.name, table.c.public_key)
        .where(table.c.revoked_at.is_(None))
        .order_by(table.c.id)
    ).mappings()
    told = [dict(row) for row in known]
    new = New(SITES, SITES, _body({"stations": told}))
    for one in told:
        newest = newest_offer(connection, hub, one["id"], SITES, SITES)
        if newest is None or newest["sha256"] != new.sha256:
            keep(connection, hub, new, BY, at)
            offer(connection, hub, one["id"], SITES, new.sha256, Sender(key, BY, at))


def _is_alone(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(text(f"SELECT pg_try_advisory_xact_lock({_TURN})")).scalar_one())


def _changed(connection: Connection, hub: MetaData) -> list[str]:
    """Return the numbers of the shipments of which a row is new or another, and note that it was seen."""
    seen, numbers = hub.tables[SHIPMENTS_SEEN], set[str]()
    for name in (_LEFT, _EXPECTED):
        table = hub.tables[name]
        is_it = and_(seen.c.station == table.c[STATION], seen.c.id == table.c.id)
        query = select(table.c[STATION], table.c.id, table.c.number, table.c[DIGEST], seen.c.digest)
        query = query.select_from(table.outerjoin(seen, is_it))
        query = query.where(seen.c.digest.is_(None) | (seen.c.digest != table.c[DIGEST]))
        for station, id_, number, digest, before in connection.execute(query).all():
            numbers.add(number)
            if before is None:
                connection.execute(insert(seen).values(station=station, id=id_, digest=digest))
            else:
                where = and_(seen.c.station == station, seen.c.id == id_)
                connection.execute(update(seen).where(where).values(digest=digest))
    return sorted(numbers)


def _is_right(connection: Connection, hub: MetaData, left: RowMapping, at: datetime) -> bool:
    """Nobody is sent a paper that no station can read; the other shipments go on."""
    try:
        is_right = bool(ShipmentPaper.read(left["paper"] or {}).number == left["number"])
    except PaperWrong as error:
        is_right, why = False, str(error)
    else:
        why = "number"
    if not is_right:
        data = {"number": left["number"], "why": why}
        add_event(connection, hub, "shipment_wrong", at, left[STATION], data)
    return is_right


def _rows_of(
    connection: Connection, hub: MetaData, number: str
) -> tuple[RowMapping | None, list[RowMapping]]:
    """Return the row of the silo that it left (the number begins with its name) and those of the others."""
    left, expected = hub.tables[_LEFT], hub.tables[_EXPECTED]
    site = number.rpartition("-")[0]
    query = select(left).where(left.c[STATION] == site, left.c.number == number)
    others = select(expected).where(expected.c[STATION].in_(_ids(hub)), expected.c.number == number)
    return (
        connection.execute(query).mappings().first(),
        list(connection.execute(others.order_by(expected.c[STATION])).mappings()),
    )


def _ids(hub: MetaData) -> Any:
    return select(hub.tables[STATIONS].c.id)


def _folded(left: RowMapping, others: Sequence[RowMapping]) -> dict[str, Any]:
    """Say in one row what all ends say: who received it has it, whatever else is said."""
    received = [row for row in others if row["state"] == "received"]
    there = [row for row in others if row["state"] in (ARRIVED, REFUSED)]
    row: dict[str, Any] = {
        "number": left["number"], "from_site": left[STATION], "to_site": left["to_site"],
        "plate": left["plate"], "species": left["species"], "kg": left["kg"], "left_at": left["left_at"],
        "content": left["paper"].get("values", {}), "state": IN_TRANSIT, "at_site": None,
        "arrived_kg": None, "ended_at": None,
        "is_twice": len(received) + (left["state"] != LEFT) > 1,
    }  # fmt: skip
    if received:
        first = received[0]
        row |= {"state": CLOSED, "at_site": first[STATION], "arrived_kg": first["received_kg"]}
        row |= {"ended_at": first["ended_at"]}
    elif left["state"] != LEFT:
        row |= {"state": left["state"], "at_site": left[STATION], "arrived_kg": left["back_kg"]}
        row |= {"ended_at": left["ended_at"]}
    elif there:
        row |= {"state": there[0]["state"], "at_site": there[0][STATION]}
    return row | _lost(row)


def _lost(row: dict[str, Any]) -> dict[str, Any]:
    if row["arrived_kg"] is None:
        return {"freinte_kg": None, "freinte_percent": None}
    freinte = freinte_of(row["kg"], row["arrived_kg"])
    return {"freinte_kg": freinte.kg, "freinte_percent": freinte.percent}


def _keep(connection: Connection, hub: MetaData, row: dict[str, Any], at: datetime) -> None:
    table = hub.tables[SHIPMENTS]
    known = update(table).where(table.c.number == row["number"]).values(row)
    if connection.execute(known).rowcount == 0:
        connection.execute(insert(table).values(known_at=at, **row))


def _hand_down(
    connection: Connection, hub: MetaData, left: RowMapping, others: Iterable[RowMapping],
    row: dict[str, Any], sender: Sender,
) -> None:  # fmt: skip
    """Tell it where it goes, and whoever else has heard of it; a silo without a station hears nothing."""
    for station in sorted({left["to_site"], *(one[STATION] for one in others)} - {left[STATION]}):
        state = left["state"]
        if row["state"] == CLOSED and row["at_site"] != station:
            state = ELSEWHERE
        new = New(KIND, left["number"], _body({"paper": left["paper"], "state": state}))
        keep(connection, hub, new, BY, sender.at)
        try:
            offer(connection, hub, station, KIND, new.sha256, sender)
        except StationUnknown:
            continue


def _body(told: object) -> bytes:
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _of(table: Any, stations: Sequence[str] | None) -> Any:
    query = select(table)
    if stations is None:
        return query
    return query.where(table.c.from_site.in_(stations) | table.c.to_site.in_(stations))


def _shipment(
    row: RowMapping, at: datetime, *, overdue: timedelta = OVERDUE, limit_percent: float = USUAL_PERCENT
) -> Shipment:
    age = max(timedelta(0), (row["ended_at"] or at) - row["left_at"])
    percent = row["freinte_percent"]
    names = ("number", "from_site", "to_site", "plate", "species", "kg", "left_at", "state", "at_site",
             "arrived_kg", "freinte_kg", "freinte_percent", "ended_at", "is_twice")  # fmt: skip
    return Shipment(
        **{name: row[name] for name in names}, age=age,
        is_overdue=row["ended_at"] is None and age > overdue,
        is_over_limit=percent is not None and abs(round(percent, 6)) > limit_percent,
    )  # fmt: skip
