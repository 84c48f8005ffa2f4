"""All that headquarters has of one load: what measured it, what laboratories said, its photos, and what was
decided. Every question is an index look-up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, select

from station.headquarters.served import Quarters
from station.hub.photo_tables import PHOTOS
from station.hub.tables import STATION
from station.store.tables.packed import Packed

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows as the silo wrote them. `names` are of persons and of sources of values; `here` are the photos
    that have come whole, by their hash."""

    load: Row
    visit: Row
    supplier: str
    ticket: Row | None
    decision: Row | None
    readings: Sequence[Row]
    laboratory: Sequence[Row]
    photos: Sequence[Row]
    here: frozenset[str]
    names: Mapping[str, str]


def evidence_of(quarters: Quarters, everywhere: Quarters, station: str, load_id: str) -> Evidence | None:
    """Return None for a load that the reader does not see. `everywhere`: which photos are in the store is no
    silo's word."""
    with quarters.engine.connect() as connection:
        asked = _Asked(connection, quarters.tables, station)
        loads = asked.rows("load", "id", [load_id])
        if not loads:
            return None
        visit = asked.rows("visit", "id", [loads[0]["visit_id"]])[0]
        samples = [row["id"] for row in asked.rows("sample", "load_id", [load_id])]
        items = [row for row in asked.rows("pairing", "sample_id", samples) if row["current"]]
        readings = asked.rows("reading", "id", _of(items, "reading"))
        photos = asked.rows("photo", "capture_id", _of(items, "capture"))
        laboratory = [row for row in asked.rows("lab_result", "sample_id", samples) if row["current"]]
        decisions = [
            row for row in asked.rows("decision", "load_id", [load_id]) if row["withdrawn_at"] is None
        ]
        decision = max(decisions, key=lambda row: row["seq"] or 0, default=None)
        people = [visit["entered_by"], *(row["typed_by"] for row in readings)]
        people += [row["by"] for row in (*laboratory, *([decision] if decision else []))]
        stored = everywhere.tables.tables[PHOTOS].c.sha256
        here = connection.execute(select(stored).where(stored.in_([row["sha256"] for row in photos])))
        supplier = visit["supplier_id"]
        return Evidence(
            load=loads[0],
            visit=visit,
            supplier=asked.names("supplier", [supplier]).get(supplier, ""),
            ticket=_last(asked.rows("ticket", "load_id", [load_id])),
            decision=decision,
            readings=sorted(readings, key=lambda row: row["at"]),
            laboratory=sorted(laboratory, key=lambda row: row["received_at"]),
            photos=photos,
            here=frozenset(here.scalars()),
            names=asked.names("person", people)
            | asked.names("instrument", [row["instrument_id"] for row in readings]),
        )


def photo_of(found: Evidence, sha256: str) -> Row | None:
    """Return a photo of the load that has come whole."""
    return next((row for row in found.photos if row["sha256"] == sha256 and sha256 in found.here), None)


@dataclass(frozen=True, slots=True)
class _Asked:
    connection: Connection
    tables: MetaData
    station: str

    def rows(self, name: str, column: str, values: Sequence[str]) -> list[Row]:
        """What is packed because it is large is left out."""
        if not values:
            return []
        table = self.tables.tables[name]
        shown = [one for one in table.c if not isinstance(one.type, Packed)]
        query = select(*shown).where(table.c[STATION] == self.station, table.c[column].in_(values))
        return [*self.connection.execute(query).mappings()]

    def names(self, table: str, ids: Iterable[str | None]) -> dict[str, str]:
        wanted = sorted({one for one in ids if one})
        return {row["id"]: row["name"] for row in self.rows(table, "id", wanted)}


def _of(items: Sequence[Row], kind: str) -> list[str]:
    return [row["item_id"] for row in items if row["item_kind"] == kind]


def _last(rows: Sequence[Row]) -> Row | None:
    return max(rows, key=lambda row: row["seq"] or 0, default=None)
