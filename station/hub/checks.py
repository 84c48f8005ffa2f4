"""What is wrong with the hub, by code; `silo hub check` says it in words, with what to do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, MetaData, func, inspect, select, text

from station.hub.database import missing
from station.hub.down_tables import OFFERS
from station.hub.own import EVENTS, FOREIGN, QUARANTINE, STATIONS
from station.hub.standing import FORK, Standing, standings

CLOCK_S, MANY_BAGS = 60.0, 200
HELD_FOR = timedelta(hours=1)
JOBS, WORKERS = "procrastinate_jobs", "procrastinate_workers"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is one of: no_shape, clock, no_worker, jobs_failed, fork, silent, station_clock, parked,
    station_older, not_applied, quarantine, foreign_id, document_waits, differs."""

    code: str
    station: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def findings(connection: Connection, hub: MetaData, at: datetime) -> list[Finding]:
    """Without its tables nothing else can be asked of a database."""
    if lacking := missing(connection):
        return [Finding("no_shape", params={"names": lacking, "is_empty": STATIONS in lacking})]
    found = [*_of_database(connection, at), *_of_jobs(connection)]
    for standing in standings(connection, hub):
        found += _of_station(standing, at)
    found += _documents(connection, hub, at)
    return [*found, *_foreign(connection, hub), *_differing(connection, hub)]


def _of_database(connection: Connection, at: datetime) -> Iterator[Finding]:
    if connection.dialect.name != "postgresql":
        return
    there = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    if abs(offset := (at - there).total_seconds()) > CLOCK_S:
        yield Finding("clock", params={"seconds": round(offset)})


def _of_jobs(connection: Connection) -> Iterator[Finding]:
    if not inspect(connection).has_table(JOBS):
        return
    alive = text(f"SELECT count(*) FROM {WORKERS} WHERE last_heartbeat > now() - interval '1 minute'")
    if not connection.execute(alive).scalar_one():
        yield Finding("no_worker")
    failed = connection.execute(text(f"SELECT count(*) FROM {JOBS} WHERE status = 'failed'")).scalar_one()
    if failed:
        yield Finding("jobs_failed", params={"count": failed})


def _of_station(standing: Standing, at: datetime) -> Iterator[Finding]:
    name = standing.station
    if standing.state == FORK:
        yield Finding("fork", name)
    if standing.is_silent(at):
        age = standing.age_s(at)
        yield Finding("silent", name, {"minutes": round(age / 60) if age is not None else None})
    if standing.is_clock_wrong():
        yield Finding("station_clock", name, {"seconds": round(standing.clock_offset_s or 0.0)})
    if standing.parked:
        yield Finding("parked", name, {"count": standing.parked})
    if standing.older == "station":
        yield Finding("station_older", name)
    if standing.lag - standing.parked > MANY_BAGS:
        yield Finding("not_applied", name, {"count": standing.lag - standing.parked})
    if standing.waiting:
        yield Finding("quarantine", name, {"count": standing.waiting})


def _foreign(connection: Connection, hub: MetaData) -> Iterator[Finding]:
    waiting = hub.tables[QUARANTINE]
    query = select(waiting.c.station, waiting.c.why, func.count()).group_by(waiting.c.station, waiting.c.why)
    for station, of, count in connection.execute(
        query.where(waiting.c.code == FOREIGN, waiting.c.ended_at.is_(None))
    ):
        yield Finding("foreign_id", station, {"of": of, "count": count})


def _documents(connection: Connection, hub: MetaData, at: datetime) -> Iterator[Finding]:
    """What a station has heard of and cannot take: of a kind that its release does not know, say."""
    offers, down = hub.tables[OFFERS], hub.tables["down_document"]
    same = (down.c.station == offers.c.station) & (down.c.number == offers.c.number)
    query = select(offers.c.station, offers.c.kind, func.count()).join_from(offers, down, same)
    held = query.where(
        down.c.state.in_(("offered", "verified")), down.c.code != "", offers.c.at < at - HELD_FOR
    )
    for station, kind, count in connection.execute(
        held.group_by(offers.c.station, offers.c.kind).order_by(offers.c.station, offers.c.kind)
    ):
        yield Finding("document_waits", station, {"kind": kind, "count": count})


def _differing(connection: Connection, hub: MetaData) -> Iterator[Finding]:
    """Stations whose last proof found a difference."""
    events = hub.tables[EVENTS]
    last = (
        select(func.max(events.c.seq))
        .where(events.c.kind.in_(["proved", "differs"]))
        .group_by(events.c.station)
    )
    query = select(events.c.station, events.c.data).where(events.c.seq.in_(last), events.c.kind == "differs")
    for station, data in connection.execute(query.order_by(events.c.station)):
        yield Finding("differs", station, {"table": data.get("table", ""), "key": data.get("key", "")})
