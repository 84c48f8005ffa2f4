"""Ask in one place which photos headquarters has not got, and in which order they go there."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, func, select

from station.store.disputes import disputed_photos, is_disputed
from station.store.tables import (
    Capture,
    Change,
    Inspection,
    Pairing,
    Photo,
    PostedPhoto,
    PostLink,
    RetainedSample,
    SentSample,
)

OWED, HAD, LOST = "owed", "had", "lost"
CAPTURES_AT_ONCE = 200
MOST_SENT = 1_000  # photos of a laboratory's samples that are looked at for the next ones


@dataclass(frozen=True, slots=True)
class PhotosOwed:
    """Photos that headquarters has not got, and the capture of the oldest; of `lost` ones it never will."""

    count: int = 0
    size: int = 0
    oldest_at: datetime | None = None
    lost: int = 0


def ask_anew(tx: Session, link: PostLink) -> None:
    """Another line of bags begins: which photos headquarters has is asked again, of every one."""
    tx.exec(delete(PostedPhoto))
    link.photos_seen = 0


def has_new(tx: Session) -> bool:
    """Are there captures whose photos are not owed yet, with rows that are in a bag? Headquarters takes no
    photo that no row of its own names."""
    link = tx.get(PostLink, "hub")
    if link is None or _is_in_no_bag(tx):
        return False
    return tx.exec(select(Capture.id).where(col(Capture.seq) > link.photos_seen).limit(1)).first() is not None


def note_new(tx: Session) -> None:
    """Owe the photos of the captures that came since, some at a time; none while rows of photos are in no
    bag."""
    if _is_in_no_bag(tx):
        return
    link = tx.get_one(PostLink, "hub")
    query = select(Capture.id, Capture.seq, Capture.at).where(col(Capture.seq) > link.photos_seen)
    captures = tx.exec(query.order_by(col(Capture.seq)).limit(CAPTURES_AT_ONCE)).all()
    came = {capture_id: (seq or 0, at) for capture_id, seq, at in captures}
    photos = tx.exec(select(Photo).where(col(Photo.capture_id).in_(came))).all()
    known = _known(tx, [photo.sha256 for photo in photos])
    for photo in sorted(photos, key=lambda one: came[one.capture_id]):
        if photo.sha256 not in known:
            known.add(photo.sha256)
            seq, at = came[photo.capture_id]
            tx.add(PostedPhoto(sha256=photo.sha256, size=photo.size, seq=seq, at=at))
    link.photos_seen = max((seq for seq, _ in came.values()), default=link.photos_seen)
    tx.add(link)


def next_owed(tx: Session, wanted: Collection[str], apart: Collection[str], most: int) -> list[PostedPhoto]:
    """Return the next photos to go: those that headquarters asks for, of disputed loads, of samples that were
    sent to a laboratory, those that a model doubted, the rest, the oldest first of each. Without those that
    are set `apart`."""
    found: dict[str, PostedPhoto] = {}
    is_owed = PostedPhoto.state == OWED, col(PostedPhoto.sha256).not_in(apart)
    for some in _in_turn(tx, wanted):
        query = some.where(*is_owed).order_by(col(PostedPhoto.seq), col(PostedPhoto.sha256)).limit(most)
        found |= {row.sha256: row for row in tx.exec(query) if row.sha256 not in found}
        if len(found) >= most:
            break
    return list(found.values())[:most]


def mark(tx: Session, hashes: Collection[str], state: str) -> None:
    for row in tx.exec(select(PostedPhoto).where(col(PostedPhoto.sha256).in_(hashes))):
        row.state = state
        tx.add(row)


def owe_again(tx: Session, hashes: Collection[str]) -> None:
    """Headquarters asks for these although it had them."""
    query = select(PostedPhoto).where(col(PostedPhoto.sha256).in_(hashes), PostedPhoto.state == HAD)
    for row in tx.exec(query):
        row.state = OWED
        tx.add(row)


def owing_photos(tx: Session) -> PhotosOwed:
    query = select(func.count(), func.coalesce(func.sum(PostedPhoto.size), 0))
    count, size = tx.exec(query.where(PostedPhoto.state == OWED)).one()
    oldest = select(PostedPhoto.at).where(PostedPhoto.state == OWED).order_by(col(PostedPhoto.seq)).limit(1)
    lost = tx.exec(select(func.count()).select_from(PostedPhoto).where(PostedPhoto.state == LOST)).one()
    return PhotosOwed(count, size, tx.exec(oldest).first(), lost)


def must_stay(tx: Session, sha256: str) -> bool:
    """Tell whether a photo must not be pruned: its load is disputed, or headquarters has not got it."""
    if is_disputed(tx, sha256):
        return True
    if tx.get(PostLink, "hub") is None:
        return False
    row = tx.get(PostedPhoto, sha256)
    return row is None or row.state != HAD


def _is_in_no_bag(tx: Session) -> bool:
    changes = select(Change.seq).where(Change.of == "photo").limit(1)
    return tx.exec(changes).first() is not None


def _known(tx: Session, hashes: Sequence[str]) -> set[str]:
    return set(tx.exec(select(PostedPhoto.sha256).where(col(PostedPhoto.sha256).in_(hashes))))


def _in_turn(tx: Session, wanted: Collection[str]) -> Iterator[Any]:
    every = select(PostedPhoto)
    for named in (wanted, disputed_photos(tx), _sent_to_laboratories(tx)):
        if named:
            yield every.where(col(PostedPhoto.sha256).in_(named))
    doubted = select(Photo.sha256).join(Inspection, col(Inspection.capture_id) == Photo.capture_id)
    doubted = doubted.where(col(Inspection.accepted).is_(False), col(Inspection.shadow).is_(False))
    yield every.where(doubted.where(col(Photo.sha256) == PostedPhoto.sha256).exists())
    yield every


def _sent_to_laboratories(tx: Session) -> Sequence[str]:
    """The photos of samples that were chosen for a laboratory, some of each day."""
    sent = select(RetainedSample.sample_id).where(col(RetainedSample.id).in_(select(SentSample.retained_id)))
    shown = select(Pairing.item_id).where(col(Pairing.sample_id).in_(sent), col(Pairing.current).is_(True))
    owed = select(Photo.sha256).join(PostedPhoto, col(PostedPhoto.sha256) == Photo.sha256)
    owed = owed.where(PostedPhoto.state == OWED, col(Photo.capture_id).in_(shown))
    return tx.exec(owed.limit(MOST_SENT)).all()
