"""Values that came late are looked for in the ledger's rows, in their order, and the loads that they are of
are proposed for revision: whatever room recorded them, and however often this is asked."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from station.acts.desk import Desk
from station.receival.papers import revisions
from station.receival.papers.final_values import CORRECTED
from station.receival.papers.revisions import Cause
from station.store import counters
from station.store.holds import is_covered
from station.store.tables import Hold, HoldAct, LabResult, Measurement, Sample

LOOKED = "late values"  # the counter of what was looked at: rows up to this number
_STATES = ("accepted", "waiting", "dismissed")
MOST = 50  # rows looked at in one step
STRIDE = 10_000  # so many numbers without a late value are passed over at once


def take_all(desk: Desk, at: datetime) -> None:
    """Look at all that came since this was asked last."""
    while take_some(desk, at):
        pass


def take_some(desk: Desk, at: datetime) -> bool:
    """Look at the next rows; return whether there may be more. One load is proposed in a transaction, so that
    trucks are weighed meanwhile."""
    with desk.ledger.read() as tx:
        since, newest = counters.newest(tx, LOOKED), counters.newest(tx, counters.ROW)
        if newest <= since:
            return False
        late = sorted([*_laboratory(tx, since), *_holds(tx, since)], key=lambda one: one[0])
    for seq, of, load_ids in late[:MOST]:
        for load_id in load_ids:
            with desk.ledger.write() as tx:
                revisions.revise(tx, load_id, of, at)
        _looked(desk, seq)
    if len(late) <= MOST and (late or newest - since > STRIDE):
        _looked(desk, newest)
    return len(late) > MOST


def _looked(desk: Desk, seq: int) -> None:
    with desk.ledger.write() as tx:
        counters.pass_number(tx, LOOKED, seq)


def _laboratory(tx: Session, since: int) -> Iterator[tuple[int, Cause, list[str]]]:
    """Results that hold since then, and those that were corrected or dismissed."""
    query = (
        select(LabResult.seq, LabResult.id, Sample.load_id)
        .join(Sample, col(Sample.id) == LabResult.sample_id)
        .where(col(LabResult.state).in_(_STATES), col(LabResult.current).is_(True))
        .where(col(LabResult.seq) > since, col(Sample.load_id).is_not(None))
    )
    for seq, id_, load_id in tx.exec(query.order_by(col(LabResult.seq)).limit(MOST + 1)):
        yield seq or 0, revisions.cause("lab_result", id_), [load_id or ""]


def _holds(tx: Session, since: int) -> Iterator[tuple[int, Cause, list[str]]]:
    query = select(HoldAct, Hold).join(Hold, col(Hold.id) == HoldAct.hold_id)
    query = query.where(HoldAct.act == CORRECTED, col(HoldAct.seq) > since)
    for act, hold in tx.exec(query.order_by(col(HoldAct.seq)).limit(MOST + 1)).all():
        held = select(Measurement.load_id).where(is_covered(hold), col(Measurement.load_id).is_not(None))
        loads = sorted({one for one in tx.exec(held.distinct()) if one})
        yield act.seq or 0, revisions.cause("hold", act.id), loads
