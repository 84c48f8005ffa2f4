"""Sending: one bag is under way at a time, in the order of their numbers, until headquarters has it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlmodel import Session, col, func, select

from station.post.folder import BagFolder
from station.post.link import begin
from station.post.said import HubAnswer
from station.store.engine import Ledger
from station.store.ids import new_id
from station.store.post import GOING_ON, HELD
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
    where a bag's file cannot be read; where one is gone everything is sent."""
    with ledger.read() as tx:
        link = tx.get(PostLink, "hub")
        row = _next(tx, link) if link else None
    if link is None or link.recovers or row is None:
        return False
    try:
        facts, people = folder.read(row.epoch, row.number)
    except FileNotFoundError:
        return _send_everything(ledger, link.epoch)
    answer = send(row.epoch, row.number, facts, people)
    if answer.status == 200:
        _note(
            ledger, link.epoch, max(answer.have, row.number) if answer.epoch == link.epoch else row.number, at
        )
        return True
    if answer.reason in ("gap", "fork", "epoch") and meet(ledger, folder, answer, at) is Met.GOES_BACK:
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


class Met(Enum):
    """How this station stands to the last bag that headquarters has."""

    AGREES = auto()  # it is ours, and all that is missing there is owed
    GOES_BACK = auto()  # headquarters was restored: what it lacks is owed again
    LACKS = auto()  # headquarters has what this ledger does not know: it came from a backup


def meet(ledger: Ledger, folder: BagFolder, hub: HubAnswer, at: datetime, *, holds: bool = False) -> Met:
    """Bring this station in line with the last bag that headquarters names. Nothing is guessed: only that bag
    tells whether this ledger was restored. `holds`: acts wait then."""
    with ledger.write() as tx:
        link = tx.get_one(PostLink, "hub")
        met = (_met_in_line if hub.epoch == link.epoch else _met_elsewhere)(tx, link, folder, hub, at)
        if met is not Met.LACKS:
            link.recovers = ""
        elif not link.recovers:
            link.recovers = HELD if holds else GOING_ON
        tx.add(link)
    return met


def _met_in_line(tx: Session, link: PostLink, folder: BagFolder, hub: HubAnswer, _at: datetime) -> Met:
    """Headquarters has bags of the line that is being written."""
    newest = _newest(tx, link.epoch)
    if not knows(tx, hub):
        is_another = tx.get(Bag, (hub.epoch, hub.have)) is not None
        return Met.LACKS if hub.have > newest or is_another else Met.AGREES
    if hub.have >= link.acknowledged:
        return Met.AGREES
    _owe_after(link, folder, hub.have, newest)
    return Met.GOES_BACK


def _met_elsewhere(tx: Session, link: PostLink, folder: BagFolder, hub: HubAnswer, at: datetime) -> Met:
    """Headquarters has bags of another line, or none."""
    place = {"epoch": hub.epoch, "number": hub.have, "sha256": hub.sha256} if hub.have else None
    if link.follows == place:
        if not link.acknowledged:
            return Met.AGREES
        _owe_after(link, folder, 0, _newest(tx, link.epoch))
        return Met.GOES_BACK
    if place is not None and not knows(tx, hub):
        return Met.LACKS
    _leave(tx, link.epoch, at)
    begin(tx, link.station, new_id(at), at, follows=place)
    return Met.GOES_BACK


def _newest(tx: Session, epoch: str) -> int:
    return tx.exec(select(func.max(Bag.number)).where(Bag.epoch == epoch)).one() or 0


def knows(tx: Session, hub: HubAnswer) -> bool:
    """Tell whether all up to the bag that headquarters names is in this ledger."""
    ours = tx.get(Bag, (hub.epoch, hub.have))
    return ours is not None and ours.sha256 == hub.sha256


def _owe_after(link: PostLink, folder: BagFolder, have: int, newest: int) -> None:
    """Owe again what headquarters lost; everything, where that is kept no more."""
    if have < newest and folder.facts(link.epoch, have + 1).exists():
        link.acknowledged = have
    else:
        link.acknowledged, link.snapshot = newest, True


def _leave(tx: Session, epoch: str, at: datetime) -> None:
    """The bags of a line that headquarters never takes are owed no more: the next one has every row."""
    left = select(Bag).where(Bag.epoch == epoch, col(Bag.acknowledged_at).is_(None))
    for row in tx.exec(left):
        row.acknowledged_at = at
        tx.add(row)


def _send_everything(ledger: Ledger, epoch: str) -> bool:
    with ledger.write() as tx:
        link = tx.get_one(PostLink, "hub")
        if link.epoch == epoch:
            link.acknowledged, link.snapshot = _newest(tx, epoch), True
            tx.add(link)
    return True
