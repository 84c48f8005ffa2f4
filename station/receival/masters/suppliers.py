"""Suppliers: a name is one however it is spelt, and one that nobody knows is asked about once more."""

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches

from sqlmodel import Session, col, select

from drivers.text import fold
from station.acts.refusals import Conflict, Fault
from station.receival.masters.supplier_matches import leads_to
from station.store.ids import new_id
from station.store.tables import Load, Supplier, Visit

NEAR = 0.7  # so alike two folded names are, of 1, that one may be the other with a slip


def find_or_add_supplier(tx: Session, name: str, at: datetime) -> Supplier:
    """Return the supplier of this name, or the one that headquarters has matched it to."""
    found = tx.exec(select(Supplier).where(Supplier.name_key == fold(name))).first()
    if found is None:
        found = Supplier(id=new_id(at), name=name, name_key=fold(name))
        tx.add(found)
        tx.flush()
    return leads_to(tx, found)


def check_known(tx: Session, names: Iterable[str]) -> None:
    """Raises Conflict(new_supplier) with what is near, where one of these names is no supplier's yet."""
    wanted = {fold(name): name for name in names}
    known = tx.exec(select(Supplier.name_key).where(col(Supplier.name_key).in_(wanted))).all()
    new = {key: name for key, name in wanted.items() if key not in known}
    if new:
        rows = {row.name_key: row.name for row in tx.exec(select(Supplier)) if row.name}
        near = dict.fromkeys(rows[key] for one in new for key in get_close_matches(one, rows, 3, NEAR))
        raise Conflict(Fault.NEW_SUPPLIER, names=list(new.values()), near=list(near))


def usual_claims(tx: Session, supplier_id: str, most: int = 20) -> frozenset[str]:
    """Return the claims of the last loads of a supplier."""
    query = (
        select(Load.claims)
        .join(Visit, col(Visit.id) == Load.visit_id)
        .where(Visit.supplier_id == supplier_id)
        .order_by(col(Visit.seq).desc())
        .limit(most)
    )
    return frozenset(claim for claims in tx.exec(query) for claim in claims)
