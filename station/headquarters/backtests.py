"""Backtests of a candidate over all silos: chosen once, cut into parts, done by whatever workers there are.

What is judged is settled when it begins, capture by capture; so any number of workers give the same answer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import fmean
from typing import Any

from sqlalchemy import Connection, MetaData, func, insert, select, text, update
from sqlalchemy.engine import RowMapping

from station.grain.identifiers import photo_names, photo_species
from station.hub.backtest_tables import BACKTESTS, BUNDLES, CAPTURES, PARTS
from station.hub.dataset import Photographed, Wanted, dataset
from station.hub.down_tables import DOCUMENTS
from station.hub.tables import STATION
from station.lab.pages.groups import model_of
from station.models.standing import standing_after
from station.vision.bundle import Bundle

RUNNING, DONE, CANCELLED, FAILED = "running", "done", "cancelled", "failed"
PHOTOS_OF_A_PART = 50
AT_ONCE = 500
SOURCES = {"lab": "lab", "machine": "machine"}  # methods that a candidate is measured against


class NothingToTry(Exception):
    """No photo at the hub has a value by laboratory or machine. `not_here`: so many that a silo still has."""

    def __init__(self, not_here: int) -> None:
        super().__init__("no photo at the hub has a value by laboratory or machine")
        self.not_here = not_here


class NotJudged(Exception):
    """The bundle judges no photo of this species; the message names it."""


class BacktestUnknown(Exception):
    """There is no backtest of this number."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bundle that was read and whose signature was checked; `body` is its file."""

    bundle: Bundle
    body: bytes
    signed_by: str


