"""The journal of what headquarters sends down: heard of, here, installed, running, or refused and why."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from station.post.down import Document
from station.store import audit
from station.store.engine import Ledger
from station.store.tables import DownDocument

OFFERED, VERIFIED, INSTALLED, ACTIVE = "offered", "verified", "installed", "active"
REFUSED, SUPERSEDED = "refused", "superseded"
_OPEN = (OFFERED, VERIFIED)
_TOLD = (INSTALLED, ACTIVE, REFUSED)  # what the audit chain keeps


def newest(tx: Session) -> int:
    """Return the number of the newest document that was heard of; 0: none."""
    return tx.exec(select(func.max(DownDocument.number))).one() or 0


def waiting(tx: Session) -> Sequence[DownDocument]:
    """Return what was heard of and not taken yet, oldest first."""
    return _in(tx, _OPEN)


def installed(tx: Session) -> Sequence[DownDocument]:
    """Return what was taken and does not run yet, oldest first."""
    return _in(tx, (INSTALLED,))


def note_offered(ledger: Ledger, documents: Sequence[Document], at: datetime) -> None:
    """Enter what was heard of. What waited and has a later word of its kind and name now is superseded."""
    with ledger.write() as tx:
        known = newest(tx)
        for one in documents:
            if one.number > known:
                tx.add(_row(one, at))
        tx.flush()
        latest: dict[tuple[str, str], DownDocument] = {}
        for row in waiting(tx):
            earlier = latest.get((row.kind, row.name))
            if earlier is not None:
                earlier.state, earlier.state_at = SUPERSEDED, at
                tx.add(earlier)
            latest[row.kind, row.name] = row


def note(
    ledger: Ledger, number: int, state: str, at: datetime, code: str = "",
    params: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Enter what became of a document; the same again changes nothing."""
    with ledger.write() as tx:
        row = tx.get_one(DownDocument, number)
        if (row.state, row.code, row.params) == (state, code, dict(params or {})):
            return
        row.state, row.code, row.params, row.state_at = state, code, dict(params or {}), at
        tx.add(row)
        if state in _TOLD:
            audit.record(
                tx, f"document_{state}", at, by=None, subject_id=str(number),
                data={
                    "kind": row.kind, "name": row.name, "sha256": row.sha256, "sent_by": row.by, "code": code,
                    "params": row.params,
                },
            )  # fmt: skip


def _in(tx: Session, states: Sequence[str]) -> Sequence[DownDocument]:
    query = select(DownDocument).where(col(DownDocument.state).in_(states))
    return tx.exec(query.order_by(col(DownDocument.number))).all()


def _row(one: Document, at: datetime) -> DownDocument:
    return DownDocument(
        number=one.number, kind=one.kind, name=one.name, sha256=one.sha256, size=one.size, by=one.by,
        valid_from=_day(one.valid_from), more=dict(one.more), state=OFFERED, heard_at=at, state_at=at,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
