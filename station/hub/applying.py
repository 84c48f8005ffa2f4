"""Applying: the rows of received bags go into the typed tables, a transaction a bag (or the parts of one).

A row that cannot be taken waits in quarantine with its reason, and its neighbours go on. Each key keeps the
place of the last bag that touched it, deletions too; a row is written only if nothing later touched its key.
So applying on, trying again from quarantine and making the tables anew from the bags end the same.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, MetaData, Table, and_, delete, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import DBAPIError

from station.hub.own import BAGS, GONE, QUARANTINE, STATIONS
from station.hub.proving import note_ours
from station.hub.receiving import RECEIVED, kept_lines
from station.hub.tables import DIGEST, PLACE, STATION, typed
from station.post.bag import Line, head_of
from station.post.rows import RowWrong, digest_of, row_of
from station.store import schema
from station.store.travels import IMMUTABLE

PARKED, APPLIED = "parked", "applied"
AT_ONCE = 500

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Write:
    """A row for a typed table: `values` as the table takes them, with place and digest; `text` as it came."""

    key: Key
    values: dict[str, Any]
    text: str


@dataclass(slots=True)
class _Work:
    """One bag's work on one station's rows."""

    connection: Connection
    hub: MetaData
    station: str
    place: int
    whole_place: int
    at: datetime
    quarantined: int = 0
    deleted: dict[str, list[str]] = field(default_factory=dict)


def apply_next(connection: Connection, hub: MetaData, at: datetime, station: str | None = None) -> bool:
    """Apply the next bag of a station that nobody else is applying, in the caller's transaction. Return
    False where nothing waits."""
    found = _claim(connection, hub, station)
    if found is None:
        return False
    known, bags = found
    if any(bag["revision"] not in schema.revisions() for bag in bags):
        _set_state(connection, hub, bags, PARKED, None)
        return True
    whole = bags[0]["whole"]
    first = bags[0]["place"]
    whole_place = first if whole else known["whole_place"]
    for bag in bags:
        work = _Work(connection, hub, known["id"], bag["place"], whole_place, at)
        if bag["forgets"]:
            _forget(work, bag)
        _apply(work, kept_lines(bag))
    if whole:
        _remove_missing(connection, hub, known["id"], first)
        stations = hub.tables[STATIONS]
        connection.execute(update(stations).where(stations.c.id == known["id"]).values(whole_place=first))
    _set_state(connection, hub, bags, APPLIED, at)
    head = head_of(bags[-1]["facts"])
    if head.proves is not None:
        note_ours(connection, hub, head)
    return True


def unpark(connection: Connection, hub: MetaData) -> None:
    """Let bags of a shape that was too new be tried: the hub knows more now."""
    bags = hub.tables[BAGS]
    known = bags.c.revision.in_(sorted(schema.revisions()))
    connection.execute(update(bags).where(bags.c.state == PARKED, known).values(state=RECEIVED))


def retry(connection: Connection, hub: MetaData, quarantine_id: int, at: datetime) -> bool:
    """Try a line of the quarantine again. Return whether it is there no more: it was taken, or something
    later has touched its key."""
    waiting = hub.tables[QUARANTINE]
    query = select(waiting).where(waiting.c.id == quarantine_id, waiting.c.ended_at.is_(None))
    row = connection.execute(query.with_for_update()).mappings().first()
    if row is None:
        return False
    stations = hub.tables[STATIONS]
    known = connection.execute(select(stations).where(stations.c.id == row["station"])).mappings().one()
    work = _Work(connection, hub, row["station"], row["place"], known["whole_place"], at)
    if not row["line"] or row["table"] not in hub.tables:
        return False
    _apply(work, iter([Line("w", row["table"], row=json.loads(row["line"]), text=row["line"])]), again=True)
    if work.quarantined:
        return False
    ended = update(waiting).where(waiting.c.id == quarantine_id).values(ended_at=at, ended_how="retried")
    connection.execute(ended)
    return True


def rebuild(connection: Connection, hub: MetaData, station: str, at: datetime) -> None:
    """Empty a station's typed tables and its quarantine, and let every bag be applied again."""
    for table in typed(hub):
        connection.execute(delete(table).where(table.c[STATION] == station))
    for name in (GONE, QUARANTINE):
        own = hub.tables[name]
        connection.execute(delete(own).where(own.c.station == station))
    stations, bags = hub.tables[STATIONS], hub.tables[BAGS]
    connection.execute(update(stations).where(stations.c.id == station).values(whole_place=0))
    again = update(bags).where(bags.c.station == station, bags.c.state == APPLIED)
    connection.execute(again.values(state=RECEIVED, applied_at=None))


