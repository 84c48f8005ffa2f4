"""What the hub could not take: listed, and shown beside what is there."""

import json
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from station.hub.database import TABLES
from station.hub.own import FOREIGN, QUARANTINE
from station.hub.tables import PLACE, STATION
from station.post.rows import line_of

MOST = 1000


def waiting(connection: Connection) -> list[dict[str, Any]]:
    """Return the oldest that wait, without their lines."""
    table = TABLES.tables[QUARANTINE]
    columns = [table.c[name] for name in ("id", "station", "place", "table", "key", "code", "why", "at")]
    query = select(*columns).where(table.c.ended_at.is_(None)).order_by(table.c.id).limit(MOST)
    return [{**row, "at": row["at"].isoformat()} for row in connection.execute(query).mappings()]


def beside(connection: Connection, number: int) -> dict[str, Any] | None:
    """Return one with both texts: as it came, and the row that is there under its key."""
    table = TABLES.tables[QUARANTINE]
    row = connection.execute(select(table).where(table.c.id == number)).mappings().first()
    if row is None:
        return None
    told = {name: row[name] for name in ("id", "station", "table", "key", "code", "why", "line")}
    return {**told, "there": there(connection, row)}


def there(connection: Connection, row: RowMapping) -> str | None:
    """Return the row that is there under the key of one in quarantine, as its station would write it."""
    owner = row["why"] if row["code"] == FOREIGN else row["station"]
    return _there(connection, owner, row["table"], row["key"])


def _there(connection: Connection, station: str, name: str, key: str) -> str | None:
    table = TABLES.tables.get(name)
    if table is None or PLACE not in table.c:
        return None
    names = [column.name for column in table.primary_key.columns if column.name != STATION]
    values = json.loads(key)
    if len(values) != len(names) or None in values:
        return None
    query = select(table).where(table.c[STATION] == station)
    for column, value in zip(names, values, strict=True):
        query = query.where(table.c[column] == value)
    row = connection.execute(query).mappings().first()
    return line_of(dict(row)) if row is not None else None
