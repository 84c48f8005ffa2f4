"""The demonstration's own check: each row that a silo has committed is at headquarters exactly once.

It reads both databases by SQL of its own and shares nothing with what it checks: no table that the product
declares, no digest, no list of what travels. Values are brought to one form by what the two databases
themselves say of them.
"""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, LiteralString

import psycopg
from psycopg import sql

from station.demo.silos.forms import of_hub, of_ledger

# The station's own affair, and what leaves no station.
STAYS = frozenset(
    {
        "alembic_version", "bag", "change", "counter", "enrolment", "own_site", "post_link", "posted_photo",
        "sign_in", "stored_result",
    }
)  # fmt: skip
SECRET = frozenset({("person", "pin_hash"), ("person", "password_hash"), ("terminal", "token_hash")})
MARK = "post_place"  # only tables of stations' rows have this column

Values = tuple[Any, ...]
Row = dict[str, Any]
Kinds = Mapping[str, Mapping[str, str]]  # by table and column
Kind = Literal["lost", "doubled", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is at a silo and not at headquarters (`lost`), there more often than at the silo
    (`doubled`), or there with another content (`changed`, in the columns named). `key` is its primary key; of
    a photo its digest."""

    kind: Kind
    silo: str
    table: str
    key: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`rows` were committed by the silos; `photos` of those that their rows name are at headquarters."""

    rows: int
    loads: int
    photos: int
    bags: int
    quarantined: int
    differences: tuple[Difference, ...]

    @property
    def lost(self) -> int:
        """Counts what is missing as it was committed."""
        return sum(one.kind != "doubled" for one in self.differences)

    @property
    def doubled(self) -> int:
        return sum(one.kind == "doubled" for one in self.differences)

    @property
    def is_good(self) -> bool:
        return not self.differences and not self.quarantined


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose rows belong at headquarters. `kinds` says of each column what it is there; a column that
    is not there has none."""

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    kinds: Mapping[str, str]

    def key_of(self, row: Row) -> str:
        return json.dumps([row[name] for name in self.keys], ensure_ascii=False, default=str)


def compare_all(ledgers: Mapping[str, Path], database: str, photos: Path | None = None) -> Comparison:
    """Compare the ledgers of all silos, by their ids, with headquarters' database. `photos`: the folder with
    those that came; None: they do not travel."""
    rows = loads = 0
    differences: list[Difference] = []
    named: dict[str, str] = {}  # photos, by digest: whose they are
    with psycopg.connect(database) as hub:
        hub.execute("SET TimeZone TO 'UTC'")
        kinds = _kinds(hub)
        for silo, ledger in ledgers.items():
            with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
                connection.execute("BEGIN")
                tables = list(_tables(connection, kinds))
                for table in tables:
                    here = _rows_here(connection, table)
                    rows += len(here)
                    differences += _differences(silo, table, here, _rows_there(hub, table, silo))
                loads += connection.execute('SELECT count(*) FROM "load"').fetchone()[0]
                named |= {digest.hex(): silo for digest in _digests(connection)}
            differences += _of_no_table(hub, kinds, {table.name for table in tables}, silo)
        differences += _of_no_silo(hub, kinds, list(ledgers))
        bags = _count(hub, "SELECT count(*) FROM hub_bag WHERE state <> 'refused'")
        quarantined = _count(hub, "SELECT count(*) FROM hub_quarantine WHERE ended_at IS NULL")
    missing = [] if photos is None else list(_photos_missing(named, photos))
    arrived = 0 if photos is None else len(named) - len(missing)
    return Comparison(rows, loads, arrived, bags, quarantined, (*differences, *missing))


def _tables(connection: sqlite3.Connection, kinds: Kinds) -> Iterator[_Table]:
    """Yield the tables whose rows belong at headquarters, as the ledger itself describes them."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    for (name,) in names.fetchall():
        if name in STAYS or name.startswith("sqlite_"):
            continue
        described = connection.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
        columns = tuple(column[1] for column in described if (name, column[1]) not in SECRET)
        parts = sorted((column[5], column[1]) for column in described if column[5])
        yield _Table(name, columns, tuple(part for _, part in parts), kinds.get(name, {}))


def _rows_here(connection: sqlite3.Connection, table: _Table) -> list[Row]:
    names = ", ".join(_quoted(column) for column in table.columns)
    found = connection.execute(f"SELECT {names} FROM {_quoted(table.name)}")
    return [
        {
            name: of_ledger(value, table.kinds.get(name, ""))
            for name, value in zip(table.columns, row, strict=True)
        }
        for row in found
    ]


def _rows_there(hub: psycopg.Connection[Values], table: _Table, silo: str) -> list[Row]:
    columns = [name for name in table.columns if name in table.kinds]
    if not columns:
        return []
    query = sql.SQL("SELECT {} FROM {} WHERE station = %s").format(
        sql.SQL(", ").join(_selected(name, table.kinds[name]) for name in columns),
        sql.Identifier(table.name),
    )
    return [
        {name: of_hub(value, table.kinds[name]) for name, value in zip(columns, row, strict=True)}
        for row in hub.execute(query, (silo,))
    ]


def _selected(name: str, kind: str) -> sql.Composable:
    """JSON is read as the text that is there."""
    column = sql.Identifier(name)
    return sql.SQL("{}::text").format(column) if kind.startswith("json") else column


def _differences(silo: str, table: _Table, here: Iterable[Row], there: Iterable[Row]) -> Iterator[Difference]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in there:
        found[table.key_of(row)].append(row)
    for row in here:
        key = table.key_of(row)
        matches = found.pop(key, [])
        if not matches:
            yield Difference("lost", silo, table.name, key)
            continue
        changed = tuple(
            name for name in table.columns if name not in matches[0] or matches[0][name] != row[name]
        )
        if changed:
            yield Difference("changed", silo, table.name, key, changed)
        for _ in matches[1:]:
            yield Difference("doubled", silo, table.name, key)
    for key, rows in found.items():
        for _ in rows:
            yield Difference("doubled", silo, table.name, key)


def _of_no_table(
    hub: psycopg.Connection[Values], kinds: Kinds, names: Set[str], silo: str
) -> Iterator[Difference]:
    """Yield rows of a silo in tables that it does not have."""
    for name in kinds.keys() - names:
        query = sql.SQL("SELECT count(*) FROM {} WHERE station = %s").format(sql.Identifier(name))
        for _ in range(_count(hub, query, silo)):
            yield Difference("doubled", silo, name, "?")


def _of_no_silo(hub: psycopg.Connection[Values], kinds: Kinds, silos: list[str]) -> Iterator[Difference]:
    """Yield rows of stations that are none of the silos."""
    for name in kinds:
        query = sql.SQL("SELECT station FROM {} WHERE station <> ALL(%s)").format(sql.Identifier(name))
        for (station,) in hub.execute(query, (silos,)):
            yield Difference("doubled", station, name, "?")


def _kinds(hub: psycopg.Connection[Values]) -> Kinds:
    """Return what each column of each table of stations' rows is."""
    query = (
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = current_schema()"
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, kind in hub.execute(query):
        found[table][column] = kind
    return {table: columns for table, columns in found.items() if MARK in columns}


def _count(hub: psycopg.Connection[Values], query: sql.Composed | LiteralString, *values: str) -> int:
    (count,) = hub.execute(query, values).fetchone() or (0,)
    return int(count)


def _digests(connection: sqlite3.Connection) -> list[bytes]:
    found = connection.execute('SELECT DISTINCT sha256 FROM "photo"').fetchall()
    return [digest if isinstance(digest, bytes) else bytes.fromhex(digest) for (digest,) in found]


def _photos_missing(named: Mapping[str, str], photos: Path) -> Iterator[Difference]:
    """Yield the photos that no file at headquarters holds, whatever it is called."""
    files = [file for file in photos.rglob("*") if file.is_file()]
    held = set()
    for file in files:
        with file.open("rb") as opened:
            held.add(hashlib.file_digest(opened, "sha256").hexdigest())
    for digest in sorted(named.keys() - held):
        is_there = any(digest in file.name for file in files)
        yield Difference("changed" if is_there else "lost", named[digest], "photo", digest)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
