"""Who may approve from afar: a secret on a person's own phone, shown once, revocable."""

import secrets
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from station.acts.answers import Random, secret_of
from station.acts.desk import Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.receival.persons.people import person_with
from station.store import audit
from station.store.approval_key import key_id, read_key, write_key
from station.store.ids import new_id
from station.store.tables import Enrolment, Person

APPROVING = frozenset({"operator", "manager"})


def enrol(
    desk: Desk, id_or_name: str, at: datetime, random: Random = secrets.token_bytes
) -> tuple[Person, bytes]:
    """Gives a person a new secret, which is nowhere else and never shown again; an earlier one is void.

    Raises NotFound(unknown_person), Conflict(not_enrolled) for somebody who receives no grain."""
    with desk.ledger.write() as tx:
        person = person_with(tx, id_or_name)
        if not APPROVING & set(person.roles):
            raise Conflict(Fault.NOT_ENROLLED, name=person.name)
        key = read_key(desk.ledger.folder)
        if key is None:
            key = random(32)
            write_key(desk.ledger.folder, key)
        _end(tx, person.id, at)
        row = Enrolment(id=new_id(at), person_id=person.id, key_id=key_id(key), at=at)
        tx.add(row)
        audit.record(tx, "approver_enrolled", at, subject_id=person.id)
    return person, secret_of(key, row.id)


def revoke(desk: Desk, id_or_name: str, at: datetime) -> None:
    """The person's phone approves nothing any more. Raises NotFound(unknown_person, not_enrolled)."""
    with desk.ledger.write() as tx:
        person = person_with(tx, id_or_name)
        if not _end(tx, person.id, at):
            raise NotFound(Fault.NOT_ENROLLED, name=person.name)
        audit.record(tx, "approver_revoked", at, subject_id=person.id)


def enrolment_of(tx: Session, desk: Desk, person_id: str) -> tuple[Enrolment, bytes] | None:
    """The enrolment that holds, and its secret; None where there is none, the person has left, or the data
    folder has another key than then."""
    key = read_key(desk.ledger.folder)
    person = tx.get(Person, person_id)
    if key is None or person is None or not person.active:
        return None
    row = tx.exec(_holding().where(Enrolment.person_id == person_id, Enrolment.key_id == key_id(key))).first()
    return (row, secret_of(key, row.id)) if row else None


def enrolled(tx: Session, desk: Desk) -> set[str]:
    """The persons who may approve from afar now."""
    key = read_key(desk.ledger.folder)
    if key is None:
        return set()
    return {row.person_id for row in tx.exec(_holding().where(Enrolment.key_id == key_id(key)))}


def _holding() -> SelectOfScalar[Enrolment]:
    joined = select(Enrolment).join(Person, col(Person.id) == Enrolment.person_id)
    return joined.where(col(Enrolment.ended_at).is_(None), col(Person.active).is_(True))


def _end(tx: Session, person_id: str, at: datetime) -> bool:
    rows = tx.exec(
        select(Enrolment).where(Enrolment.person_id == person_id, col(Enrolment.ended_at).is_(None))
    )
    ended = False
    for row in rows:
        row.ended_at, ended = at, True
        tx.add(row)
    return ended
