"""The audit chain has one row per act, each covering the one before; it is also the stream of events."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from station.store.tables import AuditEvent

GENESIS = "0" * 64


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
    """Append one event in the caller's transaction; its `seq` is set when this returns."""
    tx.flush()
    last = tx.exec(select(AuditEvent.hash).order_by(col(AuditEvent.seq).desc()).limit(1)).first()
    row = AuditEvent(
        at=at,
        kind=kind,
        by=by,
        terminal=terminal,
        visit_id=visit_id,
        load_id=load_id,
        subject_id=subject_id,
        data=data or {},
        previous=last or GENESIS,
        hash="",
    )
    row.hash = digest(row)
    tx.add(row)
    tx.flush()
    return row


def digest(row: AuditEvent) -> str:
    """Return the SHA-256 over the row's content and the previous hash, as canonical JSON."""
    content = [
        row.previous,
        row.at.astimezone(UTC).isoformat(),
        row.kind,
        row.by,
        row.terminal,
        row.visit_id,
        row.load_id,
        row.subject_id,
        row.data,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def events_after(tx: Session, seq: int, limit: int = 200) -> Sequence[AuditEvent]:
    query = select(AuditEvent).where(col(AuditEvent.seq) > seq).order_by(col(AuditEvent.seq)).limit(limit)
    return tx.exec(query).all()


def last_seq(tx: Session) -> int:
    return tx.exec(select(AuditEvent.seq).order_by(col(AuditEvent.seq).desc()).limit(1)).first() or 0


def first_broken(tx: Session) -> int | None:
    """Return the `seq` of the first event whose hash does not fit, or None when the chain is whole."""
    previous = GENESIS
    for row in tx.exec(select(AuditEvent).order_by(col(AuditEvent.seq))):
        if row.previous != previous or row.hash != digest(row):
            return row.seq
        previous = row.hash
    return None
