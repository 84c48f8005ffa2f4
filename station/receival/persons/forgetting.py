"""Forgetting a person or a supplier, once the law no longer asks for the name: one row is emptied.

Everything else that was recorded carries the row's identifier only, so the audit chain and every replay stay
as they were. A ticket keeps the names that its paper was printed with.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from drivers.text import fold
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.receival.arrivals.announcing import withdraw_of_supplier
from station.store import audit, forgotten
from station.store.post import forget_in_bags
from station.store.tables import Enrolment, Load, LoadOwner, Person, SignIn, Supplier, Vehicle, Visit


def forget_person(desk: Desk, name: str, reason: str, actor: Actor, at: datetime) -> None:
    """Empties the row of a person, who cannot sign in or approve any more. Raises NotFound(unknown_person),
    and Invalid(name_in_reason): what is recorded of it stays for good."""
    _check_reason(name, reason)
    with desk.ledger.write() as tx:
        person = tx.exec(select(Person).where(Person.name_key == fold(name))).first()
        if person is None:  # has left, and another has had the name since
            person = tx.exec(select(Person).where(Person.name == name)).first()
        if person is None:
            raise NotFound(Fault.UNKNOWN_PERSON, name=name)
        person.name, person.name_key, person.pin_hash = "", person.id, ""
        person.password_hash = None
        person.language, person.active, person.roles = None, False, []
        tx.add(person)
        for row in tx.exec(select(SignIn).where(SignIn.person_id == person.id)):
            tx.delete(row)
        phones = select(Enrolment).where(Enrolment.person_id == person.id, col(Enrolment.ended_at).is_(None))
        for phone in tx.exec(phones):
            phone.ended_at = at
            tx.add(phone)
        _record(tx, "person_forgotten", person.id, reason, actor, at)


def forget_supplier(desk: Desk, name: str, reason: str, actor: Actor, at: datetime) -> None:
    """Empties the row of a supplier; the next arrival under the name begins a new one.

    Raises NotFound(unknown_supplier), Invalid(name_in_reason), and Conflict(supplier_on_site) while a visit
    or a load of theirs is open."""
    _check_reason(name, reason)
    with desk.ledger.write() as tx:
        supplier = tx.exec(select(Supplier).where(Supplier.name_key == fold(name))).first()
        if supplier is None:
            raise NotFound(Fault.UNKNOWN_SUPPLIER, name=name)
        if _is_on_site(tx, supplier):
            raise Conflict(Fault.SUPPLIER_ON_SITE, name=supplier.name)
        supplier.name, supplier.name_key = "", supplier.id
        supplier.external_source = supplier.external_ref = None
        tx.add(supplier)
        for vehicle in tx.exec(select(Vehicle).where(Vehicle.supplier_id == supplier.id)):
            vehicle.supplier_id = None
            tx.add(vehicle)
        withdraw_of_supplier(tx, supplier.id, actor, at)
        _record(tx, "supplier_forgotten", supplier.id, reason, actor, at)


def _check_reason(name: str, reason: str) -> None:
    if fold(name) in fold(reason):
        raise Invalid(Fault.NAME_IN_REASON)


def _record(tx: Session, kind: str, subject: str, reason: str, actor: Actor, at: datetime) -> None:
    """Bags and copies of the ledger hear of it too."""
    event = audit.record(
        tx, kind, at, by=actor.id, terminal=actor.terminal, subject_id=subject, data={"reason": reason}
    )
    forgotten.note(tx, event)
    forget_in_bags(tx)


def _is_on_site(tx: Session, supplier: Supplier) -> bool:
    visits = select(Visit.id).where(Visit.supplier_id == supplier.id, col(Visit.ended_at).is_(None))
    owned = select(Load.id).join(LoadOwner, col(LoadOwner.load_id) == Load.id)
    owned = owned.where(LoadOwner.supplier_id == supplier.id, col(Load.outcome).is_(None))
    return tx.exec(visits.limit(1)).first() is not None or tx.exec(owned.limit(1)).first() is not None
