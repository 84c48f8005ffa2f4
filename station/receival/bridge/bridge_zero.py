"""A bridge that has not shown zero between two vehicles is told of, until zero or a person ends it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.store import audit
from station.store.tables import AuditEvent

NOT_AT_ZERO, AT_ZERO, SETTLED = "bridge_not_at_zero", "bridge_at_zero", "bridge_settled"


@dataclass(frozen=True, slots=True)
class NotAtZero:
    """A load of `kg` has stood on the bridge since about `since`, and is not weighed."""

    kg: float
    since: datetime


def note_not_at_zero(desk: Desk, port: str, load: NotAtZero, last_kg: float | None) -> None:
    """Records that another load stands on a bridge that has not shown zero since it weighed `last_kg`."""
    with desk.ledger.write() as tx:
        audit.record(tx, NOT_AT_ZERO, load.since, subject_id=port, data={"kg": load.kg, "last_kg": last_kg})


def note_at_zero(desk: Desk, port: str, at: datetime) -> None:
    """Records that the bridge has shown zero again after `note_not_at_zero`."""
    with desk.ledger.write() as tx:
        audit.record(tx, AT_ZERO, at, subject_id=port)


def settle(desk: Desk, port: str, kg: float, actor: Actor, at: datetime) -> None:
    """Records that a person has looked at what stands on the bridge: it is nothing to weigh."""
    with desk.ledger.write() as tx:
        audit.record(
            tx, SETTLED, at, by=actor.id, terminal=actor.terminal, subject_id=port, data={"kg": kg}
        )  # fmt: skip


def not_at_zero(tx: Session, port: str) -> NotAtZero | None:
    """Returns what `note_not_at_zero` told of last, where neither zero, a person nor a weighing ended it."""
    kinds = (NOT_AT_ZERO, AT_ZERO, SETTLED, "weighing_taken")
    newest = select(AuditEvent).where(col(AuditEvent.kind).in_(kinds)).order_by(col(AuditEvent.seq).desc())
    for event in tx.exec(newest.execution_options(yield_per=20)):
        if event.subject_id == port:
            return NotAtZero(event.data["kg"], event.at) if event.kind == NOT_AT_ZERO else None
        if event.kind == "weighing_taken" and event.data["port"] == port and event.data["rule"] != "typed":
            return None
    return None
