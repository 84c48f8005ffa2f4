"""A data set of photos over all silos: captures whose samples have values by a method, and these values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, MetaData, and_, func, select, tuple_
from sqlalchemy.engine import RowMapping

from station.hub.photo_tables import PHOTOS
from station.hub.tables import STATION

AT_ONCE = 500
METHODS = ("phone", "machine", "lab", "customer")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which captures belong to it: of a `species`, taken from `since` until before `until`, of a sample that
    has a value of each of `has` (analyte, method), and of any analyte by one of the methods `any_by`."""

    species: str
    has: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    any_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Photographed:
    """One photo of a capture: `values` of its sample by analyte and method, newest first. `is_here`: the hub
    has the photo."""

    station: str
    capture: str
    position: int
    sha256: str
    size: int
    at: datetime
    species: str
    is_here: bool
    terminal_id: str = ""
    values: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        return {
            "station": self.station, "capture": self.capture, "position": self.position,
            "sha256": self.sha256, "size": self.size, "at": self.at.isoformat(), "species": self.species,
            "here": self.is_here, "values": self.values,
        }  # fmt: skip


def dataset(connection: Connection, tables: MetaData, wanted: Wanted) -> Iterator[Photographed]:
    """Yield the photos by station, then as they were taken."""
    rows = connection.execute(_photos(tables, wanted)).mappings()
    while some := rows.fetchmany(AT_ONCE):
        values = _values(connection, tables, some)
        for row in some:
            yield Photographed(
                row[STATION], row["id"], row["position"], row["sha256"], row["size"], row["at"],
                row["said"], row["stored"] is not None, row["terminal_id"],
                values.get((row[STATION], row["sample_id"]), {}),
            )  # fmt: skip


def _photos(tables: MetaData, wanted: Wanted) -> Any:
    capture, photo, pairing, sample = (
        tables.tables[name] for name in ("capture", "photo", "pairing", "sample")
    )
    stored, measured = tables.tables[PHOTOS], tables.tables["measurement"]
    said = func.coalesce(capture.c.species, sample.c.species)
    query = select(
        capture.c[STATION], capture.c.id, capture.c.at, photo.c.position, photo.c.sha256, photo.c.size,
        capture.c.terminal_id, sample.c.id.label("sample_id"), said.label("said"),
        stored.c.sha256.label("stored"),
    )  # fmt: skip
    of = and_(photo.c[STATION] == capture.c[STATION], photo.c.capture_id == capture.c.id)
    query = query.join(photo, of)
    shows = and_(
        pairing.c[STATION] == capture.c[STATION], pairing.c.item_id == capture.c.id,
        pairing.c.item_kind == "capture", pairing.c.current.is_(True),
    )  # fmt: skip
    query = query.join(pairing, shows)
    query = query.join(
        sample, and_(sample.c[STATION] == capture.c[STATION], sample.c.id == pairing.c.sample_id)
    )
    query = query.join(stored, stored.c.sha256 == photo.c.sha256, isouter=True)
    query = query.where(said == wanted.species)
    for analyte, method in wanted.has:
        query = query.where(
            select(measured.c.source_id).where(
                measured.c[STATION] == capture.c[STATION], measured.c.sample_id == sample.c.id,
                measured.c.analyte == analyte, measured.c.method == method,
                measured.c.superseded_by.is_(None),
            ).exists()
        )  # fmt: skip
    if wanted.any_by:
        query = query.where(
            select(measured.c.source_id).where(
                measured.c[STATION] == capture.c[STATION], measured.c.sample_id == sample.c.id,
                measured.c.method.in_(wanted.any_by), measured.c.superseded_by.is_(None),
            ).exists()
        )  # fmt: skip
    if wanted.since is not None:
        query = query.where(capture.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(capture.c.at < wanted.until)
    return query.order_by(capture.c[STATION], capture.c.seq, photo.c.position)


def _values(
    connection: Connection, tables: MetaData, rows: Sequence[RowMapping]
) -> dict[tuple[str, str], dict[str, dict[str, list[dict[str, Any]]]]]:
    """The values of each sample (station, id) that hold."""
    measured = tables.tables["measurement"]
    keys = {(row[STATION], row["sample_id"]) for row in rows}
    names = ("analyte", "method", "source", "value", "comparator", "unit", "basis", "at")
    query = select(measured.c[STATION], measured.c.sample_id, *(measured.c[name] for name in names))
    query = query.where(
        tuple_(measured.c[STATION], measured.c.sample_id).in_(keys), measured.c.superseded_by.is_(None)
    )
    found: dict[tuple[str, str], dict[str, dict[str, list[dict[str, Any]]]]] = {}
    for row in connection.execute(query.order_by(measured.c.seq.desc(), measured.c.replicate)).mappings():
        by_method = found.setdefault((row[STATION], row["sample_id"]), {}).setdefault(row["analyte"], {})
        by_method.setdefault(row["method"], []).append(
            {name: row[name] for name in ("value", "comparator", "unit", "basis", "source")}
            | {"at": row["at"].isoformat()}
        )
    return found
