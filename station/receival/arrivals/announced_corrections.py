"""What was announced is corrected after the truck has come: in its visit, until the first decision."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault
from station.receival.arrivals.corrections import Correction, LoadCorrection, correct_visit
from station.receival.arrivals.visits import Arrival, NewLoad
from station.receival.masters.suppliers import find_or_add_supplier
from station.store import queries
from station.store.tables import AnnouncedArrival, Load, LoadOwner, Visit


def correct_announced(
    tx: Session, desk: Desk, row: AnnouncedArrival, right: Arrival, by: Actor, at: datetime
) -> None:
    """Raises Conflict(announcement_decided) once a load is decided or has its outcome, and Conflict
    (announced_loads_differ) where what has been weighed and sampled would be another load's."""
    assert row.visit_id is not None  # it has arrived
    visit, loads = tx.get_one(Visit, row.visit_id), queries.loads_of(tx, row.visit_id)
    if visit.ended_at or any(load.outcome or queries.current_decision(tx, load.id) for load in loads):
        raise Conflict(Fault.ANNOUNCEMENT_DECIDED, ref=row.external_ref)
    if _fixed(right.loads) != [(one["barcode"], one["share"]) for one in row.loads]:
        raise Conflict(Fault.ANNOUNCED_LOADS_DIFFER, ref=row.external_ref)
    for load, said in zip(loads, right.loads, strict=True):
        _correct_load(tx, load, said, right.supplier, at)
    corrected = {
        load.id: LoadCorrection(said.species, said.claims, said.regime, said.contract or None)
        for load, said in zip(loads, right.loads, strict=True)
    }
    correction = Correction(
        right.plate, right.trailer, right.supplier, corrected, comes_again=True, new_supplier=True
    )
    correct_visit(tx, desk, visit.id, correction, by, at)


def _fixed(loads: Sequence[NewLoad]) -> list[tuple[str | None, float | None]]:
    return [(load.barcode, load.share) for load in loads]


def _correct_load(tx: Session, load: Load, said: NewLoad, supplier: str, at: datetime) -> None:
    load.declared_variety, load.declared = said.declared_variety, said.declared
    tx.add(load)
    shares: dict[str, float] = {}
    for name, part in said.owners or ((supplier, 1.0),):
        owner = find_or_add_supplier(tx, name, at)
        shares[owner.id] = shares.get(owner.id, 0.0) + part
    for old in tx.exec(select(LoadOwner).where(col(LoadOwner.load_id) == load.id)).all():
        tx.delete(old)
    tx.flush()
    tx.add_all(LoadOwner(load_id=load.id, supplier_id=id_, share=part) for id_, part in shares.items())
    tx.flush()
