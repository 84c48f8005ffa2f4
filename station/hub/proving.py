"""Proving: what the hub has of a station against what the station has, at the same bag.

The station makes its digests in the transaction that seals bag n, the hub its own in the one that applies bag
n. A row that waits in quarantine counts as it came: where that explains the whole difference, it is said so.
A difference is narrowed by asking again: all tables, one table's buckets, one bucket's rows.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, MetaData, Table, delete, insert, select, text, update
from sqlalchemy.engine import RowMapping

from station.hub.own import BAGS, GONE, PROOFS, QUARANTINE, STATIONS
from station.hub.receiving import kept_lines
from station.hub.tables import DIGEST, PLACE, STATION, typed
from station.post.bag import Head, Line
from station.post.proof import Adder, Proof, Question, Sums, key_text, name_of
from station.post.rows import digest_of, line_of

AT_ONCE = 2000
_NOTHING = (0, f"{0:064x}")


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not the same on both sides. `station` and `hub` are its lines, "" where it is not
    there, None where only its digest is known. `waits`: it is in quarantine."""

    table: str
    key: str
    station: str | None
    hub: str | None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answered question says: `name` is the first table, bucket or key that differs, "" for none;
    `waiting` counts rows in quarantine that were taken as they came; `rows` is how many the station has."""

    question: Question
    number: int
    name: str
    waiting: int
    rows: int


def ask(
    connection: Connection, hub: MetaData, station: str, at: datetime, table: str = "", bucket: str = ""
) -> int:
    """Put a question to a station; return its number. Its next word is answered with it. Earlier ones end."""
    proofs = hub.tables[PROOFS]
    connection.execute(delete(proofs).where(proofs.c.station == station))
    made = insert(proofs).values(station=station, of=table, bucket=bucket, asked_at=at)
    return int(connection.execute(made.returning(proofs.c.id)).scalar_one())


def open_question(connection: Connection, hub: MetaData, station: str) -> Question | None:
    """Return what the station has not answered yet."""
    proofs = hub.tables[PROOFS]
    query = select(proofs).where(proofs.c.station == station, proofs.c.theirs.is_(None))
    row = connection.execute(query.order_by(proofs.c.id.desc()).limit(1)).mappings().first()
    return Question(id=row["id"], table=row["of"], bucket=row["bucket"]) if row else None


def take(connection: Connection, hub: MetaData, station: str, proof: Proof) -> bool:
    """Keep a station's answer; return False for one to a question that is open no more."""
    proofs = hub.tables[PROOFS]
    of = update(proofs).where(proofs.c.id == proof.question.id, proofs.c.station == station)
    return connection.execute(of.values(theirs=proof.model_dump(mode="json"))).rowcount == 1


def note_ours(connection: Connection, hub: MetaData, head: Head) -> None:
    """Make the hub's digests, in the transaction that has just applied the bag of this head."""
    proofs = hub.tables[PROOFS]
    query = select(proofs).where(proofs.c.id == head.proves, proofs.c.station == head.station)
    row = connection.execute(query).mappings().first()
    if row is None:
        return
    question = Question(id=row["id"], table=row["of"], bucket=row["bucket"])
    sums, waiting = _ours(connection, hub, head.station, question)
    ours = {"epoch": head.epoch, "number": head.number, "sums": sums, "waiting": waiting}
    connection.execute(update(proofs).where(proofs.c.id == row["id"]).values(ours=ours))


def verdict(connection: Connection, hub: MetaData, question: int) -> Verdict | None:
    """None: the station has not answered, or its bag is not applied yet."""
    row = _answered(connection, hub, question)
    if row is None:
        return None
    theirs, ours = Proof.model_validate(row["theirs"]), row["ours"]
    own: Sums = {name: (int(count), str(total)) for name, (count, total) in ours["sums"].items()}
    first = next(_differing(hub, theirs.sums, own), "")
    rows = sum(count for count, _ in theirs.sums.values())
    return Verdict(theirs.question, theirs.number, first, ours["waiting"], rows)


def difference(connection: Connection, hub: MetaData, station: str, question: int, key: str) -> Difference:
    """Return both sides of a row that a verdict on a bucket named."""
    row = _answered(connection, hub, question)
    theirs = Proof.model_validate(row["theirs"] if row else {})
    name = theirs.question.table
    there = "" if key not in theirs.sums else theirs.texts.get(key)
    here = _row(connection, hub, station, name, key)
    waits = (name, key) in _waiting(connection, hub, station)
    return Difference(name, key, there, line_of(_own_columns(here)) if here else "", waits)


def damaged(connection: Connection, hub: MetaData, station: str) -> Difference | None:
    """Return the first row that is not as the bag has it that it came with."""
    for table in typed(hub):
        wrong: dict[int, dict[str, RowMapping]] = {}
        for row in _rows(connection, table, station):
            if digest_of(line_of(_own_columns(row))) != row[DIGEST]:
                wrong.setdefault(row[PLACE], {})[key_text(_key(table, row))] = row
        for place, rows in sorted(wrong.items()):
            if found := _unlike_its_bag(connection, hub, station, table, place, rows):
                return found
    return None


