"""Proof: digests of all that a station has, for headquarters to compare with what it has.

They are made in the transaction that seals a bag, from the rows themselves and not from the change log: a
change that the log did not see shows. Digests of rows are added up modulo 2^256, so the order of rows does
not matter. Headquarters asks for all tables, then for the 256 buckets of one table, then for the rows of one
bucket: the third answer names the row.

A proof goes to headquarters beside its bag and never in it: a digest of a person's row is in no chain.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session, SQLModel, select

from station.post.folder import BagFolder
from station.post.rows import RowWrong, line_of
from station.store.engine import Ledger
from station.store.tables import PostLink
from station.store.travels import PERSONAL, columns_of, travelling

AT_ONCE = 300
MOST_TEXT = 1_000_000  # characters of rows in one answer; those beyond have their digest only
_MODULUS = 1 << 256

Sums = dict[str, tuple[int, str]]


class Question(BaseModel):
    """What headquarters asks: without `table` each table's sum, with it each bucket's of that table, with
    `bucket` too each row's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int
    table: str = ""
    bucket: str = ""


class Proof(BaseModel):
    """The answer, as of bag `number` of `epoch`: count and sum by name of table or bucket, or for each row 1
    and its digest by key. `texts` are lines of rows; those of persons and suppliers stay where they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: Question
    epoch: str
    number: int
    sums: Sums
    texts: dict[str, str] = Field(default_factory=dict)


class Adder:
    """Adds digests up by name."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._sums: dict[str, int] = {}

    def add(self, name: str, digest: str) -> None:
        self.add_all(name, 1, int(digest, 16))

    def add_all(self, name: str, count: int, total: int) -> None:
        """Add so many digests whose sum is known."""
        self._counts[name] = self._counts.get(name, 0) + count
        self._sums[name] = (self._sums.get(name, 0) + total) % _MODULUS

    def sums(self) -> Sums:
        return {name: (count, f"{self._sums[name]:064x}") for name, count in self._counts.items()}


def name_of(question: Question, table: str, key: Sequence[Any]) -> str | None:
    """Return the name under which a row counts, None where the question does not ask for it."""
    if not question.table:
        return table
    if question.table != table:
        return None
    text = key_text(key)
    bucket = hashlib.sha256(text.encode()).hexdigest()[:2]
    if not question.bucket:
        return bucket
    return text if bucket == question.bucket else None


def key_text(key: Sequence[Any]) -> str:
    return json.dumps(list(key), ensure_ascii=False, separators=(",", ":"))


def answer(tx: Session, question: Question) -> tuple[Sums, dict[str, str]]:
    """Return sums and texts as the ledger is in this transaction; a row that cannot be written down is left
    out, as in a bag."""
    adder, texts, room = Adder(), dict[str, str](), MOST_TEXT
    for table, key, text in _lines(tx, question.table):
        name = name_of(question, table, key)
        if name is None:
            continue
        adder.add(name, hashlib.sha256(text.encode()).hexdigest())
        if question.bucket and table not in PERSONAL and len(text) <= room:
            texts[name] = text
            room -= len(text)
    return adder.sums(), texts


def _lines(tx: Session, only: str) -> Iterable[tuple[str, list[Any], str]]:
    for table in travelling(SQLModel.metadata):
        if only not in ("", table.name):
            continue
        names = [column.name for column in table.primary_key.columns]
        query = select(*columns_of(table)).execution_options(yield_per=AT_ONCE)
        for row in tx.connection().execute(query):
            values = row._mapping
            try:
                yield table.name, [values[name] for name in names], line_of(dict(values))
            except RowWrong:
                continue


def send_proofs(ledger: Ledger, folder: BagFolder, prove: Callable[[str, int, bytes], int]) -> None:
    """Hand over the answers whose bags headquarters has; one that it does not want goes too: it asks again.
    Raises HubUnreachable and OSError."""
    for file in folder.proofs():
        data = file.read_bytes()
        proof = _read(data)
        with ledger.read() as tx:
            link = tx.get(PostLink, "hub")
        if proof is None or link is None or proof.epoch != link.epoch:
            file.unlink(missing_ok=True)
        elif proof.number <= link.acknowledged:
            prove(proof.epoch, proof.number, data)
            file.unlink(missing_ok=True)


def _read(data: bytes) -> Proof | None:
    try:
        return Proof.model_validate_json(data)
    except ValidationError:
        return None


def question_of(told: Any) -> Question | None:
    """Return what headquarters asks, None for nothing and for what is no question."""
    try:
        return Question.model_validate(told) if told else None
    except ValidationError:
        return None
