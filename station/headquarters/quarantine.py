"""Rows that could not be taken, as a person sees them: listed, read beside what is there, tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from station.headquarters.served import Quarters
from station.hub.applying import retry as retry_row
from station.hub.own import FOREIGN, QUARANTINE, STATIONS
from station.hub.quarantine import there

MOST = 200
_NAMES = ("id", "station", "table", "key", "code", "why", "at")


@dataclass(frozen=True, slots=True)
class Held:
    """A row in quarantine, without its line."""

    number: int
    station: str
    table: str
    key: str
    code: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """`line` is the row as it came, empty where somebody was forgotten; `there` is what has its key. None:
    nothing has, or it is of a station that the person does not see."""

    held: Held
    line: str
    there: str | None


def held(quarters: Quarters) -> Sequence[Held]:
    """Return those that wait longest, some of them."""
    table = quarters.tables.tables[QUARANTINE]
    query = select(*(table.c[name] for name in _NAMES)).where(table.c.ended_at.is_(None))
    with quarters.engine.connect() as connection:
        return [Held(*row) for row in connection.execute(query.order_by(table.c.id).limit(MOST))]


def one(quarters: Quarters, number: int) -> Beside | None:
    """Return a row that waits and that the person sees, with both texts."""
    table = quarters.tables.tables[QUARANTINE]
    query = select(table).where(table.c.id == number, table.c.ended_at.is_(None))
    with quarters.engine.connect() as connection:
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        stations = quarters.tables.tables[STATIONS]
        owner = row["why"] if row["code"] == FOREIGN else row["station"]
        is_seen = connection.execute(select(stations.c.id).where(stations.c.id == owner)).first() is not None
        beside = there(connection, row) if is_seen else None
    return Beside(Held(*(row[name] for name in _NAMES)), row["line"], beside)


def retry(quarters: Quarters, number: int) -> bool:
    """Return whether the row waits no more."""
    with quarters.engine.begin() as connection:
        return retry_row(connection, quarters.tables, number, quarters.clock())
