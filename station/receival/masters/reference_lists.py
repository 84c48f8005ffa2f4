"""Lists that a manager keeps where the station is their master: what changes ends the row that held, and a
new row has the same key. The same again changes nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotAllowed
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Listed

Did = Literal["added", "changed", "known"]
Row = TypeVar("Row", bound=Listed)


def check_master(desk: Desk, actor: Actor) -> None:
    """Raises NotAllowed for anybody but a manager, and Conflict(reference_elsewhere) where another program
    owns the lists."""
    if "manager" not in actor.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    if desk.masters.reference != "station":
        raise Conflict(Fault.REFERENCE_ELSEWHERE, master=desk.masters.reference)


def held(tx: Session, table: type[Row], key: Mapping[str, Any]) -> Row | None:
    """Return the row of this key that holds."""
    query = select(table).where(col(table.ended_at).is_(None))
    for name, value in key.items():
        query = query.where(getattr(table, name) == value)
    return tx.exec(query).first()


def put(
    tx: Session, table: type[Row], key: Mapping[str, Any], said: Mapping[str, Any], actor: Actor, at: datetime
) -> Did:
    """Say that this holds of the key from now on. A name or number stays spelt as it was at first where its
    key is the same: what was delivered counts by it."""
    before = held(tx, table, key)
    if before is not None:
        kept = {"number": before.number} if "number_key" in key else {}  # type: ignore[attr-defined]
        said = {**said, **kept}
        if all(getattr(before, name) == value for name, value in said.items()):
            return "known"
        end(tx, before, actor, at, tell=False)
    row = table(id=new_id(at), at=at, by=actor.id, **key, **said)
    tx.add(row)
    tx.flush()
    did: Did = "changed" if before is not None else "added"
    _record(tx, f"reference_{did}", row, actor, at)
    return did


def end(tx: Session, row: Listed, actor: Actor, at: datetime, *, tell: bool = True) -> None:
    """End what held; `tell` False: another row takes its place."""
    row.ended_at, row.ended_by = at, actor.id
    tx.add(row)
    tx.flush()
    if tell:
        _record(tx, "reference_retired", row, actor, at)


def _record(tx: Session, event: str, row: Listed, actor: Actor, at: datetime) -> None:
    data = {"list": row.__tablename__}
    audit.record(tx, event, at, by=actor.id, terminal=actor.terminal, subject_id=row.id, data=data)
