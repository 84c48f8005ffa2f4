"""Headquarters in memory with samples of three silos, and a laboratory's file."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import JSON, Boolean, Connection, Date, Float, Integer, insert, select
from sqlmodel.sql.sqltypes import UTCDateTime

from station.headquarters.lab_importing import Importer, Taken, import_file
from station.hub.documents import offered_after, piece
from station.hub.lab_tables import LAB_RESULTS
from station.hub.own import STATIONS
from station.hub.tables import DIGEST, PLACE, REQUIRED, STATION
from station.lab.importing import profile_of
from station.post.down import Document, read_document
from station.post.wire import public_text
from tests.post.post_rig import HUB

START = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PROFILE = """
[file]
format = "csv"
laboratory = "Labo Sud"
decimal = "comma"
dates = "day_first"
[columns]
barcode = "N°"
report = "Rapport"
[[analytes]]
analyte = "protein"
names = ["Protéines"]
unit = "%"
basis = "dm"
nitrogen_factor = 5.7
"""
_SOME: Mapping[Any, Any] = {JSON: {}, Float: 0.0, Integer: 0, Boolean: False}
HEAD = "N°;Rapport;Protéines"


def lab_file(*rows: str) -> bytes:
    return "\n".join((HEAD, *rows)).encode()


def put(hub: Connection, table: str, station: str, **values: Any) -> None:
    """A row of a station, as a bag brings it."""
    columns = HUB.tables[table].columns
    missing = {one.name: _some(one) for one in columns if one.info.get(REQUIRED) and one.name not in values}
    row = {**missing, STATION: station, PLACE: 1, DIGEST: "", **values}
    hub.execute(insert(HUB.tables[table]).values(row))


def _some(column: Any) -> Any:
    if isinstance(column.type, UTCDateTime):
        return START
    if isinstance(column.type, Date):
        return START.date()
    return next((some for kind, some in _SOME.items() if isinstance(column.type, kind)), "")


def begin(hub: Connection, samples: Mapping[str, tuple[str, ...]]) -> None:
    """Stations with samples of these barcodes; a sample's id is its station and barcode."""
    for station, barcodes in samples.items():
        hub.execute(insert(HUB.tables[STATIONS]).values(id=station, added_at=START))
        for barcode in barcodes:
            put(hub, "sample", station, id=f"{station}-{barcode}", barcode=barcode)


def took(hub: Connection, *rows: str, at: datetime = START, dry_run: bool = False) -> Taken:
    importer = Importer(KEY, "Marie", at)
    return import_file(hub, HUB, importer, lab_file(*rows), profile_of(PROFILE, "p"), "f", dry_run=dry_run)


def statuses(taken: Taken) -> list[tuple[str, str, str]]:
    return [(row.status, row.station, row.why) for row in taken.rows]


def rows(hub: Connection) -> list[Any]:
    table = HUB.tables[LAB_RESULTS]
    return list(hub.execute(select(table).order_by(table.c.at, table.c.id)).mappings())


def sent(hub: Connection, station: str) -> list[tuple[Document, bytes]]:
    """The documents for a station, as it reads them."""
    heads = [read_document(one, station, public_text(KEY)) for one in offered_after(hub, HUB, station, 0)]
    return [(one, piece(hub, HUB, station, one.number, 0) or b"") for one in heads]
