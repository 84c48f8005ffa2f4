"""A laboratory's file comes in at headquarters, read as at a silo (`station.lab.importing`): each row goes to
the station of its sample, waits, is known already, or is rejected with its line and reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, MetaData, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from station.headquarters import lab
from station.headquarters.lab_samples import Found, samples_named
from station.hub.lab_tables import LAB_FILES, LAB_RESULTS
from station.hub.own import add_event
from station.lab.files.profile import LabProfile
from station.lab.files.result import RowError
from station.lab.importing import MOST_KEPT, digests, said_in_file
from station.lab.matching import written
from station.lab.recording import LAB, Said
from station.lab.sent_results import written_result
from station.store.ids import new_id

KNOWN = "known"
_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowTaken:
    """What became of a row: `status` is sent, waiting or known. `was` is the value that a corrected report
    puts this one in place of."""

    line: int
    sought: str
    analyte: str
    value: float
    comparator: str
    basis: str | None
    status: str
    station: str
    why: str
    stations: tuple[str, ...]
    was: float | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file. `is_repeated`: it was taken in before, by the same profile, and nothing was
    looked at again."""

    sha256: str
    rows: Sequence[RowTaken] = ()
    rejected: Sequence[RowError] = ()
    is_repeated: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Importer:
    """Who takes a file in, when, and with which key results go down."""

    key: Ed25519PrivateKey
    by: str
    at: datetime


def import_file(
    connection: Connection, hub: MetaData, importer: Importer, data: bytes, profile: LabProfile,
    name: str = "", *, dry_run: bool = False,
) -> Taken:  # fmt: skip
    """Take a file in, in the caller's transaction; with `dry_run` only tell what would become of it."""
    sha256, profile_sha256 = digests(data, profile)
    known = _known_file(connection, hub, sha256, profile_sha256)
    if known is not None:
        return known
    said, rejected = said_in_file(data, profile, LAB, sha256)
    if said and not dry_run and not _claim(connection, hub, importer, sha256, profile_sha256, name):
        return _known_file(connection, hub, sha256, profile_sha256) or Taken(sha256, is_repeated=True)
    rows: list[RowTaken] = []
    for start in range(0, len(said), lab.AT_ONCE):
        rows += _take(connection, hub, importer, said[start : start + lab.AT_ONCE], sha256, dry_run=dry_run)
    counts = {status: sum(row.status == status for row in rows) for status in (lab.SENT, lab.WAITING, KNOWN)}
    counts["rejected"] = len(rejected)
    if rows and not dry_run:
        _record_file(connection, hub, importer, (sha256, profile_sha256), counts, rejected)
    return Taken(sha256, rows, rejected, counts=counts)


def _take(
    connection: Connection, hub: MetaData, importer: Importer, some: Sequence[Said], sha256: str, *,
    dry_run: bool,
) -> list[RowTaken]:  # fmt: skip
    found = samples_named(connection, hub, {one.sought for one in some})
    held = _held(connection, hub, some)
    taken, to_send, new = [], [], []
    for one in some:
        told = {**written_result(one), "sought": written(one.sought)}
        before = _before(held, told, found[one.sought])
        if before is not None and _is_repeated(before, told):
            taken.append(_row_taken(told, KNOWN, before["station"], before["why"], (), None))
            continue
        where, why, stations = _subject(found[one.sought], before)
        row = _row(told, importer, sha256, before, why, stations)
        if before is not None and where is not None and not found[one.sought]:
            row["said"]["sought"] = before["said"]["sought"]  # what a person said that it is
        if before is not None:
            held.remove(before)
        held.append(row)
        new.append(row)
        status, station = (lab.SENT, where.station) if where else (lab.WAITING, "")
        was = before["said"]["value"] if before else None
        taken.append(_row_taken(told, status, station, why, stations, was))
        if where:
            row["station"], row["sample_id"] = where.station, where.sample_id
            to_send.append((row, where))
    if new and not dry_run:
        results = hub.tables[LAB_RESULTS]
        gone = [row["supersedes"] for row in new if row["supersedes"]]
        connection.execute(insert(results), new)
        if gone:
            connection.execute(update(results).where(results.c.id.in_(gone)).values(current=False))
        lab.send(connection, hub, importer.key, to_send, importer.by, importer.at)
    return taken


def _subject(
    found: Sequence[Found], before: _Row | None
) -> tuple[Found | None, str, tuple[str, ...]]:  # fmt: skip
    """Return whose sample it is, else why it waits. What a person said of the row that it corrects holds on.
    A corrected number that leads to another silo waits for a person: the first silo has judged the value."""
    its = Found(before["station"], before["sample_id"]) if before and before["station"] else None
    if not found and its is not None:
        return its, "", ()
    if len(found) != 1:
        if its in found:
            return its, "", ()
        stations = tuple(one.station for one in found)
        return None, lab.SEVERAL_SILOS if found else lab.UNKNOWN_SAMPLE, stations
    if its is not None and its.station != found[0].station:
        return None, lab.OTHER_SILO, (its.station, found[0].station)
    return found[0], "", ()


