"""Certificates are entered and withdrawn by a manager, one by one or out of a file, or come from
headquarters. Open loads are proposed anew."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from drivers.text import fold
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed, NotFound
from station.claims import CLAIMS, claim_id
from station.receival.deciding import proposals
from station.receival.masters.supplier_matches import leads_to
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Certificate, Supplier


@dataclass(frozen=True, slots=True)
class Stated:
    """What a certificate says: the days are both included."""

    claim: str
    number: str
    body: str
    valid_from: date
    valid_until: date


def add_certificate(desk: Desk, supplier: str, said: Stated, actor: Actor, at: datetime) -> Certificate:
    """Raises NotFound(unknown_supplier), Invalid(unknown_claim, dates_reversed) and
    Conflict(certificate_exists)."""
    _check_manager(actor)
    said = replace(said, claim=claim_id(said.claim) or said.claim)
    with desk.ledger.write() as tx:
        row = tx.exec(select(Supplier).where(Supplier.name_key == fold(supplier))).first()
        if row is None or not row.name:
            raise NotFound(Fault.UNKNOWN_SUPPLIER, name=supplier)
        added = add(tx, leads_to(tx, row), said, actor, at)
        if added is None:
            raise Conflict(Fault.CERTIFICATE_EXISTS, number=said.number)
        proposals.propose_open_loads(tx, desk, at)
    return added


def withdraw_certificate(
    desk: Desk, certificate_id: str, why: str, actor: Actor, at: datetime
) -> Certificate:
    """Raises NotFound(unknown_certificate), Conflict(certificate_withdrawn)."""
    _check_manager(actor)
    with desk.ledger.write() as tx:
        row = tx.get(Certificate, certificate_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_CERTIFICATE, id=certificate_id)
        if row.withdrawn_at is not None:
            raise Conflict(Fault.CERTIFICATE_WITHDRAWN, number=row.number)
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = at, actor.id, why
        tx.add(row)
        _record(tx, "certificate_withdrawn", row, actor, at)
        proposals.propose_open_loads(tx, desk, at)
    return row


def add(
    tx: Session, supplier: Supplier, said: Stated, actor: Actor | None, at: datetime
) -> Certificate | None:
    """Within an act's transaction; None where it is here already. `actor` None: the site file says so, which
    does not bring back what a person withdrew."""
    if said.claim not in CLAIMS.entries:
        raise Invalid(Fault.UNKNOWN_CLAIM, claim=said.claim, known=list(CLAIMS.entries))
    if said.valid_from > said.valid_until:
        raise Invalid(Fault.DATES_REVERSED)
    if is_entered(tx, supplier, said, withdrawn=actor is None):
        return None
    row = Certificate(
        id=new_id(at), supplier_id=supplier.id, claim=said.claim, number=said.number, body=said.body,
        valid_from=said.valid_from, valid_until=said.valid_until, at=at, by=actor.id if actor else None,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    _record(tx, "certificate_added", row, actor, at)
    return row


def is_entered(tx: Session, supplier: Supplier, said: Stated, *, withdrawn: bool = False) -> bool:
    """Tell whether the same paper is here already, however its number is written; `withdrawn`: or was."""
    query = select(Certificate.number).where(
        Certificate.supplier_id == supplier.id, Certificate.claim == said.claim,
        Certificate.valid_from == said.valid_from, Certificate.valid_until == said.valid_until,
    )  # fmt: skip
    if not withdrawn:
        query = query.where(col(Certificate.withdrawn_at).is_(None))
    return fold(said.number) in map(fold, tx.exec(query))


def _check_manager(actor: Actor) -> None:
    if "manager" not in actor.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)


def _record(tx: Session, event: str, row: Certificate, actor: Actor | None, at: datetime) -> None:
    """The number names a farm: it stands in the row alone."""
    data = {
        "supplier_id": row.supplier_id, "claim": row.claim, "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat(), "why": row.withdrawn_why,
    }  # fmt: skip
    audit.record(
        tx, event, at, by=actor.id if actor else None, terminal=actor.terminal if actor else None,
        subject_id=row.id, data=data,
    )  # fmt: skip
