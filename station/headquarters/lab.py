"""What laboratories said to headquarters: it waits for its sample, goes to the one station that has it, and
is judged there. Once the station has its row, that row counts, and this one is counted no more."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import ColumnElement, Connection, MetaData, or_, select, update
from sqlalchemy.engine import RowMapping

from station.headquarters.lab_samples import Found, samples_named
from station.hub.documents import New, Sender, keep, offer
from station.hub.down_tables import OFFERS
from station.hub.lab_tables import LAB_RESULTS
from station.hub.own import add_event
from station.hub.tables import STATION
from station.lab.matching import written

WAITING, SENT, JUDGED, REFUSED = "waiting", "sent", "judged", "refused"
UNKNOWN_SAMPLE, SEVERAL_SILOS, OTHER_SILO = "unknown_sample", "several_silos", "other_silo"
LISTED_AFTER = timedelta(hours=1)  # a sample's bag may be on its way
KIND = "lab_result"  # of the document
AT_ONCE = 200  # rows looked at together, and in one document


class ResultUnknown(Exception):
    """No result that waits has this id."""


class SampleUnknown(Exception):
    """The station has no sample of this number."""


@dataclass(frozen=True, slots=True)
class Result:
    """A row as people see it. `stations` are those whose sample it may be."""

    id: str
    station: str
    sample_id: str
    state: str
    why: str
    stations: tuple[str, ...]
    sought: str
    laboratory: str
    report: str
    analyte: str
    value: float
    comparator: str
    basis: str | None
    line: int
    at: datetime
    by: str


def unjudged(
    connection: Connection, hub: MetaData, stations: Sequence[str] | None = None
) -> Sequence[Result]:
    """Return the results of known samples whose station has no row yet; `stations`: only theirs."""
    results = hub.tables[LAB_RESULTS]
    query = select(results).where(results.c.current, results.c.state == SENT, ~_is_there(hub))
    query = query if stations is None else query.where(results.c.station.in_(stations))
    rows = connection.execute(query.order_by(results.c.at, results.c.id)).mappings()
    return [_result(row) for row in rows]


def waiting(
    connection: Connection, hub: MetaData, at: datetime, *, all_of_them: bool = False, most: int = 500
) -> Sequence[Result]:
    """Return what waits for a person, oldest first: what waits for its sample is among it after a while, or
    with `all_of_them`. What a station refused waits too."""
    results = hub.tables[LAB_RESULTS]
    query = select(results).where(results.c.current, results.c.state.in_((WAITING, REFUSED)))
    if not all_of_them:
        query = query.where(or_(results.c.why != UNKNOWN_SAMPLE, results.c.at <= at - LISTED_AFTER))
    rows = connection.execute(query.order_by(results.c.at, results.c.id).limit(most)).mappings()
    return [_result(row) for row in rows]


def newest(
    connection: Connection, hub: MetaData, stations: Sequence[str] | None = None, most: int = 200
) -> Sequence[Result]:
    """Return the results that were sent, newest first; `stations`: only theirs."""
    results = hub.tables[LAB_RESULTS]
    query = select(results).where(results.c.current, results.c.state.in_((SENT, JUDGED)))
    query = query if stations is None else query.where(results.c.station.in_(stations))
    rows = connection.execute(query.order_by(results.c.at.desc(), results.c.id.desc()).limit(most)).mappings()
    return [_result(row) for row in rows]


def match(
    connection: Connection, hub: MetaData, key: Ed25519PrivateKey, result_id: str, station: str, number: str,
    by: str, at: datetime,
) -> None:  # fmt: skip
    """A person says whose sample it is: it goes there. Raises ResultUnknown and SampleUnknown."""
    results = hub.tables[LAB_RESULTS]
    query = select(results).where(results.c.id == result_id, results.c.current)
    row = connection.execute(query.with_for_update()).mappings().first()
    if row is None or row["state"] not in (WAITING, REFUSED):
        raise ResultUnknown(result_id)
    found = samples_named(connection, hub, [number], [station])[number]
    if not found:
        raise SampleUnknown(number)
    said = {**row["said"], "sought": written(number)}
    connection.execute(update(results).where(results.c.id == result_id).values(said=said))
    data = {"result": result_id, "was": row["sought"], "sought": said["sought"], "why": row["why"]}
    add_event(connection, hub, "lab_result_matched", at, station, data, by=by)
    send(connection, hub, key, [({**row, "said": said}, found[0])], by, at)


def send(
    connection: Connection, hub: MetaData, key: Ed25519PrivateKey,
    found: Sequence[tuple[Mapping[str, Any], Found]], by: str, at: datetime,
) -> None:  # fmt: skip
    """Address results to the stations of their samples, some in a document."""
    results = hub.tables[LAB_RESULTS]
    by_station: dict[str, list[tuple[Mapping[str, Any], Found]]] = defaultdict(list)
    for one in found:
        by_station[one[1].station].append(one)
    for station, theirs in by_station.items():
        for start in range(0, len(theirs), AT_ONCE):
            some = theirs[start : start + AT_ONCE]
            body = json.dumps({"results": [row["said"] for row, _ in some]}, sort_keys=True).encode()
            new = New(KIND, str(some[0][0]["id"]), body)  # each its own name: none takes another's place
            sha256 = keep(connection, hub, new, by, at)
            offer(connection, hub, station, KIND, sha256, Sender(key, by, at))
            for row, sample in some:
                values = {
                    "station": station, "sample_id": sample.sample_id, "state": SENT, "document": sha256,
                    "why": "", "params": {},
                }  # fmt: skip
                connection.execute(update(results).where(results.c.id == row["id"]).values(**values))


def step(connection: Connection, hub: MetaData, key: Ed25519PrivateKey, at: datetime) -> int:
    """Send what has its sample by now, and note what the stations did with theirs. Return how many rows
    moved on."""
    return _send_found(connection, hub, key, at) + _note_judged(connection, hub)


def _send_found(connection: Connection, hub: MetaData, key: Ed25519PrivateKey, at: datetime) -> int:
    results = hub.tables[LAB_RESULTS]
    query = select(results).where(results.c.current, results.c.state == WAITING)
    query = query.where(results.c.why == UNKNOWN_SAMPLE).order_by(results.c.at, results.c.id)
    rows = connection.execute(query.with_for_update(skip_locked=True)).mappings().all()
    moved = 0
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        named = samples_named(connection, hub, {row["sought"] for row in some})
        its = [(row, named[row["sought"]]) for row in some if named[row["sought"]]]
        for row, found in its:
            if len(found) > 1:
                values = {"why": SEVERAL_SILOS, "params": {"stations": [one.station for one in found]}}
                connection.execute(update(results).where(results.c.id == row["id"]).values(**values))
        send(connection, hub, key, [(dict(row), found[0]) for row, found in its if len(found) == 1], "", at)
        moved += len(its)
    return moved


def _note_judged(connection: Connection, hub: MetaData) -> int:
    results, offers, down = hub.tables[LAB_RESULTS], hub.tables[OFFERS], hub.tables["down_document"]
    moved = connection.execute(
        update(results).where(results.c.state == SENT, _is_there(hub)).values(state=JUDGED)
    ).rowcount
    query = select(results.c.id, down.c.code, down.c.params)
    query = query.join_from(results, offers, _its_offer(results, offers))
    query = query.join(down, (down.c.station == offers.c.station) & (down.c.number == offers.c.number))
    query = query.where(results.c.state == SENT, down.c.state == "refused")
    for id_, code, params in connection.execute(query).all():
        values = {"state": REFUSED, "why": code, "params": params}
        connection.execute(update(results).where(results.c.id == id_).values(**values))
        moved += 1
    return moved


def _is_there(hub: MetaData) -> ColumnElement[bool]:
    """The station has a row of it, or took the document: what it knew already got no row of its own."""
    results, theirs = hub.tables[LAB_RESULTS], hub.tables["lab_result"]
    offers, down = hub.tables[OFFERS], hub.tables["down_document"]
    has_row = select(theirs.c.id).where(
        theirs.c[STATION] == results.c.station, theirs.c.hub_id == results.c.id
    )
    taken = select(down.c.number).join_from(
        offers, down, (down.c.station == offers.c.station) & (down.c.number == offers.c.number)
    )
    taken = taken.where(_its_offer(results, offers), down.c.state == "active")
    return or_(has_row.correlate(results).exists(), taken.correlate(results).exists())


def _its_offer(results: Any, offers: Any) -> ColumnElement[bool]:
    same: ColumnElement[bool] = (
        (offers.c.station == results.c.station)
        & (offers.c.kind == KIND)
        & (offers.c.sha256 == results.c.document)
    )
    return same


def _result(row: RowMapping) -> Result:
    said, params = row["said"], row["params"] or {}
    return Result(
        row["id"], row["station"], row["sample_id"], row["state"], row["why"],
        tuple(params.get("stations", ())), row["sought"], row["laboratory"], row["report"], row["analyte"],
        said["value"], said["comparator"], said["basis"], row["line"], row["at"], row["by"],
    )  # fmt: skip
