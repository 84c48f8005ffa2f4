"""Ask for what the pages show, and keep what a job has worked out for them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, bindparam, text
from sqlmodel import Session, col, delete, select

from station.store.batches import supplier_names
from station.store.names import names_of
from station.store.tables import Instrument, StoredResult, Terminal
from station.store.tables.packed import Packed

ABOUT = "about"  # not a page: what the last run worked out and what it left out
# What a question of each page says; a source "" is all of them, a species "" all.
_THREE = ("analyte", "species", "period")
_PAIR = ("analyte", "species", "test", "reference", "source", "period")
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "pair": _PAIR,
    "three_ways": _THREE,
    "who_was_right": _THREE,
    "groups": _PAIR,
    "watch": ("analyte", "method", "source", "species"),
    "fairness": _THREE,
}
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Renewed:
    """One result, packed as its column is: who writes it does not have to."""

    page: str
    asked: str
    n: int
    made_from: str
    packed: bytes


def canonical(page: str, asked: Mapping[str, Any]) -> str:
    """Return a question as its row has it: only what the page's questions say, "" for what is not said."""
    said = {name: str(asked.get(name, "")) for name in QUESTIONS.get(page, ())}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def packed(result: Mapping[str, Any]) -> bytes:
    found: bytes = _PACKED.process_bind_param(dict(result), None) or b""
    return found


def unpacked(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = _PACKED.process_result_value(data, None)
    return found


_PACKED: Any = Packed()


def result_of(tx: Session, page: str, asked: Mapping[str, Any]) -> StoredResult | None:
    """Return what a page shows of a question, with the names that persons and suppliers have now; the row is
    the caller's own."""
    row = tx.get(StoredResult, (page, canonical(page, asked)))
    if row is None:
        return None
    tx.expunge(row)
    if page == "fairness":
        _name(tx, row.result.get("by", {}))
    return row


def choices(tx: Session, page: str) -> list[dict[str, Any]]:
    """Return every question of a page that there is a result for, with the readable name of its source, how
    many samples stand behind it and when it was worked out."""
    query = select(StoredResult.asked, StoredResult.n, StoredResult.at).where(StoredResult.page == page)
    rows = tx.exec(query.order_by(col(StoredResult.asked))).all()
    names = source_names(tx)
    found = []
    for asked, n, at in rows:
        question = json.loads(asked)
        source = question.get("source", "")
        found.append({**question, "source_name": names.get(source, source), "n": n, "at": at.isoformat()})
    return found


def source_names(tx: Session) -> dict[str, str]:
    """Return the readable name of each instrument, by identifier and by serial number, and of each phone."""
    phones = tx.exec(select(Terminal.id, Terminal.name)).all()
    instruments = tx.exec(select(Instrument.id, Instrument.serial_number, Instrument.name)).all()
    return named_sources(phones, instruments)


def named_sources(phones: Iterable[Any], instruments: Iterable[Any]) -> dict[str, str]:
    """Name phones of (id, name), and instruments of (id, serial number, name)."""
    names = dict(map(tuple, phones))
    for id_, serial, name in instruments:
        names |= {id_: name, **({serial: name} if serial else {})}
    return names


def source_ids(tx: Session, source: str) -> set[str]:
    """Return what a source is called by: a phone's identifier, an instrument's and its serial number."""
    found = tx.exec(select(Instrument.id).where(Instrument.serial_number == source)).all()
    return {source, *found}


def digests(tx: Session) -> dict[Key, str]:
    """Return from what each result was made."""
    rows = tx.exec(select(StoredResult.page, StoredResult.asked, StoredResult.made_from))
    return {(page, asked): made_from for page, asked, made_from in rows}


_WRITE = text(
    "INSERT INTO stored_result (page, asked, up_to, at, n, made_from, result) "
    "VALUES (:page, :asked, :up_to, :at, :n, :made_from, :result) "
    "ON CONFLICT (page, asked) DO UPDATE SET up_to = excluded.up_to, at = excluded.at, n = excluded.n, "
    "made_from = excluded.made_from, result = excluded.result"
).bindparams(bindparam("result", type_=LargeBinary), bindparam("at", type_=StoredResult.__table__.c.at.type))  # type: ignore[attr-defined]


def renew(tx: Session, some: Iterable[Renewed], up_to: int, at: datetime) -> None:
    """Put results in the place of those before."""
    rows = [
        {
            "page": one.page, "asked": one.asked, "up_to": up_to, "at": at, "n": one.n,
            "made_from": one.made_from, "result": one.packed,
        }
        for one in some
    ]  # fmt: skip
    if rows:
        tx.connection().execute(_WRITE, rows)


def forget(tx: Session, keys: Iterable[Key]) -> None:
    """Delete results of questions that nobody asks any more."""
    for page, asked in keys:
        tx.exec(delete(StoredResult).where(col(StoredResult.page) == page, col(StoredResult.asked) == asked))


def _name(tx: Session, by: Mapping[str, Sequence[dict[str, Any]]]) -> None:
    """Put the names of persons and suppliers, which live in one row each and may be forgotten."""
    persons = names_of(tx, [one["key"] for one in by.get("operator", ())])
    suppliers = supplier_names(tx, [one["key"] for one in by.get("supplier", ())])
    for dimension, names in (("operator", persons), ("supplier", suppliers)):
        for one in by.get(dimension, ()):
            one["name"] = names.get(one["key"], "")
