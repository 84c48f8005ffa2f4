"""Ask by name which loads are disputed, and what must stay meanwhile."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from station.store.tables import Dispute, DisputeAct, Pairing, Photo, Sample


def open_dispute_of(tx: Session, load_id: str) -> Dispute | None:
    query = select(Dispute).where(Dispute.load_id == load_id, col(Dispute.open).is_(True))
    return tx.exec(query.limit(1)).first()


def disputes(
    tx: Session, *, is_open: bool | None, before: int | None, most: int, load_id: str | None = None
) -> Sequence[Dispute]:
    """Return disputes, newest first: open ones, closed ones, or both; of one load, if it is named."""
    query = select(Dispute)
    query = query.where(col(Dispute.open).is_(is_open)) if is_open is not None else query
    query = query.where(Dispute.load_id == load_id) if load_id else query
    query = query.where(col(Dispute.seq) < before) if before is not None else query
    return tx.exec(query.order_by(col(Dispute.seq).desc()).limit(most)).all()


def acts_of(tx: Session, dispute_ids: Sequence[str]) -> dict[str, list[DisputeAct]]:
    """Return what was done in each of these disputes, oldest first."""
    query = select(DisputeAct).where(col(DisputeAct.dispute_id).in_(dispute_ids))
    found: dict[str, list[DisputeAct]] = defaultdict(list)
    for row in sorted(tx.exec(query), key=lambda row: row.seq or 0):
        found[row.dispute_id].append(row)
    return dict(found)


def is_disputed(tx: Session, sha256: str) -> bool:
    """Tell whether a photo belongs to a load that is disputed: it must not be pruned."""
    query = _photos().where(Photo.sha256 == sha256)
    return tx.exec(query.limit(1)).first() is not None


def disputed_photos(tx: Session) -> set[str]:
    """Return the photos (SHA-256) of loads that are disputed, which no pruning may remove."""
    return set(tx.exec(_photos()))


def _photos() -> Any:
    query = select(Photo.sha256).join(Pairing, col(Pairing.item_id) == Photo.capture_id)
    query = query.join(Sample, col(Sample.id) == Pairing.sample_id)
    query = query.join(Dispute, col(Dispute.load_id) == Sample.load_id)
    return query.where(col(Pairing.current).is_(True), col(Dispute.open).is_(True))
