"""How long bags are kept, and for how long there is room: rows stay, files go."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from station.post.folder import BagFolder
from station.post.sealing import forget_before
from station.store.tables import Bag, PostLink

KEPT = timedelta(days=60)  # after headquarters has acknowledged it
_NEWEST = 5_000  # bags by which it is measured what a day takes
_LEAST = timedelta(days=1)


def prune(tx: Session, folder: BagFolder, at: datetime) -> int:
    """Remove the files of bags that were acknowledged long ago, and of other lines of bags that were sealed
    long ago; return how many bags went. Of a line the oldest are looked at first, and none after one that
    stays."""
    link = tx.get(PostLink, "hub")
    if link is None:
        return 0
    gone, stays = 0, ""
    for epoch, number in folder.kept():
        row = tx.get(Bag, (epoch, number)) if epoch != stays else None
        if row is None:
            continue
        ended_at = row.acknowledged_at if epoch == link.epoch else row.at
        if ended_at is None or at - ended_at < KEPT:
            stays = epoch
        else:
            folder.remove(epoch, number)
            gone += 1
    return gone


def forget_again(tx: Session, folder: BagFolder) -> None:
    """Empty what a stop kept from being emptied: the persons' parts before the last bag that forgot."""
    link = tx.get(PostLink, "hub")
    if link is None:
        return
    query = select(Bag.number).where(Bag.epoch == link.epoch, col(Bag.forgets).is_(True))
    last = tx.exec(query.order_by(col(Bag.number).desc()).limit(1)).first()
    if last is not None:
        forget_before(folder, link.epoch, last)


def bytes_a_day(tx: Session) -> float:
    """What the bags of a day take, by the newest of this line; a snapshot is no day's."""
    link = tx.get(PostLink, "hub")
    if link is None:
        return 0.0
    query = select(Bag.at, Bag.size).where(Bag.epoch == link.epoch, col(Bag.whole).is_(False))
    rows = tx.exec(query.order_by(col(Bag.number).desc()).limit(_NEWEST)).all()
    if not rows:
        return 0.0
    times = [at for at, _ in rows]
    span = max(max(times) - min(times), _LEAST)
    return sum(size for _, size in rows) / (span / timedelta(days=1))


def days_of_room(free: int, *a_day: float) -> float | None:
    """For how many days the disk has room, by the fastest of what was measured; None: nothing was yet."""
    fastest = max(a_day, default=0.0)
    return free / fastest if fastest > 0 else None


def newer_than(tx: Session, epoch: str, number: int, most: int) -> list[Bag]:
    """The next bags of a line after `number`, in their order."""
    query = select(Bag).where(Bag.epoch == epoch, col(Bag.number) > number)
    return list(tx.exec(query.order_by(col(Bag.number)).limit(most)))


def files_of(folder: BagFolder, row: Bag) -> Iterator[Path]:
    """The files of a bag that are there, the persons' part first."""
    for file in (folder.people(row.epoch, row.number), folder.facts(row.epoch, row.number)):
        if file.exists():
            yield file
