"""Sign the list at the start of a collecting day; a line that is not right is waved on with a reason."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault
from station.grain.day_list import DayLine
from station.store import audit
from station.store.ids import new_id
from station.store.tables import DayOpening


def open_day(
    desk: Desk, lines: Sequence[DayLine], waved: Mapping[str, str], actor: Actor, at: datetime
) -> DayOpening:
    """Sign `lines` as they were seen now; `waved` is the reason by topic.

    Raises Conflict(day_list_unexplained) while a line that is not right has no reason. Nothing waits for this
    act: trucks are received whether or not anybody has signed."""
    silent = [one.topic for one in lines if one.state != "ok" and not waved.get(one.topic, "").strip()]
    if silent:
        raise Conflict(Fault.DAY_LIST_UNEXPLAINED, topics=silent)
    day = desk.policy.collecting_day(at)
    row = DayOpening(id=new_id(at), day=day, lines=[_kept(one, waved) for one in lines], at=at, by=actor.id)
    with desk.ledger.write() as tx:
        tx.add(row)
        tx.flush()
        audit.record(
            tx, "day_opened", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={"day": day.isoformat(), "waved": [one.topic for one in lines if one.state != "ok"]},
        )  # fmt: skip
    return row


def opening_of(tx: Session, day: date) -> DayOpening | None:
    """Return the newest signed list of a day."""
    query = select(DayOpening).where(DayOpening.day == day).order_by(col(DayOpening.seq).desc())
    return tx.exec(query.limit(1)).first()


def _kept(line: DayLine, waved: Mapping[str, str]) -> dict[str, Any]:
    found = [
        {"code": code, "params": {name: _plain(value) for name, value in params.items()}}
        for code, params in line.found
    ]
    reason = waved[line.topic] if line.state != "ok" else ""
    return {"topic": line.topic, "state": line.state, "found": found, "reason": reason}


def _plain(value: Any) -> Any:
    """Return a parameter as JSON has it: a clock's warning names instants."""
    return value.isoformat() if isinstance(value, date) else value