def _claim(
    connection: Connection, hub: MetaData, station: str | None
) -> tuple[RowMapping, list[RowMapping]] | None:
    """Return a station, locked, and its next bag, with all its parts."""
    stations, bags = hub.tables[STATIONS], hub.tables[BAGS]
    waits = select(bags.c.number).where(bags.c.station == stations.c.id, bags.c.state == RECEIVED)
    parked = select(bags.c.number).where(bags.c.station == stations.c.id, bags.c.state == PARKED)
    query = select(stations).where(waits.exists(), ~parked.exists()).order_by(stations.c.id)
    if station is not None:
        query = query.where(stations.c.id == station)
    for known in connection.execute(query.with_for_update(skip_locked=True)).mappings():
        next_ones = select(bags).where(bags.c.station == known["id"], bags.c.state == RECEIVED)
        next_ones = next_ones.order_by(bags.c.place)
        first = connection.execute(next_ones.limit(1)).mappings().one()
        group = connection.execute(next_ones.limit(first["parts"])).mappings().all()
        if len(group) == first["parts"]:
            return known, list(group)
    return None


def _set_state(
    connection: Connection, hub: MetaData, of: Sequence[RowMapping], state: str, at: datetime | None
) -> None:
    bags = hub.tables[BAGS]
    where = and_(bags.c.station == of[0]["station"], bags.c.place.in_([bag["place"] for bag in of]))
    connection.execute(update(bags).where(where, bags.c.state == RECEIVED).values(state=state, applied_at=at))


def _forget(work: _Work, bag: RowMapping) -> None:
    """Empty the persons' parts of all earlier bags: what they said of others is in this one."""
    bags = work.hub.tables[BAGS]
    earlier = and_(bags.c.station == work.station, bags.c.place < bag["place"], bags.c.people.is_not(None))
    work.connection.execute(update(bags).where(earlier).values(people=b""))


def _apply(work: _Work, lines: Iterator[Line], *, again: bool = False) -> None:
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


def _write(work: _Work, table: Table, lines: Sequence[Line], *, again: bool) -> None:
    columns = {c.name: c for c in table.columns if c.name not in (STATION, PLACE, DIGEST)}
    rows: dict[Key, tuple[_Write, Line]] = {}
    for line in lines:
        try:
            values = row_of(line.row or {}, columns)
            key = tuple(values[name] for name in _key_names(table))
        except (RowWrong, KeyError) as error:
            _quarantine(work, line, "wrong_value", str(error), again=again)
            continue
        values |= {STATION: work.station, PLACE: work.place, DIGEST: digest_of(line.text)}
        rows[key] = (_Write(key, values, line.text), line)
    allowed = _not_touched_later(work, table, list(rows))
    if table.name in IMMUTABLE:
        allowed -= _kept_as_they_are(work, table, rows, again=again)
    writes = [rows[key] for key in rows if key in allowed]
    _upsert(work, table, writes, again=again)


def _upsert(work: _Work, table: Table, writes: Sequence[tuple[_Write, Line]], *, again: bool) -> None:
    """Write the rows at once; where the database refuses, one by one, to find which."""
    if not writes:
        return
    statement = _upsert_of(work.connection, table)
    try:
        with work.connection.begin_nested():
            work.connection.execute(statement, _alike(table, [write.values for write, _ in writes]))
    except (DBAPIError, OverflowError, ValueError) as error:
        if len(writes) == 1:
            _quarantine(work, writes[0][1], "refused", str(error).split("\n", maxsplit=1)[0], again=again)
            return
        for write in writes:
            _upsert(work, table, [write], again=again)
        return
    _forget_gone(work, table, [write.key for write, _ in writes])


def _alike(table: Table, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of one statement name the same columns."""
    names = {name for row in rows for name in row}
    return [{name: row.get(name) for name in names} for row in rows]


def _upsert_of(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = {column.name for column in table.primary_key.columns}
    rest = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=rest)


def _delete(work: _Work, table: Table, lines: Sequence[Line]) -> None:
    keys = [tuple(line.key or ()) for line in lines if len(line.key or ()) == len(_key_names(table))]
    allowed = [key for key in keys if key in _not_touched_later(work, table, keys)]
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


def _not_touched_later(work: _Work, table: Table, keys: Sequence[Key]) -> set[Key]:
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
    work: _Work, table: Table, rows: Mapping[Key, tuple[_Write, Line]], *, again: bool
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


def _forget_gone(work: _Work, table: Table, keys: Sequence[Key]) -> None:
    gone = work.hub.tables[GONE]
    texts = [_text(key) for key in keys]
    work.connection.execute(
        delete(gone).where(gone.c.station == work.station, gone.c.table == table.name, gone.c.key.in_(texts))
    )


def _remove_missing(connection: Connection, hub: MetaData, station: str, first: int) -> None:
    """What a snapshot does not have is gone."""
    for table in typed(hub):
        connection.execute(delete(table).where(table.c[STATION] == station, table.c[PLACE] < first))


def _quarantine(work: _Work, line: Line, code: str, why: str, *, again: bool) -> None:
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


def _is_one_of(work: _Work, table: Table, keys: Sequence[Key]) -> Any:
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
