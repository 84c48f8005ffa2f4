"""Sealing: all that changed since the last bag goes into the next one, a whole snapshot of one instant.

Changes and rows are read in one transaction; the files are on the disk before the transaction that says so,
and that takes the changes out of the log. A row changed five times goes once; one that was made and deleted
between two bags goes not at all. What is too much for one bag becomes parts that are applied together.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, SQLModel, col, delete, func, select, tuple_

from station.post import bag
from station.post.bag import Follows, Head, Packer
from station.post.box import this_box
from station.post.folder import SEALING, BagFolder, keep_proof
from station.post.proof import Proof, Question, answer
from station.post.rows import RowWrong, line_of
from station.store import schema
from station.store.durable import make_folder, sync
from station.store.engine import Ledger
from station.store.tables import Bag, Change, PostLink
from station.store.travels import PERSONAL, columns_of, travelling

ENOUGH_PACKED, ENOUGH_UNPACKED = 5_000_000, 48_000_000  # then the next part begins
LONGEST_ROW = 4_000_000  # bytes of one row's line
AT_ONCE = 300
SEAL_CHANGES, SEAL_AFTER_S, SEAL_AT_ONCE = 1_000, 30.0, "ticket"  # when to seal, never where to cut

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Owed:
    """What the change log holds. `is_asked`: a bag is due whatever it holds: everything, or everybody."""

    changes: int
    has_ticket: bool
    is_asked: bool


def owed(tx: Session) -> Owed:
    changes = tx.exec(select(func.count()).select_from(Change)).one()
    ticket = select(Change.seq).where(Change.of == SEAL_AT_ONCE).limit(1)
    link = tx.get(PostLink, "hub")
    is_asked = link is not None and not link.recovers and (link.snapshot or link.forgets)
    return Owed(changes, tx.exec(ticket).first() is not None, is_asked)


def seal_one(ledger: Ledger, folder: BagFolder, at: datetime, question: Question | None = None) -> bool:
    """Seal what changed, and where headquarters asks a question, its answer of the same instant beside.
    Return False where nothing is to be sealed, or no headquarters is to hear of it. Raises OSError where the
    disk takes no bag: nothing is lost then, the next one has it all."""
    make_folder(folder.folder)
    with TemporaryDirectory(dir=folder.folder, prefix=SEALING) as scratch:
        taken = _take(ledger, Path(scratch), question)
        if taken is None:
            return False
        rows = _write(taken, folder, at)
    with ledger.write() as tx:
        tx.add_all(rows)
        tx.exec(delete(Change).where(col(Change.seq) <= taken.to_seq))
        link = tx.get_one(PostLink, "hub")
        link.snapshot, link.forgets = link.snapshot and not taken.whole, link.forgets and not taken.forgets
        tx.add(link)
    if taken.proof is not None and rows:
        proof = taken.proof.model_copy(update={"number": rows[-1].number})
        keep_proof(folder.proof(proof.question.id), proof.model_dump_json())
    if taken.forgets and rows:
        forget_before(folder, taken.link.epoch, rows[0].number)
    return bool(rows)


def forget_before(folder: BagFolder, epoch: str, number: int) -> None:
    """Empty the persons' parts of every earlier bag; done once more it changes nothing."""
    for file in folder.people_before(epoch, number):
        file.write_bytes(b"")
        sync(file)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one read transaction gave: `parts` are files of packed lines, with the number of their lines."""

    link: PostLink
    newest: Bag | None
    revision: str
    to_seq: int
    whole: bool
    forgets: bool
    parts: list[tuple[Path, int]]
    people: bytes | None
    proof: Proof | None


def _take(ledger: Ledger, scratch: Path, question: Question | None) -> _Taken | None:
    with ledger.read() as tx:
        link = tx.get(PostLink, "hub")
        if link is None or link.recovers:
            return None
        to_seq = tx.exec(select(func.max(Change.seq))).one()
        if to_seq is None and not (link.snapshot or link.forgets or question):
            return None
        newest = tx.exec(
            select(Bag).where(Bag.epoch == link.epoch).order_by(col(Bag.number).desc()).limit(1)
        ).first()
        parts, people = _packed(_found(tx, link), scratch)
        if people is None and not (link.snapshot or question) and not any(lines for _, lines in parts):
            parts = []  # what was made and deleted
        revision = schema.revision(tx.connection()) or ""
        proof = _proof(tx, link, question) if question else None
        to_seq = to_seq or (newest.to_seq if newest else 0)
        return _Taken(link, newest, revision, to_seq, link.snapshot, link.forgets, parts, people, proof)


def _proof(tx: Session, link: PostLink, question: Question) -> Proof:
    sums, texts = answer(tx, question)
    return Proof(question=question, epoch=link.epoch, number=0, sums=sums, texts=texts)


def _found(tx: Session, link: PostLink) -> Iterator[tuple[str, str]]:
    tables = travelling(SQLModel.metadata)
    if link.snapshot:
        return _everything(tx, tables)
    if not link.forgets:
        return _changed(tx, tables)
    personal = [table for table in tables if table.name in PERSONAL]
    rest = (pair for pair in _changed(tx, tables) if pair[0] not in PERSONAL)
    return chain(_everything(tx, personal), rest)


def _packed(found: Iterable[tuple[str, str]], scratch: Path) -> tuple[list[tuple[Path, int]], bytes | None]:
    parts: list[tuple[Path, int]] = []
    packer, people = Packer(), Packer()

    def cut() -> None:
        file = scratch / str(len(parts))
        file.write_bytes(packer.end())
        parts.append((file, packer.lines))

    for table, line in found:
        if table in PERSONAL:
            people.add(line)
            continue
        if packer.packed > ENOUGH_PACKED or packer.unpacked > ENOUGH_UNPACKED:
            cut()
            packer = Packer()
        packer.add(line)
    if packer.lines or not parts:
        cut()
    return parts, people.end() if people.lines else None


def _write(taken: _Taken, folder: BagFolder, at: datetime) -> list[Bag]:
    """Write the bags, each naming the one before."""
    link, newest = taken.link, taken.newest
    number, previous = (newest.number, newest.sha256) if newest else (0, bag.NOTHING)
    rows: list[Bag] = []
    for part, (file, lines) in enumerate(taken.parts, start=1):
        people = taken.people if part == 1 else None
        head = Head(
            station=link.station,
            epoch=link.epoch,
            number=number + part,
            previous=previous,
            follows=Follows(**link.follows) if link.follows and number + part == 1 else None,
            from_seq=(newest.to_seq if newest else 0) + 1,
            to_seq=taken.to_seq,
            revision=taken.revision,
            whole=taken.whole,
            forgets=taken.forgets and part == 1,
            part=part,
            parts=len(taken.parts),
            personal=bag.sha256_of(people) if people is not None else None,
            proves=taken.proof.question.id if taken.proof else None,
            box=this_box(),
            at=at.astimezone(UTC).isoformat(),
        )
        facts = bag.facts_of(head, file.read_bytes())
        folder.write(link.epoch, head.number, facts, people)
        rows.append(
            Bag(
                epoch=link.epoch, number=head.number, sha256=bag.sha256_of(facts), previous=previous,
                from_seq=head.from_seq, to_seq=head.to_seq, revision=head.revision, whole=head.whole,
                forgets=head.forgets, part=part, parts=head.parts,
                rows=lines, size=len(facts), at=at,
            )
        )  # fmt: skip
        previous = rows[-1].sha256
    return rows


def _everything(tx: Session, tables: Iterable[Table]) -> Iterator[tuple[str, str]]:
    for table in tables:
        columns = columns_of(table)
        for row in tx.connection().execute(select(*columns).execution_options(yield_per=AT_ONCE)):
            yield table.name, _written(table, row._mapping)


def _changed(tx: Session, tables: Iterable[Table]) -> Iterator[tuple[str, str]]:
    """Yield a line for each row that changed: as it is now, or gone. What the log holds is a few rows of a
    day: thousands, not millions."""
    first: dict[tuple[str, str], str] = {}
    for of, key, op in tx.exec(select(Change.of, Change.key, Change.op).order_by(col(Change.seq))):
        first.setdefault((of, key), op)
    known = {table.name: table for table in tables}
    for of, pairs in groupby(sorted(first), key=lambda pair: pair[0]):
        yield from _rows_now(tx, known[of], [key for _, key in pairs], first)


def _rows_now(
    tx: Session, table: Table, keys: list[str], first: dict[tuple[str, str], str]
) -> Iterator[tuple[str, str]]:
    of = table.name
    for start in range(0, len(keys), AT_ONCE):
        some = {tuple(json.loads(key)): key for key in keys[start : start + AT_ONCE]}
        found = _fetched(tx, table, list(some))
        for values, key in some.items():
            if values in found:
                yield of, _written(table, found[values])
            elif first[of, key] != "i":
                yield of, bag.gone(of, key)


def _fetched(tx: Session, table: Table, keys: list[Key]) -> dict[Key, Any]:
    primary = list(table.primary_key.columns)
    query = select(*columns_of(table))
    alone = len(primary) == 1
    query = query.where(primary[0].in_([k[0] for k in keys]) if alone else tuple_(*primary).in_(keys))
    names = [column.name for column in primary]
    rows = [row._mapping for row in tx.connection().execute(query)]
    return {tuple(row[name] for name in names): row for row in rows}


def _written(table: Table, row: Any) -> str:
    """Return the row's line. One that cannot be written down says so: its neighbours go on."""
    try:
        text = line_of(row)
        if len(text.encode()) <= LONGEST_ROW:
            return bag.written(table.name, text)
        why = f"a row of more than {LONGEST_ROW} bytes"
    except RowWrong as error:
        why = str(error)
    key = json.dumps([row[column.name] for column in table.primary_key.columns])
    return bag.unwritable(table.name, key, why)
