"""Applying: the rows of received bags go into the typed tables, a transaction a bag (or the parts of one).

A row that cannot be taken waits in quarantine with its reason, and its neighbours go on. Each key keeps the
place of the last bag that touched it, deletions too; a row is written only if nothing later touched its key.
So applying on, trying again from quarantine and making the tables anew from the bags end the same.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, MetaData, and_, delete, func, select, text, update
from sqlalchemy.engine import RowMapping

from station.hub.own import BAGS, GONE, QUARANTINE, STATIONS
from station.hub.proving import note_ours
from station.hub.receiving import RECEIVED, kept_lines
from station.hub.tables import PLACE, STATION, typed
from station.hub.writing import Work, write_lines
from station.post.bag import Line, head_of
from station.store import schema
from station.store.travels import PERSONAL

PARKED, APPLIED = "parked", "applied"
_TURN = 7_245_002  # of who changes a station's rows


def apply_next(connection: Connection, hub: MetaData, at: datetime, station: str | None = None) -> bool:
    """Apply the next bag of a station that nobody else is applying, in the caller's transaction. Return
    False where nothing waits."""
    found = _claim(connection, hub, station)
    if found is None:
        return False
    known, bags = found
    if any(bag["revision"] not in schema.revisions() for bag in bags):
        _set_state(connection, hub, bags, PARKED, None)
        return True
    whole = bags[0]["whole"]
    first = bags[0]["place"]
    whole_place = first if whole else known["whole_place"]
    begins = whole and head_of(bags[0]["facts"]).follows is not None
    for bag in bags:
        work = Work(connection, hub, known["id"], bag["place"], whole_place, at, begins=begins)
        if bag["forgets"]:
            _forget(work, bag)
        write_lines(work, kept_lines(bag))
    if whole:
        _remove_missing(connection, hub, known["id"], first)
        stations = hub.tables[STATIONS]
        connection.execute(update(stations).where(stations.c.id == known["id"]).values(whole_place=first))
    _set_state(connection, hub, bags, APPLIED, at)
    head = head_of(bags[-1]["facts"])
    if head.proves is not None:
        note_ours(connection, hub, head)
    return True


def unpark(connection: Connection, hub: MetaData) -> None:
    """Let bags of a shape that was too new be tried: the hub knows more now."""
    bags = hub.tables[BAGS]
    known = bags.c.revision.in_(sorted(schema.revisions()))
    connection.execute(update(bags).where(bags.c.state == PARKED, known).values(state=RECEIVED))


def retry(connection: Connection, hub: MetaData, quarantine_id: int, at: datetime) -> bool:
    """Try a line of the quarantine again. Return whether it is there no more: it was taken, or something
    later has touched its key."""
    waiting = hub.tables[QUARANTINE]
    query = select(waiting).where(waiting.c.id == quarantine_id, waiting.c.ended_at.is_(None))
    row = connection.execute(query.with_for_update()).mappings().first()
    if row is None:
        return False
    _take_turn(connection, row["station"], wait=True)
    stations = hub.tables[STATIONS]
    known = connection.execute(select(stations).where(stations.c.id == row["station"])).mappings().one()
    work = Work(connection, hub, row["station"], row["place"], known["whole_place"], at)
    if not row["line"] or row["table"] not in hub.tables:
        return False
    write_lines(
        work, iter([Line("w", row["table"], row=json.loads(row["line"]), text=row["line"])]), again=True
    )
    if work.quarantined:
        return False
    ended = update(waiting).where(waiting.c.id == quarantine_id).values(ended_at=at, ended_how="retried")
    connection.execute(ended)
    return True


def rebuild(connection: Connection, hub: MetaData, station: str, at: datetime) -> None:
    """Empty a station's typed tables and its quarantine, and let every bag be applied again."""
    _take_turn(connection, station, wait=True)
    for table in typed(hub):
        connection.execute(delete(table).where(table.c[STATION] == station))
    for name in (GONE, QUARANTINE):
        own = hub.tables[name]
        connection.execute(delete(own).where(own.c.station == station))
    stations, bags = hub.tables[STATIONS], hub.tables[BAGS]
    connection.execute(update(stations).where(stations.c.id == station).values(whole_place=0))
    again = update(bags).where(bags.c.station == station, bags.c.state == APPLIED)
    connection.execute(again.values(state=RECEIVED, applied_at=None))


