"""Hand a shift over: who leaves and who comes have seen the same open visits, holds and exceptions."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault
from station.store import audit, holds, queries
from station.store.ids import new_id
from station.store.tables import HandOver


def carried(tx: Session) -> dict[str, Any]:
    """Say what goes on: the open visits by identifier, oldest first, and how much waits for a person."""
    return {
        "visits": [visit.id for visit in queries.open_visits(tx)],
        "holds": [hold.id for hold in holds.open_holds(tx)],
        "exceptions": queries.count_unpaired(tx),
    }


def check_seen(tx: Session, seen: Collection[str]) -> dict[str, Any]:
    """Raises Conflict(hand_over_changed) where other visits are open than both have seen."""
    now = carried(tx)
    if set(now["visits"]) != set(seen):
        raise Conflict(Fault.HAND_OVER_CHANGED, count=len(now["visits"]))
    return now


def hand_over(
    desk: Desk, comes: str, seen: Collection[str], note: str, actor: Actor, at: datetime
) -> HandOver:
    """Record that `actor` leaves and the person `comes` (an identifier), who said so with a PIN, goes on."""
    with desk.ledger.write() as tx:
        row = HandOver(
            id=new_id(at), by=actor.id, comes=comes, carried=check_seen(tx, seen), note=note, at=at
        )
        tx.add(row)
        tx.flush()
        audit.record(
            tx, "shift_handed_over", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={"comes": comes, "visits": len(row.carried["visits"])},
        )  # fmt: skip
    return row
