"""Rows of a silo as headquarters has them once they were applied, without a station that sends them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from station.hub.own import BAGS, STATIONS
from tests.post.post_rig import HUB, START

OURS = {"post_place": 1, "post_digest": ""}


def add_station(connection: Connection, station: str, **more: Any) -> None:
    row = {"id": station, "name": station.title(), "added_at": START, **more}
    connection.execute(insert(HUB.tables[STATIONS]).values(**row))


def add_row(connection: Connection, station: str, table: str, **row: Any) -> None:
    connection.execute(insert(HUB.tables[table]).values(station=station, **OURS, **row))


def add_cell(connection: Connection, station: str, cell: str, **more: Any) -> None:
    row = {"id": cell, "name": f"Cellule {cell}", "capacity_kg": 900_000.0, "species": "barley", **more}
    add_row(connection, station, "cell", **row)


def move(connection: Connection, station: str, seq: int, cell: str, kg: float, **more: Any) -> None:
    """Add a movement; `content_kg` is the cell's balance after it."""
    row = {
        "id": f"{station}-{seq}", "seq": seq, "cell_id": cell, "kind": "in", "kg": kg, "regime": "owned",
        "organisation": "Coop", "content_kg": kg, "content": {}, "at": START, **more,
    }  # fmt: skip
    add_row(connection, station, "cell_movement", **row)


def apply_bag(connection: Connection, station: str, number: int, at: datetime = START) -> None:
    connection.execute(
        insert(HUB.tables[BAGS]).values(
            station=station, epoch="e1", number=number, sha256="", place=number, revision="", whole=False,
            forgets=False, part=1, parts=1, facts=b"", state="applied", received_at=at,
        )
    )  # fmt: skip
