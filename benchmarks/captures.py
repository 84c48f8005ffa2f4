"""Captures of several silos at headquarters, with laboratory values, whose photos lie in the store."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from obstore.store import LocalStore
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import insert

from station.hub.database import TABLES
from station.hub.photo_store import PhotoStore
from station.hub.photo_tables import PHOTOS
from station.hub.tables import DIGEST, PLACE, STATION

AT = datetime(2026, 7, 20, 8, tzinfo=UTC)


def add(connection: Connection, silo: str, table: str, **row: Any) -> None:
    connection.execute(insert(TABLES.tables[table]).values({STATION: silo, PLACE: 1, DIGEST: "", **row}))


@dataclass
class Captures:
    """The hub's database and store with captures in it; `capture` adds one."""

    engine: Engine
    folder: Path
    phones: set[tuple[str, str]] = field(default_factory=set)
    count: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.store = PhotoStore(LocalStore(self.folder), self.folder)

    def capture(
        self, silo: str, photo: bytes, *, lab: float | None = None, phone: str = "Galaxy A54 n° 1",
        at: datetime = AT, species: str = "soft_wheat", is_here: bool = True, machine: float | None = None,
    ) -> str:  # fmt: skip
        """Add a capture of one photo, whose sample a laboratory and a machine measured; return its id."""
        self.count += 1
        number = f"{self.count:04d}"
        sha256 = hashlib.sha256(photo).hexdigest()
        with self.engine.begin() as connection:
            if (silo, phone) not in self.phones:
                self.phones.add((silo, phone))
                add(connection, silo, "terminal", id=phone, name=phone, kind="phone")
            add(
                connection, silo, "capture", id=f"c{number}", seq=self.count, at=at, terminal_id=phone,
                species=species, form={}, attempts=0, state="inspected",
            )  # fmt: skip
            add(
                connection, silo, "sample", id=f"s{number}", seq=self.count, barcode=number, kind="load",
                species=species, note="", entered_at=at, entered_by="anne",
            )  # fmt: skip
            add(
                connection, silo, "photo", capture_id=f"c{number}", position=0, sha256=sha256,
                size=len(photo), media_type="image/jpeg",
            )  # fmt: skip
            add(
                connection, silo, "pairing", id=f"x{number}", seq=self.count, item_kind="capture",
                item_id=f"c{number}", sample_id=f"s{number}", state="paired", code="barcode", params={},
                at=at, current=True,
            )  # fmt: skip
            for method, value in (("lab", lab), ("machine", machine)):
                if value is not None:
                    self._value(connection, silo, number, method, value, at)
            if is_here:
                self.store.put(sha256, photo)
                stored = insert(TABLES.tables[PHOTOS]).values(sha256=sha256, size=len(photo), at=at)
                connection.execute(stored.on_conflict_do_nothing())
        return f"c{number}"

    def _value(
        self, connection: Connection, silo: str, number: str, method: str, value: float, at: datetime
    ) -> None:
        add(
            connection, silo, "measurement", source_id=f"{method}{number}", analyte="broken", method=method,
            replicate=1, seq=self.count, sample_id=f"s{number}", variety="", source=method, release="",
            value=value, comparator="", unit="%", basis="by_mass", at=at,
        )  # fmt: skip

    def active(self, silo: str, sha256: str, species: str = "wheat") -> None:
        """Make a release the active one of a silo."""
        self.count += 1
        with self.engine.begin() as connection:
            add(
                connection, silo, "release_act", id=f"a{self.count}", seq=self.count, sha256=sha256,
                task="kernel_class", species=species, act="promoted", at=AT - timedelta(days=30), why="",
                data={},
            )  # fmt: skip

    def said(self, silo: str, capture: str, sha256: str, result: Mapping[str, Any]) -> None:
        """Store what a silo's model said of a capture."""
        self.count += 1
        with self.engine.begin() as connection:
            add(
                connection, silo, "inspection", id=f"i{self.count}", seq=self.count, capture_id=capture,
                at=AT, model="m", version="1", sha256=sha256, source="station", accepted=True, shadow=False,
                result=dict(result),
            )  # fmt: skip
