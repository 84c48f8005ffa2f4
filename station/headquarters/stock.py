"""What lies at each silo, worked out from the rows that were applied and stored: a page reads one row.

The sums of a silo go on from movement to movement; they begin anew each day, when its way of counting days
changed, and when a movement came that is older than what they hold."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Engine, MetaData, and_, delete, func, insert, select, text

from station.grain.rules import RulePackError, parse_rule_pack
from station.headquarters.flows import Days, Moved, Sums
from station.hub.applying import APPLIED
from station.hub.own import BAGS, QUARANTINE, STATIONS
from station.hub.stock_tables import STOCK
from station.hub.tables import STATION

ANEW = timedelta(days=1)
AT_ONCE = 5_000  # rows
_TURN = 7_245_011  # of who makes a silo's row


def refresh_all(engine: Engine, hub: MetaData, at: datetime) -> int:
    """Make the rows of all silos that something came from since, a transaction each; return how many."""
    with engine.connect() as connection:
        known = list(connection.execute(select(hub.tables[STATIONS].c.id).order_by("id")).scalars())
    made = 0
    for station in known:
        with engine.begin() as connection:
            made += refresh(connection, hub, station, at)
    return made


def refresh(connection: Connection, hub: MetaData, station: str, at: datetime) -> bool:
    """Make a silo's row in the caller's transaction; return False where it is right already."""
    if not _take_turn(connection, station):
        return False
    stock = hub.tables[STOCK]
    stored = connection.execute(select(stock).where(stock.c.station == station)).mappings().first()
    days = days_of(_word(connection, hub, station))
    digest, known_at = _as_of(connection, hub, station, days)
    is_old = stored is not None and at - stored["began_at"] >= ANEW
    if stored is not None and stored["digest"] == digest and not is_old:
        return False
    begins = stored is None or is_old or stored["sums"] is None or stored["sums"]["days"] != _days_told(days)
    sums = None if begins or stored is None else _go_on(connection, hub, station, stored["sums"], days)
    began_at = at if sums is None or stored is None else stored["began_at"]
    if sums is None:
        sums = Sums()
        sums.add(_moved(connection, hub, station, 0), days)
    connection.execute(delete(stock).where(stock.c.station == station))
    connection.execute(
        insert(stock).values(
            station=station, digest=digest, known_at=known_at, made_at=at, began_at=began_at,
            cells=_cells(connection, hub, station), sums=sums.as_json() | {"days": _days_told(days)},
        )
    )  # fmt: skip
    return True


def days_of(word: Mapping[str, Any]) -> Days:
    """Return how a silo counts days, as its word says; a word may say anything."""
    site = word.get("site")
    told = site if isinstance(site, dict) else {}
    try:
        return Days(
            ZoneInfo(str(told.get("timezone") or "Europe/Paris")),
            time.fromisoformat(str(told.get("day_starts") or "04:00")),
        )
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Days()


def _days_told(days: Days) -> list[str]:
    return [days.zone.key, days.begins.isoformat()]


def _take_turn(connection: Connection, station: str) -> bool:
    if connection.dialect.name != "postgresql":
        return True
    query = text("SELECT pg_try_advisory_xact_lock(:turn, hashtext(:station))")
    return bool(connection.execute(query, {"turn": _TURN, "station": station}).scalar_one())


def _word(connection: Connection, hub: MetaData, station: str) -> Mapping[str, Any]:
    stations = hub.tables[STATIONS]
    word = connection.execute(select(stations.c.alive).where(stations.c.id == station)).scalar_one_or_none()
    return word if isinstance(word, dict) else {}


def _as_of(connection: Connection, hub: MetaData, station: str, days: Days) -> tuple[str, datetime | None]:
    """Return what tells whether anything came since, and when the newest bag that is applied was received."""
    bags, waiting = hub.tables[BAGS], hub.tables[QUARANTINE]
    newest = select(bags.c.place, bags.c.received_at).where(
        bags.c.state == APPLIED, bags.c.station == station
    )
    found = connection.execute(newest.order_by(bags.c.place.desc()).limit(1)).first()
    open_ones = select(func.count()).where(waiting.c.station == station, waiting.c.ended_at.is_(None))
    count = connection.execute(open_ones).scalar_one()
    place, known_at = (found[0], found[1]) if found else (0, None)
    return f"{place} {count} {' '.join(_days_told(days))}", known_at


def _go_on(
    connection: Connection, hub: MetaData, station: str, stored: Mapping[str, Any], days: Days
) -> Sums | None:
    """Add what came since to stored sums; None where something came that lies before their end."""
    sums = Sums.of(stored)
    sums.add(_moved(connection, hub, station, sums.last), days)
    rows = hub.tables["cell_movement"]
    counted = select(func.count()).where(rows.c[STATION] == station, rows.c.seq.is_not(None))
    count = connection.execute(counted).scalar_one()
    return sums if count == sums.count else None


def _moved(connection: Connection, hub: MetaData, station: str, after: int) -> Iterator[Moved]:
    """Yield the movements after a number, in their order."""
    rows, loads, cells = (hub.tables[name] for name in ("cell_movement", "load", "cell"))
    own = _between_silos(connection, hub, station)
    ids = connection.execute(select(cells.c.id).where(cells.c[STATION] == station)).scalars().all()
    query = (
        select(
            rows.c.seq, rows.c.cell_id, rows.c.kind, rows.c.kg, rows.c.regime, rows.c.organisation, rows.c.at,
            loads.c.species, cells.c.species.label("made_for"), rows.c.load_id, rows.c.transfer_id,
            rows.c.id,
        )
        .outerjoin(loads, and_(loads.c[STATION] == rows.c[STATION], loads.c.id == rows.c.load_id))
        .outerjoin(cells, and_(cells.c[STATION] == rows.c[STATION], cells.c.id == rows.c.cell_id))
        .where(rows.c[STATION] == station, rows.c.seq > after)
        .order_by(rows.c.seq)
    )  # fmt: skip
    if after and ids:  # the index has the cell before the number
        query = query.where(rows.c.cell_id.in_(ids))
    found = connection.execute(query, execution_options={"yield_per": AT_ONCE})
    for seq, cell, kind, kg, regime, organisation, at, species, made_for, load, transfer, id_ in found:
        yield Moved(
            seq, cell, kind, kg, regime, organisation, at, species or "", made_for or "", load, transfer,
            is_own=id_ in own or load in own,
        )  # fmt: skip


def _between_silos(connection: Connection, hub: MetaData, station: str) -> frozenset[str]:
    """Return the movements of what left for an own silo and came back, and the loads that came from one."""
    left, came = hub.tables["shipment"], hub.tables["expected_shipment"]
    found: set[str] = set()
    for column in (left.c.movement_id, left.c.back_id, came.c.load_id):
        query = select(column).where(column.table.c[STATION] == station, column.is_not(None))
        found.update(connection.execute(query).scalars())
    return frozenset(found)


def _cells(connection: Connection, hub: MetaData, station: str) -> list[dict[str, Any]]:
    """Return what each cell is, and what it holds after its last movement."""
    cells, rows, held = (hub.tables[name] for name in ("cell", "cell_movement", "reservation"))
    grades = _grades(connection, hub, station)
    reserved = select(held.c.cell_id, func.sum(held.c.kg)).where(
        held.c[STATION] == station, held.c.released_at.is_(None)
    )
    waits = {cell: kg for cell, kg in connection.execute(reserved.group_by(held.c.cell_id))}  # noqa: C416
    found = []
    mine = select(cells).where(cells.c[STATION] == station).order_by(cells.c.id)
    for cell in connection.execute(mine).mappings().all():
        query = select(rows.c.content_kg, rows.c.content, rows.c.at).where(
            rows.c[STATION] == station, rows.c.cell_id == cell["id"]
        )
        last = connection.execute(query.order_by(rows.c.seq.desc()).limit(1)).first()
        found.append(
            {
                "id": cell["id"], "name": cell["name"], "species": cell["species"] or "",
                "grade": cell["grade"] or "", "grade_name": grades.get(cell["grade"] or "", {}),
                "claims": cell["claims"] or [], "role": cell["role"], "open": cell["open"],
                "capacity_kg": cell["capacity_kg"], "reserved_kg": waits.get(cell["id"], 0.0),
                "kg": last[0] if last else 0.0, "quality": (last[1] if last else None) or {},
                "moved_at": last[2].isoformat() if last else None,
            }
        )  # fmt: skip
    return found


def _grades(connection: Connection, hub: MetaData, station: str) -> dict[str, dict[str, str]]:
    """Return how the silo's rule packs name each grade; the newest that names one holds."""
    packs = hub.tables["rule_pack"]
    query = select(packs.c.text).where(packs.c[STATION] == station).order_by(packs.c.valid_from)
    found: dict[str, dict[str, str]] = {}
    for pack in connection.execute(query).scalars():
        try:
            found |= {grade.id: dict(grade.name) for grade in parse_rule_pack(pack).grades}
        except RulePackError:
            continue  # a station of another release may know more
    return found
