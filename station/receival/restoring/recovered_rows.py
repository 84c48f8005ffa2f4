"""Rows that come back to a restored ledger: under their own key, with numbers drawn now.

What is here and was changed here since the restore stays as it is. A row that names one which does not come
back names nothing there, or does not come back itself; each of these is said.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, Table, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from station.store import counters
from station.store.travels import SECRET

Row = dict[str, Any]
Key = tuple[Any, ...]

AT_ONCE = 300
MOST_NAMED = 200  # of what did not come back
# By what a thing is known outside the ledger: who was entered anew since the restore is the same one.
NATURAL: Mapping[str, str] = {"supplier": "name_key", "vehicle": "plate_key", "sample": "barcode"}

_CLASSES: Mapping[str, Any] = {
    mapper.local_table.name: mapper.class_  # type: ignore[attr-defined]
    for mapper in SQLModel._sa_registry.mappers
}


@dataclass
class Work:
    """`touched`: the keys of rows that were changed here since the restore. `other`: a row that came back
    under another key, or was here already. `added` and `changed` count rows by table; `left` says what did
    not come back, {table, key, why}, the first of `left_count`."""

    tx: Session
    at: datetime
    touched: set[tuple[str, Key]]
    other: dict[tuple[str, Any], str] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    left: list[dict[str, Any]] = field(default_factory=list)
    left_count: int = 0

    def leave(self, table: str, key: Any, why: str) -> None:
        self.left_count += 1
        if len(self.left) < MOST_NAMED:
            self.left.append({"table": table, "key": key, "why": why})


def table_of(name: str) -> Table:
    return SQLModel.metadata.tables[name]


def bring(work: Work, name: str, rows: Iterable[Row], *, changes: bool = True) -> set[Key]:
    """Add the rows that are not here, and change those that are (`changes`) unless they were changed here.
    Return the keys of all that were added or changed."""
    table, done = table_of(name), set[Key]()
    for some in _some(rows):
        named = [_named_here(work, table, row) for row in some]
        here = _here(work, table, named)
        fresh = [row for row in named if key_of(table, row) not in here]
        done |= _add(work, table, _known_otherwise(work, table, fresh))
        if changes:
            done |= _change(work, table, [row for row in named if key_of(table, row) in here], here)
        work.tx.expire_all()
    return done


def key_of(table: Table, row: Mapping[str, Any]) -> Key:
    return tuple(row[column.name] for column in table.primary_key.columns)


def in_parts(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield the identifiers in their order, as many at once as a query takes."""
    left = iter(sorted(ids))
    while some := list(islice(left, AT_ONCE)):
        yield some


def _some(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        yield some


def _named_here(work: Work, table: Table, row: Row) -> Row:
    """The row with the other keys of what it names."""
    if not work.other:
        return row
    found = {}
    for column in table.columns:
        for key in column.foreign_keys:
            if other := work.other.get((key.column.table.name, row.get(column.name))):
                found[column.name] = other
    return row | found if found else row


def _here(work: Work, table: Table, rows: list[Row]) -> dict[Key, Row]:
    primary = list(table.primary_key.columns)
    keys = [key_of(table, row) for row in rows]
    alone = len(primary) == 1
    where = primary[0].in_([key[0] for key in keys]) if alone else tuple_(*primary).in_(keys)
    found = [dict(row) for row in work.tx.connection().execute(select(table).where(where)).mappings()]
    return {key_of(table, row): row for row in found}


def _known_otherwise(work: Work, table: Table, rows: list[Row]) -> list[Row]:
    """The rows whose thing is not here under another key."""
    natural = NATURAL.get(table.name)
    if natural is None or not rows:
        return rows
    column = table.c[natural]
    query = select(column, table.c.id).where(column.in_([row[natural] for row in rows]))
    known = {value: id_ for value, id_ in work.tx.connection().execute(query)}  # noqa: C416  rows of two
    for row in rows:
        if row[natural] in known:
            work.other[table.name, row["id"]] = known[row[natural]]
    return [row for row in rows if row[natural] not in known]


def _add(work: Work, table: Table, rows: list[Row]) -> set[Key]:
    fitting = _fitting(work, table, rows)
    if not fitting:
        return set()
    if "seq" in table.columns:
        first = counters.draw(work.tx, counters.ROW, len(fitting))
        fitting = [row | {"seq": first + place} for place, row in enumerate(fitting)]
    whole = [_whole(table, row) for row in fitting]
    if not _insert(work, table, whole):
        whole = [row for row in whole if _insert(work, table, [row]) or _say_refused(work, table, row)]
    work.added[table.name] = work.added.get(table.name, 0) + len(whole)
    return {key_of(table, row) for row in whole}


def _insert(work: Work, table: Table, rows: list[Row]) -> bool:
    try:
        with work.tx.begin_nested():
            work.tx.connection().execute(insert(table), rows)
    except IntegrityError:
        return False
    return True


def _say_refused(work: Work, table: Table, row: Row) -> bool:
    """Something else has its number or its name here."""
    work.leave(table.name, list(key_of(table, row)), "taken_here")
    return False


def _whole(table: Table, row: Row) -> Row:
    """The row with the defaults of what an older release did not know."""
    lacking = [column.name for column in table.columns if column.name not in row]
    fields = _CLASSES[table.name].model_fields
    return row | {name: fields[name].get_default(call_default_factory=True) for name in lacking}


def _fitting(work: Work, table: Table, rows: list[Row]) -> list[Row]:
    """The rows whose named rows are here; a name that may be empty is left out."""
    for column in table.columns:
        for key in column.foreign_keys:
            rows = list(_naming(work, table, rows, column, key.column))
    return rows


def _naming(
    work: Work, table: Table, rows: list[Row], column: Column[Any], target: Column[Any]
) -> Iterator[Row]:
    wanted = {row[column.name] for row in rows if row.get(column.name) is not None}
    if not wanted:
        yield from rows
        return
    here = set(work.tx.connection().execute(select(target).where(target.in_(wanted))).scalars())
    if target.table is table:
        here |= {row[target.name] for row in rows}
    for row in rows:
        if row.get(column.name) is None or row[column.name] in here:
            yield row
        elif column.nullable:
            yield row | {column.name: None}
        else:
            work.leave(table.name, list(key_of(table, row)), f"without_{target.table.name}")


def _change(work: Work, table: Table, rows: list[Row], here: Mapping[Key, Row]) -> set[Key]:
    kept = {"seq", *SECRET.get(table.name, ()), *(column.name for column in table.primary_key.columns)}
    done = set()
    for row in _fitting(work, table, rows):
        key = key_of(table, row)
        if (table.name, key) in work.touched:
            continue
        values = {n: v for n, v in row.items() if n not in kept and n in table.columns and here[key][n] != v}
        if values:
            change(work, table, key, values)
            done.add(key)
    return done


def change(work: Work, table: Table, key: Key, values: Row) -> None:
    where = [column == value for column, value in zip(table.primary_key.columns, key, strict=True)]
    try:
        with work.tx.begin_nested():
            work.tx.connection().execute(update(table).where(*where).values(values))
        work.changed[table.name] = work.changed.get(table.name, 0) + 1
    except IntegrityError:
        work.leave(table.name, list(key), "taken_here")


def touched_here(tx: Session) -> set[tuple[str, Key]]:
    """The rows that the change log names: what was changed since the restore, and is in no bag."""
    change_log = table_of("change")
    rows = tx.connection().execute(select(change_log.c.of, change_log.c.key).distinct())
    return {(of, tuple(json.loads(key))) for of, key in rows}