def _held(connection: Connection, hub: MetaData, some: Iterable[Said]) -> list[_Row]:
    """Return the rows in force that one of these may correct or repeat."""
    results = hub.tables[LAB_RESULTS]
    query = select(results).where(
        results.c.current,
        results.c.laboratory.in_({one.laboratory for one in some}),
        or_(
            results.c.sought.in_({written(one.sought) for one in some}),
            and_(results.c.lab_number != "", results.c.lab_number.in_({one.lab_number for one in some})),
        ),
    )
    rows = connection.execute(query.order_by(results.c.at, results.c.id)).mappings()
    return [dict(row) for row in rows]


def _before(held: Sequence[_Row], told: _Row, found: Sequence[Found]) -> _Row | None:
    """Return the row that holds of the same thing: in the same report by the laboratory's own number, else by
    what it calls the sample; without a report on either side by the sample's number."""
    fitting = [row for row in held if _is_of_the_same(row["said"], told)]
    name = "lab_number" if told["lab_number"] else "sought"
    same = [row for row in fitting if told["report"] and row["report"] == told["report"]]
    same = [row for row in same if row[name] == told[name]]
    if not same:
        without = [row for row in fitting if not (row["report"] and told["report"])]
        same = [row for row in without if row["sought"] == told["sought"]]
    return same[-1] if same else None


def _is_of_the_same(row: _Row, told: _Row) -> bool:
    same_basis = not (row["basis"] and told["basis"]) or row["basis"] == told["basis"]
    return bool(row["laboratory"] == told["laboratory"] and row["analyte"] == told["analyte"] and same_basis)


def _is_repeated(before: _Row, told: _Row) -> bool:
    said = before["said"]
    if before["sought"] != told["sought"]:
        return False
    if any(said[name] != told[name] for name in ("value", "comparator")):
        return False
    return all(told[name] in (None, said[name]) for name in ("basis", "nitrogen_factor", "uncertainty"))


def _row(
    told: dict[str, Any], importer: Importer, sha256: str, before: _Row | None, why: str,
    stations: tuple[str, ...],
) -> dict[str, Any]:  # fmt: skip
    id_ = new_id(importer.at)
    return {
        "id": id_, "station": "", "sample_id": "", "state": lab.WAITING, "why": why,
        "params": {"stations": list(stations)}, "current": True, "said": {**told, "hub_id": id_},
        "sha256": sha256, "document": "", "supersedes": before["id"] if before else "", "at": importer.at,
        "by": importer.by, "line": told["line"] or 0,
        **{name: told[name] for name in ("sought", "laboratory", "report", "lab_number", "analyte")},
    }  # fmt: skip


def _row_taken(
    told: _Row, status: str, station: str, why: str, stations: tuple[str, ...], was: float | None
) -> RowTaken:
    return RowTaken(
        told["line"] or 0, told["sought"], told["analyte"], told["value"], told["comparator"], told["basis"],
        status, station, why, stations, was,
    )  # fmt: skip


def _known_file(connection: Connection, hub: MetaData, sha256: str, profile_sha256: str) -> Taken | None:
    files = hub.tables[LAB_FILES]
    query = select(files).where(files.c.sha256 == sha256, files.c.profile_sha256 == profile_sha256)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    rejected = [RowError(**one) for one in row["rejected"] or []]
    return Taken(sha256, (), rejected, is_repeated=True, counts=row["counts"] or {})


def _claim(
    connection: Connection, hub: MetaData, importer: Importer, sha256: str, profile_sha256: str, name: str
) -> bool:
    """Enter the file first: who brings it at the same time waits until this transaction ends."""
    row = {"sha256": sha256, "profile_sha256": profile_sha256, "name": name}
    try:
        with connection.begin_nested():
            connection.execute(insert(hub.tables[LAB_FILES]).values(**row, at=importer.at, by=importer.by))
    except IntegrityError:
        return False
    return True


def _record_file(
    connection: Connection, hub: MetaData, importer: Importer, key: tuple[str, str],
    counts: Mapping[str, int], rejected: Sequence[RowError],
) -> None:  # fmt: skip
    kept = [{"line": one.line, "code": one.code, "params": one.params} for one in rejected[:MOST_KEPT]]
    files = hub.tables[LAB_FILES]
    its = and_(files.c.sha256 == key[0], files.c.profile_sha256 == key[1])
    connection.execute(update(files).where(its).values(counts=dict(counts), rejected=kept))
    data = {"sha256": key[0], **counts}
    add_event(connection, hub, "lab_file_imported", importer.at, "", data, by=importer.by)
