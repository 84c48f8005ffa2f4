"""The station's votes on what headquarters rolls out: which documents wait for one, and the record."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from station.acts import down
from station.post.voting import VOTED_ON, YES, Limits, Tally, verdict
from station.store import audit
from station.store.engine import Ledger
from station.store.tables import DownDocument, Vote

WITHDRAWS = "withdraws"
STILL_NEW = timedelta(days=7)  # one that runs already is voted on for so long, until it is answered with yes


def to_vote_on(tx: Session, day: date, at: datetime) -> Sequence[DownDocument]:
    """Return the rule packs and bundles that were taken and do not run yet, or not long, and have no vote on
    this day, oldest first."""
    voted = select(Vote.number).where((col(Vote.day) == day) | (col(Vote.verdict) == YES))
    query = select(DownDocument).where(
        col(DownDocument.kind).in_(VOTED_ON), col(DownDocument.state).in_((down.INSTALLED, down.ACTIVE)),
        col(DownDocument.number).not_in(voted),
    )  # fmt: skip
    rows = tx.exec(query.order_by(col(DownDocument.number))).all()
    return [row for row in rows if WITHDRAWS not in row.more and _is_new(row, at)]


def _is_new(row: DownDocument, at: datetime) -> bool:
    return row.state == down.INSTALLED or at - row.state_at < STILL_NEW


def vote(
    ledger: Ledger, document: DownDocument, day: date, tally: Tally, took_s: float, at: datetime,
    cut_short: str = "",
) -> Vote:  # fmt: skip
    """Record the vote of a day. `cut_short`: why it was not tried to the end, so that it abstains."""
    given, reasons = verdict(tally, Limits.of(document.more))
    if cut_short:
        given, reasons = "abstain", [{"code": cut_short, "params": {}}]
    with ledger.write() as tx:
        row = Vote(
            number=document.number, day=day, kind=document.kind, sha256=document.sha256, verdict=given,
            reasons=reasons, loads=tally.loads, regraded=tally.regraded, moved_t=round(tally.moved_t, 3),
            refused_more=tally.refused_more, refused_less=tally.refused_less, captures=tally.captures,
            abstained=tally.abstained, disagreement=tally.disagreement, errors=tally.errors,
            took_s=round(took_s, 1), at=at,
        )  # fmt: skip
        tx.add(row)
        audit.record(
            tx,
            "document_voted",
            at,
            by=None,
            subject_id=str(document.number),
            data={"sha256": row.sha256, "day": day.isoformat(), "verdict": given, "reasons": reasons},
        )
    return row