def count_applied(connection: Connection, hub: MetaData, station: str) -> int:
    """Return how many bags of a station are in its tables, whoever applied them."""
    bags = hub.tables[BAGS]
    query = select(func.count()).where(bags.c.station == station, bags.c.state == APPLIED)
    return connection.execute(query).scalar_one()


def _claim(
    connection: Connection, hub: MetaData, station: str | None
) -> tuple[RowMapping, list[RowMapping]] | None:
    """Return a station whose turn this is now, and its next bag with all its parts. Stations come in no
    order: one whose bag cannot be applied holds no other up. Who asks for one station waits for its turn."""
    stations, bags = hub.tables[STATIONS], hub.tables[BAGS]
    waits = select(bags.c.number).where(bags.c.station == stations.c.id, bags.c.state == RECEIVED)
    parked = select(bags.c.number).where(bags.c.station == stations.c.id, bags.c.state == PARKED)
    query = select(stations.c.id).where(waits.exists(), ~parked.exists()).order_by(func.random())
    if station is not None:
        query = query.where(stations.c.id == station)
    for name in connection.execute(query).scalars().all():
        if not _take_turn(connection, name, wait=station is not None):
            continue
        known = connection.execute(select(stations).where(stations.c.id == name)).mappings().one()
        next_ones = select(bags).where(bags.c.station == name, bags.c.state == RECEIVED)
        next_ones = next_ones.order_by(bags.c.place)
        first = connection.execute(next_ones.limit(1)).mappings().first()
        group = connection.execute(next_ones.limit(first["parts"])).mappings().all() if first else []
        if first and len(group) == first["parts"]:
            return known, list(group)
    return None


def _take_turn(connection: Connection, station: str, *, wait: bool) -> bool:
    """Whoever changes a station's rows does so alone, until its transaction ends; what is received meanwhile
    does not wait for it."""
    if connection.dialect.name != "postgresql":
        return True
    lock = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    query = text(f"SELECT {lock}(:turn, hashtext(:station))")
    got = connection.execute(query, {"turn": _TURN, "station": station}).scalar_one()
    return wait or bool(got)


def _set_state(
    connection: Connection, hub: MetaData, of: Sequence[RowMapping], state: str, at: datetime | None
) -> None:
    bags = hub.tables[BAGS]
    where = and_(bags.c.station == of[0]["station"], bags.c.place.in_([bag["place"] for bag in of]))
    connection.execute(update(bags).where(where, bags.c.state == RECEIVED).values(state=state, applied_at=at))


def _forget(work: Work, bag: RowMapping) -> None:
    """Empty the persons' parts of all earlier bags, and what waits of them: what they said of others is in
    this one."""
    bags = work.hub.tables[BAGS]
    earlier = and_(bags.c.station == work.station, bags.c.place < bag["place"], bags.c.people.is_not(None))
    work.connection.execute(update(bags).where(earlier).values(people=b""))
    waiting = work.hub.tables[QUARANTINE]
    named = and_(
        waiting.c.station == work.station, waiting.c.place < bag["place"], waiting.c.table.in_(PERSONAL)
    )
    ended = {"ended_at": work.at, "ended_how": "forgotten"}
    work.connection.execute(update(waiting).where(named).values(line="", **ended))


def _remove_missing(connection: Connection, hub: MetaData, station: str, first: int) -> None:
    """What a snapshot does not have is gone."""
    for table in typed(hub):
        connection.execute(delete(table).where(table.c[STATION] == station, table.c[PLACE] < first))