@dataclass(frozen=True, slots=True)
class Past:
    """Which captures: of these `species` (none: all that the bundle judges), taken from `since` until before
    `until`."""

    species: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """`not_here`: photos that were left out because their silo has not sent them yet; `unknown_active`:
    releases that are active somewhere and whose bundle nobody has here, by silo."""

    number: int
    captures: int
    photos: int
    parts: int
    not_here: int
    unknown_active: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Captures with their photos, and how many photos are not here."""

    captures: Sequence[Sequence[Photographed]]
    not_here: int


def begin(
    connection: Connection, tables: MetaData, candidate: Candidate, past: Past, by: str, at: datetime,
    shipped: Callable[[str], bytes | None] = lambda sha256: None, a_part: int = PHOTOS_OF_A_PART,
) -> Begun:  # fmt: skip
    """Settle what is judged, in the caller's transaction; a job has so many photos, or one capture. `shipped`
    gives the bundle that comes with this release, by its SHA-256. Raises NotJudged and NothingToTry."""
    bundle = candidate.bundle
    for one in past.species:
        if photo_species(one) not in bundle.species:
            raise NotJudged(one)
    species = past.species or _species_of(bundle)
    chosen = _chosen(connection, tables, species, past)
    if not chosen.captures:
        raise NothingToTry(chosen.not_here)
    photos = sum(map(len, chosen.captures))
    number = connection.execute(
        insert(tables.tables[BACKTESTS]).values(
            sha256=bundle.sha256, name=bundle.name, version=bundle.version, task=bundle.task,
            signed_by=candidate.signed_by, species=list(species), since=past.since, until=past.until, by=by,
            at=at, captures=len(chosen.captures), photos=photos, state=RUNNING,
        ).returning(tables.tables[BACKTESTS].c.id)
    ).scalar_one()  # fmt: skip
    _keep(connection, tables, bundle.sha256, candidate.body, at)
    judged_as = {photo_species(one) for one in species}
    active = {
        slot: sha256
        for slot, sha256 in _active_releases(connection, tables, bundle.task).items()
        if slot[1] in judged_as
    }
    parts = _write_captures(connection, tables, number, chosen.captures, active, a_part)
    unknown = {}
    for (station, _), sha256 in sorted(active.items()):
        body = _bundle_body(connection, tables, sha256) or shipped(sha256)
        if body is None:
            unknown[station] = sha256
        else:
            _keep(connection, tables, sha256, body, at)
    here = {row[0].station for row in chosen.captures}
    unknown = {station: sha256 for station, sha256 in unknown.items() if station in here}
    return Begun(number, len(chosen.captures), photos, parts, chosen.not_here, unknown)


def find(connection: Connection, tables: MetaData, number: int) -> RowMapping:
    """Raises BacktestUnknown."""
    table = tables.tables[BACKTESTS]
    found = connection.execute(select(table).where(table.c.id == number)).mappings().first()
    if found is None:
        raise BacktestUnknown
    return found


def listed(connection: Connection, tables: MetaData, most: int = 50) -> Sequence[RowMapping]:
    """Return the newest, without their reports."""
    table = tables.tables[BACKTESTS]
    columns = [column for column in table.columns if column.name != "report"]
    query = select(*columns).order_by(table.c.id.desc()).limit(most)
    return connection.execute(query).mappings().all()


def cancel(connection: Connection, tables: MetaData, number: int, at: datetime) -> bool:
    """End one that runs; what was judged stays. False: it had ended. Raises BacktestUnknown."""
    find(connection, tables, number)
    return end(connection, tables, number, CANCELLED, at)


def end(
    connection: Connection, tables: MetaData, number: int, state: str, at: datetime, code: str = "",
    why: str = "", report: Sequence[Mapping[str, Any]] | None = None,
) -> bool:  # fmt: skip
    """End one, where it runs; the first end holds."""
    table = tables.tables[BACKTESTS]
    values = {"state": state, "ended_at": at, "code": code, "why": why[:500], "report": report}
    return bool(
        connection.execute(
            update(table).where(table.c.id == number, table.c.state == RUNNING).values(values)
        ).rowcount
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """`why`: what holds the slowest part up, where anything does."""

    state: str
    looked_at: int
    captures: int
    why: str


def progress(connection: Connection, tables: MetaData, number: int) -> Progress:
    """Raises BacktestUnknown."""
    row = find(connection, tables, number)
    captures, parts = tables.tables[CAPTURES], tables.tables[PARTS]
    done = select(func.count()).select_from(captures)
    done = done.where(captures.c.backtest == number, captures.c.state != "")
    held = select(parts.c.why).where(parts.c.backtest == number, parts.c.ended_at.is_(None))
    held = held.where(parts.c.why != "")
    why = connection.execute(held.order_by(parts.c.part).limit(1)).scalar()
    return Progress(row["state"], connection.execute(done).scalar_one(), row["captures"], why or "")


def has_workers(connection: Connection) -> bool:
    """Tell whether any worker of the queue was heard within the last minute."""
    query = "SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute' LIMIT 1"
    return connection.execute(text(query)).first() is not None


def parts_left(connection: Connection, tables: MetaData, number: int | None = None) -> list[tuple[int, int]]:
    """Return (backtest, part) of what is to be done yet: of one backtest, or of all that run."""
    parts, backtests = tables.tables[PARTS], tables.tables[BACKTESTS]
    query = select(parts.c.backtest, parts.c.part).join(backtests, backtests.c.id == parts.c.backtest)
    query = query.where(backtests.c.state == RUNNING, parts.c.ended_at.is_(None))
    query = query if number is None else query.where(parts.c.backtest == number)
    rows = connection.execute(query.order_by(parts.c.backtest, parts.c.part))
    return [(backtest, part) for backtest, part in rows]


def _species_of(bundle: Bundle) -> tuple[str, ...]:
    """Return every species whose photos the bundle judges."""
    return tuple(dict.fromkeys(name for one in bundle.species for name in photo_names(one)))


def _chosen(connection: Connection, tables: MetaData, species: Sequence[str], past: Past) -> _Chosen:
    captures, not_here = [], 0
    for one in species:
        wanted = Wanted(one, since=past.since, until=past.until, any_by=tuple(SOURCES))
        for _, found in groupby(dataset(connection, tables, wanted), lambda row: (row.station, row.capture)):
            photos = list(found)
            lacking = sum(not photo.is_here for photo in photos)
            not_here += lacking
            if not lacking:
                captures.append(photos)
    return _Chosen(captures, not_here)


def _write_captures(
    connection: Connection, tables: MetaData, number: int, captures: Sequence[Sequence[Photographed]],
    active: Mapping[tuple[str, str], str], a_part: int,
) -> int:  # fmt: skip
    """Write them in parts of some photos; return how many parts these are."""
    phones = _phone_models(connection, tables)
    rows, sizes = [], [0]
    in_part = 0
    for place, photos in enumerate(captures):
        if in_part and in_part + len(photos) > a_part:
            sizes.append(0)
            in_part = 0
        in_part += len(photos)
        sizes[-1] += 1
        first = photos[0]
        rows.append({
            "backtest": number, "place": place, "part": len(sizes) - 1, "station": first.station,
            "capture": first.capture, "at": first.at, "species": first.species,
            "phone_model": phones.get((first.station, first.terminal_id), ""),
            "photos": [photo.sha256 for photo in photos], "measured": list(_measured(first)), "state": "",
            "active_sha256": active.get((first.station, photo_species(first.species)), ""),
            "active_state": "",
        })  # fmt: skip
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(insert(tables.tables[CAPTURES]), rows[start : start + AT_ONCE])
    parts = [{"backtest": number, "part": part, "captures": size} for part, size in enumerate(sizes)]
    connection.execute(insert(tables.tables[PARTS]), parts)
    return len(sizes)


def _measured(photo: Photographed) -> Iterator[dict[str, Any]]:
    """Yield the value of each analyte by laboratory and by machine, on each basis: the mean of those that
    hold, so that a sample counts once. A limit ("< 200") is no value."""
    for analyte, methods in sorted(photo.values.items()):
        for method, source in SOURCES.items():
            by_basis: dict[str | None, list[float]] = {}
            for one in methods.get(method, ()):
                if not one["comparator"]:
                    by_basis.setdefault(one["basis"], []).append(one["value"])
            for basis in sorted(by_basis, key=str):
                yield {
                    "analyte": analyte, "value": fmean(by_basis[basis]), "basis": basis, "source": source
                }  # fmt: skip


def _phone_models(connection: Connection, tables: MetaData) -> dict[tuple[str, str], str]:
    terminal = tables.tables["terminal"]
    rows = connection.execute(select(terminal.c[STATION], terminal.c.id, terminal.c.name))
    return {(station, terminal_id): model_of(name) for station, terminal_id, name in rows}


def _active_releases(connection: Connection, tables: MetaData, task: str) -> dict[tuple[str, str], str]:
    """Return the release that is active now for a task, by silo and the species that photos are judged as."""
    acts = tables.tables["release_act"]
    query = select(acts.c[STATION], acts.c.species, acts.c.act, acts.c.sha256).where(acts.c.task == task)
    done: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for station, species, act, sha256 in connection.execute(query.order_by(acts.c[STATION], acts.c.seq)):
        done.setdefault((station, species), []).append((act, sha256))
    standings = {slot: standing_after(steps).active for slot, steps in done.items()}
    return {slot: sha256 for slot, sha256 in standings.items() if sha256 is not None}


def _bundle_body(connection: Connection, tables: MetaData, sha256: str) -> bytes | None:
    kept, documents = tables.tables[BUNDLES], tables.tables[DOCUMENTS]
    found = connection.execute(select(kept.c.body).where(kept.c.sha256 == sha256)).scalar()
    if found is None:
        query = select(documents.c.body).where(documents.c.kind == "bundle", documents.c.sha256 == sha256)
        found = connection.execute(query).scalar()
    return bytes(found) if found else None


def _keep(connection: Connection, tables: MetaData, sha256: str, body: bytes, at: datetime) -> None:
    kept = tables.tables[BUNDLES]
    if connection.execute(select(kept.c.sha256).where(kept.c.sha256 == sha256)).first() is None:
        connection.execute(insert(kept).values(sha256=sha256, body=body, at=at))
