"""The audit chain has one row per act, each covering the one before; it is also the stream of events."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from station.store import counters
from station.store.tables import AuditEvent

GENESIS = "0" * 64
_NEWEST = "newest audit hash"  # what the open transaction has appended last
_TABLE = SQLModel.metadata.tables["audit_event"]
_COLUMNS: tuple[Any, ...] = tuple(_TABLE.columns)
_HASHED = tuple(column.name for column in _COLUMNS if column.name != "hash")
_newest_hash = select(AuditEvent.hash).order_by(col(AuditEvent.seq).desc()).limit(1)


def record(
    tx: Session,
    kind: str,
    at: datetime,
    *,
    by: str | None = None,
    terminal: str | None = None,
    visit_id: str | None = None,
    load_id: str | None = None,
    subject_id: str | None = None,
    data: dict[str, Any] | None = None,
) -> AuditEvent:
    """Appends one event in the caller's transaction, which links it to the newest one."""
    last: str | None = tx.info.get(_NEWEST) or tx.exec(_newest_hash).first()
    row = AuditEvent(
        seq=counters.draw(tx, counters.EVENT),
        at=at,
        kind=kind,
        by=by,
        terminal=terminal,
        visit_id=visit_id,
        load_id=load_id,
        subject_id=subject_id,
        data=data or {},
        hash="",
    )
    row.hash = tx.info[_NEWEST] = digest(row.model_dump(), last or GENESIS)
    tx.add(row)
    return row


def digest(event: Mapping[str, Any], previous: str) -> str:
    """Return the SHA-256 over the previous event's hash and every column but its own, as canonical JSON."""
    content = {"previous": previous, **{name: event[name] for name in _HASHED}}
    content["at"] = event["at"].astimezone(UTC).isoformat()
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def events_after(tx: Session, seq: int, limit: int = 200) -> Sequence[AuditEvent]:
    query = select(AuditEvent).where(col(AuditEvent.seq) > seq).order_by(col(AuditEvent.seq)).limit(limit)
    return tx.exec(query).all()


def events_of_kinds(tx: Session, kinds: Sequence[str], after: int, limit: int) -> Sequence[AuditEvent]:
    query = select(AuditEvent).where(col(AuditEvent.seq) > after, col(AuditEvent.kind).in_(kinds))
    return tx.exec(query.order_by(col(AuditEvent.seq)).limit(limit)).all()


def last_of_kinds(tx: Session, kinds: Sequence[str], until: int) -> int:
    """Return the number of the last event of these kinds up to one, 0 where there is none."""
    query = select(AuditEvent.seq).where(col(AuditEvent.seq) <= until, col(AuditEvent.kind).in_(kinds))
    return tx.exec(query.order_by(col(AuditEvent.seq).desc()).limit(1)).first() or 0


def events_of_load(tx: Session, load_id: str, visit_id: str, most: int) -> Sequence[AuditEvent]:
    """The newest events of a load and of its visit, in their order; of the visit's other loads none."""
    seq = col(AuditEvent.seq).desc()
    own = tx.exec(select(AuditEvent).where(AuditEvent.load_id == load_id).order_by(seq).limit(most)).all()
    visits = select(AuditEvent).where(AuditEvent.visit_id == visit_id).order_by(seq).limit(most)
    known = {row.seq: row for row in (*own, *tx.exec(visits)) if row.load_id in (None, load_id)}
    return [known[seq] for seq in sorted(known)][-most:]


def newest_events(tx: Session, seq: int, most: int) -> Sequence[AuditEvent]:
    """The newest events with a higher number, at most so many, in their order."""
    query = select(AuditEvent).where(col(AuditEvent.seq) > seq).order_by(col(AuditEvent.seq).desc())
    return tx.exec(query.limit(most)).all()[::-1]


def last_seq(tx: Session) -> int:
    return tx.exec(select(AuditEvent.seq).order_by(col(AuditEvent.seq).desc()).limit(1)).first() or 0


@dataclass(frozen=True, slots=True)
class Link:
    """The newest event up to which the chain was found whole; `START` before any."""

    seq: int
    hash: str


START = Link(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Checked:
    """The chain is whole up to `whole`; `broken_seq` is the first event that does not fit, if one does not.
    `is_end`: no later event was there."""

    whole: Link
    broken_seq: int | None
    is_end: bool


def check_some(tx: Session, after: Link, most: int = 10_000) -> Checked:
    """Checks at most `most` events after a link, in memory that does not grow with them."""
    query = select(*_COLUMNS).where(col(AuditEvent.seq) > after.seq).order_by(col(AuditEvent.seq)).limit(most)
    whole, count = after, 0
    for row in tx.exec(query.execution_options(yield_per=500)):
        event = row._mapping
        if event["hash"] != digest(event, whole.hash):
            return Checked(whole, event["seq"], is_end=False)
        whole, count = Link(event["seq"], event["hash"]), count + 1
    return Checked(whole, None, is_end=count < most)


def first_broken(tx: Session) -> int | None:
    """The `seq` of the first event that does not fit, or None when the whole chain is whole. One that was
    cut off at its end leaves no trace in the chain itself."""
    checked = check_some(tx, START)
    while checked.broken_seq is None and not checked.is_end:
        checked = check_some(tx, checked.whole)
    return checked.broken_seq
