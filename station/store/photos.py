"""Count the photos that were asked for on a day and those that were taken, by who decided on the loads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from station.store.batches import current_decisions, photographed
from station.store.tables import Decision, Load, Proposal

Span = tuple[datetime, datetime]  # the first instant, and the first after the last


@dataclass(frozen=True, slots=True)
class PhotoCount:
    """Counts loads: of the `asked` ones a photo was `taken` or not; of the others one came `unasked`."""

    loads: int = 0
    asked: int = 0
    taken: int = 0
    unasked: int = 0

    @property
    def not_taken(self) -> int:
        return self.asked - self.taken


@dataclass(frozen=True, slots=True)
class PhotosTaken:
    """`by_person` is by who decided, `by_reason` by why a photo was asked for: a load counts with each."""

    whole: PhotoCount
    by_person: dict[str, PhotoCount]
    by_reason: dict[str, PhotoCount]


@dataclass(frozen=True, slots=True)
class _Decided:
    by: str
    reasons: tuple[str, ...]
    is_taken: bool


def photos_taken(tx: Session, day: Span) -> PhotosTaken:
    """Return the counts of the loads whose decision that holds is of the day, cancelled ones left out. What
    was asked is what stood on the screen when it was decided; a photo counts whenever it came."""
    begins, ends = day
    query = select(Decision, Proposal.photo_asked).join(Proposal, col(Proposal.id) == Decision.proposal_id)
    query = query.join(Load, col(Load.id) == Decision.load_id)
    query = query.where(col(Load.outcome).is_(None) | (col(Load.outcome) != "cancelled"))
    rows = tx.exec(query.where(col(Decision.at) >= begins, col(Decision.at) < ends)).all()
    loads = {decision.load_id for decision, _ in rows}
    current, there = current_decisions(tx, list(loads)), photographed(tx, list(loads))
    decided = [
        _Decided(row.by, tuple(reason["code"] for reason in asked), row.load_id in there)
        for row, asked in rows
        if row.load_id in current and current[row.load_id].id == row.id
    ]
    people = sorted({one.by for one in decided})
    reasons = sorted({reason for one in decided for reason in one.reasons})
    return PhotosTaken(
        _count(decided),
        {by: _count(one for one in decided if one.by == by) for by in people},
        {reason: _count(one for one in decided if reason in one.reasons) for reason in reasons},
    )


def _count(decided: Iterable[_Decided]) -> PhotoCount:
    rows = list(decided)
    return PhotoCount(
        loads=len(rows),
        asked=sum(bool(one.reasons) for one in rows),
        taken=sum(bool(one.reasons) and one.is_taken for one in rows),
        unasked=sum(not one.reasons and one.is_taken for one in rows),
    )
