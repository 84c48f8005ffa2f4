"""What is at a station and what is at headquarters, by SQL of its own: nothing here asks the product.

`sqlite3` reads the ledger's file, `psycopg` the hub's tables. Each row of each table that travels must be
there once, value by value; each sealed bag must have been applied once; nothing may wait or be parked.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

# Written down here once more, so that a table or a column which the product forgets shows.
STAYS = frozenset(
    {"alembic_version", "bag", "change", "counter", "enrolment", "outbox", "post_link", "posted_photo",
     "sign_in", "stored_result"}
)  # fmt: skip
SECRET = frozenset({"pin_hash", "password_hash", "token_hash"})
ADDED = frozenset({"station", "post_place", "post_digest"})
EXAMPLES = 5

Row = tuple[Any, ...]


@dataclass(slots=True)
class Difference:
    """How both sides differ. `lost`: rows and bags of the station that the hub lacks or has with another
    content. `doubled`: rows and bags that the hub has twice, or has and the station does not."""

    rows: int = 0
    bags: int = 0
    lost: int = 0
    doubled: int = 0
    quarantined: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, other: "Difference") -> None:
        self.rows += other.rows
        self.bags += other.bags
        self.lost += other.lost
        self.doubled += other.doubled
        self.quarantined += other.quarantined
        self.examples = [*self.examples, *other.examples][:EXAMPLES]

    def note(self, what: str, *, lost: int = 0, doubled: int = 0) -> None:
        self.lost += lost
        self.doubled += doubled
        if lost or doubled:
            self.examples = [*self.examples, what][:EXAMPLES]


def compare(ledger: Path, database: str, station: str) -> Difference:
    """`database` is an address of libpq."""
    import psycopg  # noqa: PLC0415  of the hub's packages

    found = Difference()
    with (
        closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as here,
        psycopg.connect(database) as there,
    ):
        for table in _tables(here):
            _compare_table(here, there, station, table, found)
        _compare_bags(here, there, station, found)
    return found


def owed(ledger: Path) -> int:
    """How much of a station has not been acknowledged: changes in no bag, and bags."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as here:
        (count,) = here.execute(
            "SELECT (SELECT count(*) FROM change) + (SELECT count(*) FROM bag, post_link "
            "WHERE bag.epoch = post_link.epoch AND bag.number > post_link.acknowledged) "
            "+ (SELECT snapshot + forgets FROM post_link)"
        ).fetchone()
    return int(count)


def unapplied(database: str) -> int:
    """How many bags the hub has received and not applied."""
    import psycopg  # noqa: PLC0415  of the hub's packages

    with psycopg.connect(database) as there:
        row = there.execute(
            "SELECT count(*) FROM hub_bag WHERE state NOT IN ('applied', 'refused')"
        ).fetchone()
    return int(row[0]) if row else 0


def _tables(here: sqlite3.Connection) -> list[str]:
    names = here.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for (name,) in names if name not in STAYS)


def _compare_table(here: sqlite3.Connection, there: Any, station: str, table: str, found: Difference) -> None:
    kinds = _kinds(there, table)
    columns = [(name, key) for _, name, _, _, _, key in here.execute(f'PRAGMA table_info("{table}")')]
    names = [name for name, _ in columns if name not in SECRET]
    if missing := [name for name in names if name not in kinds]:
        found.note(f"{table}: the hub has no {', '.join(missing)}", lost=1)
        return
    keys = [place for place, name in enumerate(names) if dict(columns)[name]]
    listed = ", ".join(f'"{name}"' for name in names)
    mine = [_told(row, names, kinds) for row in here.execute(f'SELECT {listed} FROM "{table}"')]
    listed = ", ".join(f'"{name}"::text' if kinds[name] == "json" else f'"{name}"' for name in names)
    rows = there.execute(f'SELECT {listed} FROM "{table}" WHERE station = %s', (station,)).fetchall()
    theirs = [_told(row, names, kinds) for row in rows]
    _compare_rows(table, mine, theirs, keys, found)


def _compare_rows(
    table: str, mine: Sequence[Row], theirs: Sequence[Row], keys: Sequence[int], found: Difference
) -> None:
    found.rows += len(mine)
    counted: Counter[Row] = Counter(_key(row, keys) for row in theirs)
    by_key = {_key(row, keys): row for row in theirs}
    for row in mine:
        key = _key(row, keys)
        if key not in by_key:
            found.note(f"{table} {key}: not at the hub", lost=1)
        elif by_key[key] != row:
            found.note(f"{table} {key}: here {row}, there {by_key[key]}", lost=1)
        counted[key] -= 1
    for key, count in counted.items():
        if count > 0:
            found.note(f"{table} {key}: {count} more at the hub", doubled=count)


def _compare_bags(here: sqlite3.Connection, there: Any, station: str, found: Difference) -> None:
    sealed = {
        (epoch, number): digest.hex()
        for epoch, number, digest in here.execute("SELECT epoch, number, sha256 FROM bag")
    }
    query = "SELECT epoch, number, sha256 FROM hub_bag WHERE station = %s AND state = 'applied'"
    rows = there.execute(query, (station,)).fetchall()
    received: Counter[Row] = Counter((epoch, number, sha256) for epoch, number, sha256 in rows)
    found.bags += len(sealed)
    for (epoch, number), sha256 in sealed.items():
        if received[epoch, number, sha256] == 0:
            found.note(f"bag {number} of {epoch}: not applied", lost=1)
        received[epoch, number, sha256] -= 1
    for bag, count in received.items():
        if count > 0:
            found.note(f"bag {bag}: {count} more at the hub", doubled=count)
    waiting = there.execute("SELECT count(*) FROM hub_quarantine WHERE station = %s", (station,)).fetchone()
    found.quarantined += int(waiting[0])


def _kinds(there: Any, table: str) -> Mapping[str, str]:
    query = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
    return {name: kind for name, kind in there.execute(query, (table,)).fetchall() if name not in ADDED}


def _key(row: Row, keys: Sequence[int]) -> Row:
    return tuple(row[place] for place in keys)


def _told(row: Row, names: Sequence[str], kinds: Mapping[str, str]) -> Row:
    return tuple(_value(kinds[name], value) for name, value in zip(names, row, strict=True))


def _value(kind: str, value: Any) -> Any:
    """A value of either side, in one way: SQLite has texts and 0 or 1 where PostgreSQL has types."""
    if kind == "json":
        return json.dumps(json.loads(value) if value is not None else None, sort_keys=True)
    if value is not None and kind == "boolean":
        return bool(value)
    if value is not None and kind.startswith("timestamp"):
        at = datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
        return at.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if type(value) is date else value
