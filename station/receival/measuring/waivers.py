"""While an instrument is out of order one approval lets loads of a species be decided without its analyte.

A waiver ends when the analyte is measured again, with its collecting day (`waiver_standing`), or when
somebody revokes it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col

from drivers.reading import Flag, is_known
from station.acts.desk import Actor, Desk, SitePolicy
from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed, NotFound
from station.receival.deciding import proposals
from station.receival.measuring.waiver_standing import is_of_today, open_waivers
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Approval, Reading, Waiver


def waive(
    desk: Desk, species: str, analytes: Sequence[str], reason: str, actor: Actor, at: datetime
) -> list[Waiver]:
    """A manager's own word. Raises NotAllowed(not_allowed) for anybody else."""
    if "manager" not in actor.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    for name in analytes:
        if not is_known(name):
            raise Invalid(Fault.UNKNOWN_ANALYTE, analyte=name)
    with desk.ledger.write() as tx:
        return add(tx, desk, species, analytes, reason, actor, at)


def add(
    tx: Session, desk: Desk, species: str, analytes: Iterable[str], reason: str, actor: Actor, at: datetime,
    approval: Approval | None = None,
) -> list[Waiver]:  # fmt: skip
    """Within an act's transaction; open loads are judged anew."""
    _end_old(tx, desk.policy, at)
    rows = [
        Waiver(
            id=new_id(at), species=species, analyte=analyte, at=at, by=actor.id, reason=reason,
            approved_by=approval.approver_id if approval else actor.id,
            approval_id=approval.id if approval else None,
        )
        for analyte in dict.fromkeys(analytes)
    ]  # fmt: skip
    for row in rows:
        tx.add(row)
        audit.record(
            tx, "measurement_waived", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={
                "species": species, "analyte": row.analyte, "reason": reason, "approved_by": row.approved_by,
            },
        )  # fmt: skip
    proposals.propose_open_loads(tx, desk, at)
    return rows


def revoke(desk: Desk, waiver_id: str, actor: Actor, at: datetime) -> Waiver:
    """Whoever receives grain may be stricter. Raises NotFound(unknown_waiver), Conflict(approval_over)."""
    with desk.ledger.write() as tx:
        row = tx.get(Waiver, waiver_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_WAIVER, id=waiver_id)
        if row.ended_at is not None:
            raise Conflict(Fault.APPROVAL_OVER)
        _end(tx, row, "revoked", at, actor)
        proposals.propose_open_loads(tx, desk, at)
    return row


def end_measured(tx: Session, desk: Desk, reading: Reading, at: datetime) -> None:
    """The instrument is back: what it measured is waived no more."""
    if reading.typed_by is not None or Flag.ERROR.value in reading.flags:
        return
    back = [name for name, value in reading.values.items() if value["value"] is not None]
    rows = tx.exec(open_waivers().where(col(Waiver.analyte).in_(back))).all() if back else ()
    for row in rows:
        _end(tx, row, "measured", at)
    if rows:
        proposals.propose_open_loads(tx, desk, at)


def _end_old(tx: Session, policy: SitePolicy, at: datetime) -> None:
    """Tidies up: a waiver of another day holds no more, ended or not."""
    for row in tx.exec(open_waivers()).all():
        if not is_of_today(row, policy, at):
            _end(tx, row, "over", at)


def _end(tx: Session, row: Waiver, why: str, at: datetime, actor: Actor | None = None) -> None:
    row.ended_at, row.ended_why, row.ended_by = at, why, actor.id if actor else None
    tx.add(row)
    audit.record(
        tx, "waiver_ended", at, by=row.ended_by, terminal=actor.terminal if actor else None,
        subject_id=row.id, data={"species": row.species, "analyte": row.analyte, "why": why},
    )  # fmt: skip
