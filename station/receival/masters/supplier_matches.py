"""A supplier that was entered here is one that the co-operative knows: a new fact. Papers stay as they were
printed; what comes later is the known one's."""

from datetime import datetime

from sqlmodel import Session, col, select

from drivers.text import fold
from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, Invalid, NotFound
from station.receival.masters.external import SITE, External
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Certificate, Supplier, SupplierMatch, Vehicle

MOST_STEPS = 20


def leads_to(tx: Session, supplier: Supplier) -> Supplier:
    """Return the supplier that this one was matched to, itself where there is none."""
    for _ in range(MOST_STEPS):
        query = select(SupplierMatch).where(SupplierMatch.supplier_id == supplier.id)
        newest = max(tx.exec(query), key=lambda row: row.seq or 0, default=None)
        if newest is None or newest.matched_id == supplier.id:
            break
        matched = tx.get_one(Supplier, newest.matched_id)
        if not matched.name:  # it was forgotten
            break
        supplier = matched
    return supplier


def match_supplier(
    desk: Desk, match_id: str, supplier_id: str, known: External, name: str, document: int, reason: str,
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """The same match again changes nothing. Raises NotFound(unknown_supplier), and Invalid(document_wrong)
    where the known one leads back to this one."""
    with desk.ledger.write() as tx:
        if tx.get(SupplierMatch, match_id) is not None:
            return
        supplier = tx.get(Supplier, supplier_id)
        if supplier is None:
            raise NotFound(Fault.UNKNOWN_SUPPLIER, name=supplier_id)
        target = known_supplier(tx, known, name, at)
        if target.id != supplier.id and leads_to(tx, target).id == supplier.id:
            raise Invalid(Fault.DOCUMENT_WRONG, text=f"{target.name} leads to {supplier.name}")
        tx.add(
            SupplierMatch(
                id=match_id, supplier_id=supplier.id, matched_id=target.id, document=document, at=at
            )
        )
        for vehicle in tx.exec(select(Vehicle).where(Vehicle.supplier_id == supplier.id)):
            vehicle.supplier_id = target.id
            tx.add(vehicle)
        for certificate in tx.exec(select(Certificate).where(Certificate.supplier_id == supplier.id)):
            certificate.supplier_id = target.id
            tx.add(certificate)
        data = {"supplier": supplier.id, "matched": target.id, "document": document, "reason": reason}
        audit.record(tx, "supplier_matched", at, by=actor.id, subject_id=supplier.id, data=data)


def known_supplier(tx: Session, known: External, name: str, at: datetime) -> Supplier:
    """Return the supplier of a number at the co-operative, under the name that it has there: found by its
    number, else the one of exactly this name that has none, or only the site file's, else made."""
    by_number = select(Supplier).where(
        col(Supplier.external_source) == known.source, col(Supplier.external_ref) == known.ref
    )
    found = tx.exec(by_number).first()
    namesake = tx.exec(select(Supplier).where(Supplier.name_key == fold(name))).first()
    if found is None and namesake is not None and namesake.external_source in (None, SITE):
        found = namesake
    if found is None:
        found = Supplier(id=new_id(at), name="", name_key="")
    if namesake is not None and namesake.id != found.id:
        name = f"{name} ({known.ref})"  # two farms may bear one name
    found.name, found.name_key = name, fold(name)
    found.external_source, found.external_ref = known.source, known.ref
    tx.add(found)
    tx.flush()
    return found
