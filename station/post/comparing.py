"""The rows of the ledger beside the bags that were made of them: what was changed past the station shows.

The newest bags come first, so that a look of some seconds sees what happened of late. A row is compared with
the newest line that tells of it; a row that never changes, with every line. What the change log says was
changed since is no difference, but in a row that never changes.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, SQLModel, col, select, tuple_

from station.post.bag import BagWrong, Line, facts_lines, sha256_of
from station.post.folder import BagFolder
from station.post.rows import RowWrong, line_of
from station.store import schema
from station.store.tables import Bag, Change, PostLink
from station.store.travels import IMMUTABLE, columns_of, travelling

AT_ONCE, NEWEST = 300, 20_000
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Differs:
    """`code`: end_cut (bags that headquarters has are not there), chain_broken, bag_gone, bag_changed,
    row_differs, row_gone, row_back (it was deleted, and is there). `params` say where."""

    code: str
    params: dict[str, Any]


@dataclass(slots=True)
class Compared:
    """`bags` of `kept` were looked at, the newest, and `rows` compared."""

    kept: int = 0
    bags: int = 0
    rows: int = 0
    found: list[Differs] = field(default_factory=list)


def compare(tx: Session, folder: BagFolder, is_over: Callable[[], bool]) -> Compared:
    """Look until everything was seen, or time is over."""
    compared = Compared()
    link = tx.get(PostLink, "hub")
    if link is None:
        return compared
    newest = select(Bag).where(Bag.epoch == link.epoch).order_by(col(Bag.number).desc()).limit(NEWEST)
    rows = tx.exec(newest).all()
    compared.found += _broken(rows, link.acknowledged)
    kept = [row for row in rows if row.acknowledged_at is None or _is_there(folder, row)]
    compared.kept = len(kept)
    look = _Look(tx, compared)
    for row in kept:
        if is_over() or row.revision != look.revision:
            break
        for lines in _batches(folder, row, compared):
            look.take(lines, row.number)
            if is_over():
                return compared
        compared.bags += 1
    return compared


def _is_there(folder: BagFolder, row: Bag) -> bool:
    return folder.facts(row.epoch, row.number).exists()


def _broken(rows: Sequence[Bag], acknowledged: int) -> Iterator[Differs]:
    newest = rows[0].number if rows else 0
    if newest < acknowledged:
        yield Differs("end_cut", {"number": newest, "have": acknowledged})
    for later, earlier in pairwise(rows):
        if earlier.number != later.number - 1 or later.previous != earlier.sha256:
            yield Differs("chain_broken", {"number": later.number})
            return


def _batches(folder: BagFolder, row: Bag, compared: Compared) -> Iterator[list[Line]]:
    try:
        data = folder.facts(row.epoch, row.number).read_bytes()
    except OSError:
        compared.found.append(Differs("bag_gone", {"number": row.number}))
        return
    if sha256_of(data) != row.sha256:
        compared.found.append(Differs("bag_changed", {"number": row.number}))
        return
    batch: list[Line] = []
    try:
        for line in facts_lines(data):
            batch.append(line)
            if len(batch) == AT_ONCE:
                yield batch
                batch = []
    except BagWrong:
        compared.found.append(Differs("bag_changed", {"number": row.number}))
    yield batch


class _Look:
    """What was seen so far, from the newest bag on. Of rows that never change their line is remembered."""

    def __init__(self, tx: Session, compared: Compared) -> None:
        self._tx, self._compared = tx, compared
        self.revision = schema.revision(tx.connection()) or ""
        self._tables = {table.name: table for table in travelling(SQLModel.metadata)}
        self._pending = {
            (of, _key_of(json.loads(key))) for of, key in tx.exec(select(Change.of, Change.key).distinct())
        }
        self._seen: dict[tuple[str, Key], str] = {}

    def take(self, lines: list[Line], number: int) -> None:
        for name, group in groupby(lines, key=lambda line: line.table):
            if name in self._tables:
                self._take_some(self._tables[name], list(group), number)

    def _take_some(self, table: Table, lines: list[Line], number: int) -> None:
        new: dict[Key, Line] = {}
        for line in lines:
            if line.op == "x":
                continue
            key = _key_of(line.key or [(line.row or {}).get(c.name) for c in table.primary_key.columns])
            place = (table.name, key)
            text = sha256_of(line.text.encode()) if table.name in IMMUTABLE else ""
            if place not in self._seen:
                new[key] = line
                self._seen[place] = text
            elif self._seen[place] != text and line.op == "w":
                self._differs("row_differs", table, key, number)
        now = _texts(self._tx, table, list(new))
        for key, line in new.items():
            self._compare(table, key, line, now.get(key), number)

    def _compare(self, table: Table, key: Key, line: Line, now: str | None, number: int) -> None:
        self._compared.rows += 1
        if (table.name, key) in self._pending and (table.name not in IMMUTABLE or now is None):
            return
        if line.op == "d":
            if now is not None:
                self._differs("row_back", table, key, number)
        elif now is None:
            self._differs("row_gone", table, key, number)
        elif now != line.text:
            self._differs("row_differs", table, key, number)

    def _differs(self, code: str, table: Table, key: Key, number: int) -> None:
        shown = ", ".join(map(str, key))
        self._compared.found.append(Differs(code, {"table": table.name, "key": shown, "number": number}))


def _key_of(values: list[Any]) -> Key:
    return tuple(values)


def _texts(tx: Session, table: Table, keys: list[Key]) -> dict[Key, str]:
    """The lines of rows as they are now."""
    if not keys:
        return {}
    primary = list(table.primary_key.columns)
    alone = len(primary) == 1
    query = select(*columns_of(table))
    query = query.where(primary[0].in_([k[0] for k in keys]) if alone else tuple_(*primary).in_(keys))
    found: dict[Key, str] = {}
    for row in tx.connection().execute(query):
        values = dict(row._mapping)
        try:
            found[tuple(values[column.name] for column in primary)] = line_of(values)
        except RowWrong:
            continue
    return found
