"""Writing: the lines of a bag become rows of the typed tables; one that cannot be taken waits in quarantine.

Each key keeps the place of the last bag that touched it, deletions too; a row is written only if nothing
later touched its key.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, and_, delete, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError

from station.hub.own import FOREIGN, GONE, QUARANTINE, add_event
from station.hub.tables import DEFAULT, DIGEST, PLACE, STATION, has_identifiers
from station.post.bag import Line
from station.post.rows import RowWrong, digest_of, row_of
from station.post.sealing import LONGEST_ROW
from station.store.ids import is_identifier
from station.store.travels import IMMUTABLE

AT_ONCE = 500
_OF_VALUES = ("22", "23", "42", "54")  # classes of SQLSTATE

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Write:
    """A row for a typed table: `values` as the table takes them, with place and digest; `text` as it came."""

    key: Key
    values: dict[str, Any]
    text: str


@dataclass(slots=True)
class Work:
    """One bag's work on one station's rows."""

    connection: Connection
    hub: MetaData
    station: str
    place: int
    whole_place: int
    at: datetime
    begins: bool = False  # another line of bags, after a restore
    quarantined: int = 0


def write_lines(work: Work, lines: Iterator[Line], *, again: bool = False) -> None:
    """Bring the lines into the tables, some hundred at a time."""
    for (op, name), group in groupby(lines, key=lambda line: (line.op, line.table)):
        some = list(group)
        table = work.hub.tables.get(name)
        if op == "x":
            for line in some:
                _quarantine(work, line, "unreadable", line.why, again=again)
        elif table is None or PLACE not in table.c:
            for line in some:
                _quarantine(work, line, "unknown_table", name, again=again)
        else:
            for start in range(0, len(some), AT_ONCE):
                part = some[start : start + AT_ONCE]
                _write(work, table, part, again=again) if op == "w" else _delete(work, table, part)


def _write(work: Work, table: Table, lines: Sequence[Line], *, again: bool) -> None:
    columns = {c.name: c for c in table.columns if c.name not in (STATION, PLACE, DIGEST)}
    rows: dict[Key, tuple[_Write, Line]] = {}
    for line in lines:
        try:
            values = _values(line, columns)
            key = _key_of(values, table)
        except RowWrong as error:
            _quarantine(work, line, "wrong_value", str(error), again=again)
            continue
        values |= {STATION: work.station, PLACE: work.place, DIGEST: digest_of(line.text)}
        rows[key] = (_Write(key, values, line.text), line)
    allowed = _not_touched_later(work, table, list(rows))
    allowed -= _others(work, table, rows, again=again)
    if table.name in IMMUTABLE and not work.begins:  # a restored station has taken some of its numbers again
        allowed -= _kept_as_they_are(work, table, rows, again=again)
    writes = [rows[key] for key in rows if key in allowed]
    _upsert(work, table, writes, again=again)


def _key_of(values: Mapping[str, Any], table: Table) -> Key:
    """Raises RowWrong."""
    key = tuple(values[name] for name in _key_names(table))
    if None in key:
        raise RowWrong("it has no key")
    return key


def _values(line: Line, columns: Mapping[str, Column[Any]]) -> dict[str, Any]:
    """Raises RowWrong."""
    if len(line.text) > LONGEST_ROW:
        raise RowWrong(f"a row of more than {LONGEST_ROW} characters")
    defaults = {name: column.info.get(DEFAULT) for name, column in columns.items()}
    return defaults | row_of(line.row or {}, columns)


def _upsert(work: Work, table: Table, writes: Sequence[tuple[_Write, Line]], *, again: bool) -> None:
    """Write the rows at once; where the database refuses, one by one, to find which."""
    if not writes:
        return
    statement = _upsert_of(work.connection, table)
    try:
        with work.connection.begin_nested():
            work.connection.execute(statement, [write.values for write, _ in writes])
    except (DBAPIError, OverflowError, ValueError) as error:
        if not _is_the_rows(error):
            raise
        if len(writes) == 1:
            _quarantine(work, writes[0][1], "refused", str(error).split("\n", maxsplit=1)[0], again=again)
            return
        for write in writes:
            _upsert(work, table, [write], again=again)
        return
    _forget_gone(work, table, [write.key for write, _ in writes])


def _is_the_rows(error: Exception) -> bool:
    """A value that the database does not take is the row's fault; a full disk, a lock, a server that goes
    away are not."""
    if not isinstance(error, DBAPIError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    return state.startswith(_OF_VALUES) if state else not isinstance(error, OperationalError)


def _upsert_of(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = {column.name for column in table.primary_key.columns}
    rest = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=rest)


def _delete(work: Work, table: Table, lines: Sequence[Line]) -> None:
    keys = [tuple(line.key or ()) for line in lines if len(line.key or ()) == len(_key_names(table))]
    free = _not_touched_later(work, table, keys)
    allowed = [key for key in keys if key in free]
    if not allowed:
        return
    work.connection.execute(delete(table).where(_is_one_of(work, table, allowed)))
    _forget_gone(work, table, allowed)
    gone = work.hub.tables[GONE]
    work.connection.execute(
        insert(gone),
        [
            {"station": work.station, "table": table.name, "key": _text(key), "place": work.place}
            for key in dict.fromkeys(allowed)
        ],
    )


def _not_touched_later(work: Work, table: Table, keys: Sequence[Key]) -> set[Key]:
    """Return the keys that no later bag has written, deleted, or left out of a snapshot."""
    if work.place < work.whole_place:
        return set()
    names = _key_names(table)
    query = select(*(table.c[name] for name in names))
    later = query.where(_is_one_of(work, table, keys), table.c[PLACE] > work.place)
    touched = {tuple(row) for row in work.connection.execute(later)} if keys else set()
    gone = work.hub.tables[GONE]
    deleted = select(gone.c.key).where(
        gone.c.station == work.station, gone.c.table == table.name, gone.c.place > work.place,
        gone.c.key.in_([_text(key) for key in keys]),
    )  # fmt: skip
    texts = set(work.connection.execute(deleted).scalars()) if keys else set()
    return {key for key in keys if key not in touched and _text(key) not in texts}


def _kept_as_they_are(
    work: Work, table: Table, rows: Mapping[Key, tuple[_Write, Line]], *, again: bool
) -> set[Key]:
    """Return the keys of rows that never change and are there with another content: the first stays, the
    second waits for a person."""
    if not rows:
        return set()
    names = _key_names(table)
    query = select(*(table.c[name] for name in names), table.c[DIGEST])
    found = work.connection.execute(query.where(_is_one_of(work, table, list(rows)))).all()
    digests = {tuple(row[:-1]): row[-1] for row in found}
    others = {key for key, digest in digests.items() if rows[key][0].values[DIGEST] != digest}
    for key in others:
        _quarantine(work, rows[key][1], "another_content", digests[key], again=again)
    if others:
        mine = and_(_is_one_of(work, table, list(others)), table.c[PLACE] < work.place)
        work.connection.execute(update(table).where(mine).values({PLACE: work.place}))
    return others


def _others(work: Work, table: Table, rows: Mapping[Key, tuple[_Write, Line]], *, again: bool) -> set[Key]:
    """Return the keys that are another station's: an identifier is made once in the world. Such a row waits,
    and an alarm says that a box was copied, or speaks for another."""
    identifiers = [key for key in rows if is_identifier(key[0])] if has_identifiers(table) else []
    if not identifiers:
        return set()
    query = select(table.c["id"], table.c[STATION]).where(
        table.c["id"].in_([key[0] for key in identifiers]), table.c[STATION] != work.station
    )
    owners = {(key,): station for key, station in work.connection.execute(query)}
    for key, station in owners.items():
        _quarantine(work, rows[key][1], FOREIGN, station, again=again)
    if owners and not again:
        key, station = next(iter(owners.items()))
        told = {"table": table.name, "key": key[0], "of": station, "rows": len(owners)}
        add_event(work.connection, work.hub, FOREIGN, work.at, work.station, told)
    return set(owners)


def _forget_gone(work: Work, table: Table, keys: Sequence[Key]) -> None:
    gone = work.hub.tables[GONE]
    texts = [_text(key) for key in keys]
    work.connection.execute(
        delete(gone).where(gone.c.station == work.station, gone.c.table == table.name, gone.c.key.in_(texts))
    )


def _quarantine(work: Work, line: Line, code: str, why: str, *, again: bool) -> None:
    work.quarantined += 1
    if again:
        return
    table = work.hub.tables.get(line.table)
    names = _key_names(table) if table is not None and PLACE in table.c else []
    key = line.key if line.key is not None else [(line.row or {}).get(name) for name in names]
    digest = digest_of(line.text) if line.op == "w" else ""
    work.connection.execute(
        insert(work.hub.tables[QUARANTINE]).values(
            station=work.station, place=work.place, table=line.table[:200], key=_safe(_text(key)),
            line=_safe(line.text), digest=digest, code=code, why=_safe(why)[:2000], at=work.at,
        )
    )  # fmt: skip


def _is_one_of(work: Work, table: Table, keys: Sequence[Key]) -> Any:
    names = _key_names(table)
    mine = table.c[STATION] == work.station
    if len(names) == 1:
        return and_(mine, table.c[names[0]].in_([key[0] for key in keys]))
    return and_(mine, tuple_(*(table.c[name] for name in names)).in_(keys))


def _key_names(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns if column.name != STATION]


def _text(key: Sequence[Any]) -> str:
    return json.dumps(list(key), ensure_ascii=False, separators=(",", ":"))


def _safe(text: str) -> str:
    """PostgreSQL keeps no NUL, and no half of a surrogate pair."""
    return text.replace("\0", "\\0").encode("utf-8", "replace").decode()
