"""What every room of acts does with a retained sample's custody: enter an act of it, and set or lift what
blocks its destruction."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from station.acts.desk import Actor
from station.store import audit
from station.store.ids import new_id
from station.store.tables import CustodyAct, RetainedSample, Sample

CHOSEN, DISPUTE, PROVISIONAL = "chosen", "dispute", "provisional"  # what blocks
_EVENTS = {
    "moved": "retained_moved",
    "returned": "retained_returned",
    "handed_over": "retained_handed_over",
    "received": "retained_received",
    "blocked": "retained_blocked",
    "released": "retained_released",
    "destroyed": "retained_destroyed",
}


def set_block(row: RetainedSample, why: str, holds: bool) -> None:
    words = set(row.blocks.split()) - {why} | ({why} if holds else set())
    row.blocks = " ".join(sorted(words))


def enter_act(
    tx: Session, row: RetainedSample, kind: str, actor: Actor, at: datetime, **said: Any
) -> CustodyAct:
    """Adds the row of one act; `place` is where it lies now, unless it is said."""
    act = CustodyAct(
        id=new_id(at), retained_id=row.id, kind=kind, at=at, by=actor.id, **{"place": row.place, **said}
    )
    tx.add_all([row, act])
    return act


def record_act(tx: Session, row: RetainedSample, kind: str, actor: Actor, at: datetime, **said: Any) -> None:
    """Adds the row of one act, and its event."""
    act = enter_act(tx, row, kind, actor, at, **said)
    audit.record(
        tx, _EVENTS[kind], at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
        load_id=tx.get_one(Sample, row.sample_id).load_id,
        data={
            "number": row.number, "parts": act.parts, "place": act.place, "whom": act.whom,
            "reason": act.reason,
        },
    )  # fmt: skip