def _unlike_its_bag(
    connection: Connection, hub: MetaData, station: str, table: Table, place: int, rows: dict[str, RowMapping]
) -> Difference | None:
    """A row from a station of an older shape lacks columns that the table has: those are not compared."""
    bags = hub.tables[BAGS]
    query = select(bags).where(
        bags.c.station == station, bags.c.place == place, bags.c.applied_at.is_not(None)
    )
    bag = connection.execute(query).mappings().first()
    lines = {key: line for key, line in _lines_by_key(bag, table) if key in rows} if bag else {}
    for key, row in sorted(rows.items()):
        line = lines.get(key)
        if line is None or line.row is None:
            continue  # a persons' part that was emptied
        names = [name for name in line.row if name in table.c]
        as_it_is = line_of({name: row[name] for name in names})
        if as_it_is != line_of({name: line.row[name] for name in names}):
            return Difference(table.name, key, line.text, line_of(_own_columns(row)))
    return None


def _lines_by_key(bag: RowMapping, table: Table) -> Iterator[tuple[str, Line]]:
    names = _key_names(table)
    for line in kept_lines(bag):
        if line.op == "w" and line.table == table.name and line.row is not None:
            yield key_text([line.row.get(name) for name in names]), line


def _ours(connection: Connection, hub: MetaData, station: str, question: Question) -> tuple[Sums, int]:
    adder, waiting = Adder(), _waiting(connection, hub, station)
    tables = [table for table in typed(hub) if question.table in ("", table.name)]
    for table in tables:
        has_waiting = any(name == table.name for name, _ in waiting)
        if not question.table and not has_waiting and connection.dialect.name == "postgresql":
            if (summed := _summed(connection, table, station))[0]:
                adder.add_all(table.name, *summed)
            continue
        columns = [table.c[name] for name in _key_names(table)]
        query = select(*columns, table.c[DIGEST], table.c[PLACE]).where(table.c[STATION] == station)
        for *key, digest, place in connection.execute(query.execution_options(yield_per=AT_ONCE)):
            if has_waiting and (waits := waiting.get((table.name, key_text(key)))):
                if waits["place"] >= place:
                    continue
                del waiting[table.name, key_text(key)]  # touched later
            if (name := name_of(question, table.name, key)) is not None:
                adder.add(name, digest)
    for (table_name, key_of), waits in waiting.items():
        name = name_of(question, table_name, _keys(key_of))
        if name is not None and waits["digest"]:
            adder.add(name, waits["digest"])
    return adder.sums(), sum(1 for name, _ in waiting if question.table in ("", name))


def _summed(connection: Connection, table: Table, station: str) -> tuple[int, int]:
    """Return count and sum of a table's digests; PostgreSQL adds them up, 32 bits at a time."""
    parts = ", ".join(
        f"sum(('x' || substr({DIGEST}, {start}, 8))::bit(32)::bigint)" for start in range(1, 65, 8)
    )
    query = text(f'SELECT count(*), {parts} FROM "{table.name}" WHERE {STATION} = :station')
    count, *sums = connection.execute(query, {"station": station}).one()
    total = 0
    for part in sums:
        total = (total << 32) + int(part or 0)
    return int(count), total


def _waiting(connection: Connection, hub: MetaData, station: str) -> dict[tuple[str, str], RowMapping]:
    """Return by table and key the last line that waits, where nothing later touched its key."""
    waiting, gone, stations = hub.tables[QUARANTINE], hub.tables[GONE], hub.tables[STATIONS]
    whole = select(stations.c.whole_place).where(stations.c.id == station).scalar_subquery()
    query = select(waiting.c.table, waiting.c.key, waiting.c.place, waiting.c.digest).where(
        waiting.c.station == station,
        waiting.c.ended_at.is_(None),
        waiting.c.place >= whole,
        waiting.c.table != "",
    )
    rows = connection.execute(query.order_by(waiting.c.place, waiting.c.id)).mappings()
    found = {(row["table"], row["key"]): row for row in rows}
    deleted = select(gone.c.table, gone.c.key, gone.c.place).where(gone.c.station == station)
    for table, key, place in connection.execute(deleted) if found else ():
        if (row := found.get((table, key))) and row["place"] < place:
            del found[table, key]
    return found


def _answered(connection: Connection, hub: MetaData, question: int) -> RowMapping | None:
    proofs = hub.tables[PROOFS]
    row = connection.execute(select(proofs).where(proofs.c.id == question)).mappings().first()
    if row is None or row["theirs"] is None or row["ours"] is None:
        return None
    same = all(row["theirs"][name] == row["ours"][name] for name in ("epoch", "number"))
    return row if same else None


def _differing(hub: MetaData, theirs: Sums, ours: Sums) -> Iterator[str]:
    order = {table.name: number for number, table in enumerate(hub.sorted_tables)}
    for name in sorted({*theirs, *ours}, key=lambda name: (order.get(name, len(order)), name)):
        if theirs.get(name, _NOTHING) != ours.get(name, _NOTHING):
            yield name


def _rows(connection: Connection, table: Table, station: str) -> Iterable[RowMapping]:
    query = select(table).where(table.c[STATION] == station).execution_options(yield_per=AT_ONCE)
    return connection.execute(query).mappings()


def _row(connection: Connection, hub: MetaData, station: str, name: str, key: str) -> RowMapping | None:
    table = hub.tables.get(name)
    if table is None or PLACE not in table.c:
        return None
    query = select(table).where(table.c[STATION] == station)
    for column, value in zip(_key_names(table), _keys(key), strict=True):
        query = query.where(table.c[column] == value)
    return connection.execute(query).mappings().first()


def _own_columns(row: RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in (STATION, PLACE, DIGEST)}


def _key(table: Table, row: RowMapping) -> list[Any]:
    return [row[name] for name in _key_names(table)]


def _key_names(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns if column.name != STATION]


def _keys(text: str) -> list[Any]:
    return list(json.loads(text))
