"""Spreads: how far a phone's class shares may be off at this site, proposed from evidence and approved by a
manager. What is approved stands in the place of the bundle's limits where the desk reads an inspection; the
inspection itself stays what its model said, so that it is made again to the byte.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.lab.corrections import MORE
from station.lab.offered import OfferedSpread
from station.store import audit
from station.store.ids import new_id
from station.store.spreads import APPROVED, DECLINED, ENDED, PROPOSED, in_force, newest
from station.store.tables import Spread

Key = tuple[str, str, str]  # phone, release, class
ANOTHER = 0.1  # of a spread in force: what differs by less is the same


def record_spreads(desk: Desk, offered: Sequence[OfferedSpread], at: datetime) -> list[Spread]:
    """Propose what the evidence bears (`station.lab.proposing`), at most once for the same evidence."""
    if not offered:
        return []
    with desk.ledger.write() as tx:
        known, holding = ({_key(row): row for row in rows} for rows in (newest(tx), in_force(tx)))
        return [
            _add(tx, one, at)
            for one in offered
            if _is_news(known.get(_key_of(one)), holding.get(_key_of(one)), one)
        ]


def approve_spread(desk: Desk, spread_id: str, reason: str, by: Actor, at: datetime) -> Spread:
    """Raises NotFound(unknown_correction), Conflict(correction_not_open)."""
    return _decide(desk, spread_id, PROPOSED, APPROVED, reason, by, at)


def decline_spread(desk: Desk, spread_id: str, reason: str, by: Actor, at: datetime) -> Spread:
    """Raises what `approve_spread` raises."""
    return _decide(desk, spread_id, PROPOSED, DECLINED, reason, by, at)


def end_spread(desk: Desk, spread_id: str, reason: str, by: Actor, at: datetime) -> Spread:
    """Let the bundle's own limits hold again. Raises what `approve_spread` raises."""
    return _decide(desk, spread_id, APPROVED, ENDED, reason, by, at)


def _key(row: Spread) -> Key:
    return row.terminal_id, row.release, row.class_name


def _key_of(offered: OfferedSpread) -> Key:
    return offered.phone, offered.release, offered.class_name


def _is_news(known: Spread | None, holding: Spread | None, offered: OfferedSpread) -> bool:
    """What was proposed or decided last bars the next until enough samples came since; what holds also until
    the spread is another one."""
    if known is not None and sum(at > known.evidence["up_to"] for at in offered.known_at) < MORE:
        return False
    return holding is None or abs(offered.spread - holding.spread) > ANOTHER * holding.spread


def _add(tx: Session, offered: OfferedSpread, at: datetime) -> Spread:
    row = Spread(
        id=new_id(at), terminal_id=offered.phone, release=offered.release, class_name=offered.class_name,
        spread=offered.spread, n=offered.n, act=PROPOSED, evidence=offered.evidence, at=at,
    )  # fmt: skip
    return _note(tx, row, None)


def _decide(
    desk: Desk, spread_id: str, needed: str, act: str, reason: str, by: Actor, at: datetime
) -> Spread:
    """Append the row of an act on the newest one of its phone, release and class, or on what holds of it."""
    with desk.ledger.write() as tx:
        row = tx.get(Spread, spread_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_CORRECTION, id=spread_id)
        standing = newest(tx) if needed == PROPOSED else newest(tx, (APPROVED, ENDED))
        last = next((one for one in standing if _key(one) == _key(row)), row)
        if last.id != row.id or last.act != needed:
            raise Conflict(Fault.CORRECTION_NOT_OPEN, state=last.act)
        told = row.model_dump(exclude={"id", "seq", "act", "reason", "at", "by"})
        return _note(tx, Spread(id=new_id(at), act=act, reason=reason, at=at, by=by.id, **told), by)


def _note(tx: Session, row: Spread, by: Actor | None) -> Spread:
    tx.add(row)
    audit.record(
        tx, f"spread_{row.act}", row.at, by=row.by, terminal=by.terminal if by else None, subject_id=row.id,
        data={
            "phone": row.terminal_id, "release": row.release, "class": row.class_name, "spread": row.spread,
            "n": row.n, "reason": row.reason,
        },
    )  # fmt: skip
    tx.flush()
    return row
