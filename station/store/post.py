"""What acts tell the post, where a station has a headquarters."""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from station.store.ids import new_id
from station.store.tables import Bag, Change, PostLink

HELD, GOING_ON = "held", "going_on"


def forget_in_bags(tx: Session) -> None:
    """Somebody was forgotten: the persons' parts of every bag made so far are emptied with the next one."""
    link = tx.get(PostLink, "hub")
    if link is not None:
        link.forgets = True
        tx.add(link)


def begin_again(tx: Session, at: datetime) -> None:
    """This ledger was restored: another line of bags begins, after the last bag that it knows. Nothing is
    sealed, and no act is taken, before it is known whether headquarters has more."""
    link = tx.get(PostLink, "hub")
    if link is None:
        return
    newest = select(Bag).where(Bag.epoch == link.epoch).order_by(col(Bag.number).desc()).limit(1)
    if last := tx.exec(newest).first():
        link.follows = {"epoch": last.epoch, "number": last.number, "sha256": last.sha256}
    link.epoch, link.acknowledged, link.snapshot, link.recovers = new_id(at), 0, True, HELD
    tx.add(link)
    tx.flush()
    tx.exec(delete(Change))  # from here on it names what was changed since the restore


def waits_for_recovery(tx: Session) -> bool:
    """Tell whether acts wait until what headquarters knows has come back, or a person goes on without."""
    return tx.exec(select(PostLink.recovers)).first() == HELD


def go_on(tx: Session) -> None:
    """Acts wait no longer; what is missing may still come back."""
    link = tx.get(PostLink, "hub")
    if link is not None and link.recovers == HELD:
        link.recovers = GOING_ON
        tx.add(link)
