"""Sending: one bag is under way at a time, in the order of their numbers, until headquarters has it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from station.post.client import HubAnswer
from station.post.folder import BagFolder
from station.store.engine import Ledger
from station.store.tables import Bag, Change, PostLink

Send = Callable[[str, int, bytes, bytes | None], HubAnswer]


class HubRefuses(Exception):
    """Headquarters takes nothing of this station until a person has done something. `reason`: revoked,
    unknown_station, fork, epoch, wrong_bag, too_large; the answer says what it has."""

    def __init__(self, answer: HubAnswer) -> None:
        super().__init__(f"{answer.reason} {answer.detail}".strip())
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Owing:
    """What this station owes: bags that are not acknowledged, their bytes, when the oldest was sealed, and
    the changes that are in no bag yet."""

    bags: int
    size: int
    oldest_at: datetime | None
    changes: int


def owing(tx: Session) -> Owing | None:
    """None: no headquarters is to hear of anything."""
    link = tx.get(PostLink, "hub")
    if link is None:
        return None
    query = select(func.count(), func.coalesce(func.sum(Bag.size), 0), func.min(Bag.at))
    query = query.where(Bag.epoch == link.epoch, col(Bag.number) > link.acknowledged)
    bags, size, oldest = tx.exec(query).one()
    changes = tx.exec(select(func.count()).select_from(Change)).one()
    return Owing(bags, size, oldest, changes)


def send_one(ledger: Ledger, folder: BagFolder, send: Send, at: datetime) -> bool:
    """Hand the next bag over. Return False where none is owed. Raises HubRefuses, HubUnreachable, and OSError
    where a bag's file cannot be read."""
    with ledger.read() as tx:
        link = tx.get(PostLink, "hub")
        row = _next(tx, link) if link else None
    if link is None or row is None:
        return False
    facts, people = folder.read(row.epoch, row.number)
    answer = send(row.epoch, row.number, facts, people)
    if answer.status == 200:
        _note(
            ledger, link.epoch, max(answer.have, row.number) if answer.epoch == link.epoch else row.number, at
        )
        return True
    if answer.reason == "gap" and _go_back(ledger, folder, link, answer):
        return True
    raise HubRefuses(answer)


def _next(tx: Session, link: PostLink) -> Bag | None:
    query = select(Bag).where(Bag.epoch == link.epoch, col(Bag.number) > link.acknowledged)
    return tx.exec(query.order_by(col(Bag.number)).limit(1)).first()


def _note(ledger: Ledger, epoch: str, have: int, at: datetime) -> None:
    with ledger.write() as tx:
        link = tx.get_one(PostLink, "hub")
        if link.epoch != epoch:
            return
        link.acknowledged = max(link.acknowledged, have)
        tx.add(link)
        query = select(Bag).where(
            Bag.epoch == epoch, col(Bag.number) <= have, col(Bag.acknowledged_at).is_(None)
        )
        for row in tx.exec(query):
            row.acknowledged_at = at
            tx.add(row)


def _go_back(ledger: Ledger, folder: BagFolder, link: PostLink, answer: HubAnswer) -> bool:
    """Headquarters has less than it once said: it was restored from a backup. What it lacks is sent again, or
    everything where that is kept no more. Return False where what it has is not ours."""
    with ledger.write() as tx:
        ours = tx.get(Bag, (link.epoch, answer.have)) if answer.have else None
        if answer.epoch not in ("", link.epoch) or (
            answer.have and (ours is None or ours.sha256 != answer.sha256)
        ):
            return False
        row = tx.get_one(PostLink, "hub")
        newest = tx.exec(select(func.max(Bag.number)).where(Bag.epoch == link.epoch)).one() or 0
        if answer.have >= newest:
            return False
        if folder.facts(link.epoch, answer.have + 1).exists():
            row.acknowledged = answer.have
        else:
            row.acknowledged, row.snapshot = newest, True
        tx.add(row)
    return True
