"""An arrival is corrected until its ticket: the audit says from what to what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.identifiers import Regime
from station.receival.arrivals.loads import open_load, open_visit
from station.receival.arrivals.visits import check_declared
from station.receival.deciding import proposals
from station.receival.deciding.questions import answer_by_correction
from station.receival.deciding.withdrawing import withdraw_where_it_fails
from station.receival.masters.contract_standing import check_contract, suppliers_of
from station.receival.masters.suppliers import check_known, find_or_add_supplier
from station.receival.masters.vehicles import (
    check_not_on_site,
    check_two,
    find_or_make_trailer,
    find_or_make_vehicle,
)
from station.store import audit, measurements, queries
from station.store.tables import Load, LoadOwner, Vehicle, Visit


@dataclass(frozen=True, slots=True)
class LoadCorrection:
    """None: as it was entered."""

    species: str | None = None
    claims: tuple[str, ...] | None = None
    regime: Regime | None = None
    contract: str | None = None  # "": it counts on none


@dataclass(frozen=True, slots=True)
class Correction:
    """None: as it was entered. `loads` by their id."""

    plate: str | None = None
    trailer: str | None = None  # "": without one
    supplier: str | None = None
    loads: Mapping[str, LoadCorrection] = field(default_factory=dict)
    comes_again: bool = False
    new_supplier: bool = False


def correct_arrival(desk: Desk, visit_id: str, correction: Correction, actor: Actor, at: datetime) -> Visit:
    """Corrects a visit whose loads have no ticket yet; a load alone until its own outcome.

    A decision that no longer holds then is withdrawn: a person decides again, before the vehicle is weighed
    empty. Raises Conflict(vehicle_on_site, new_supplier) as an arrival does."""
    with desk.ledger.write() as tx:
        return correct_visit(tx, desk, visit_id, correction, actor, at)


def correct_visit(
    tx: Session, desk: Desk, visit_id: str, correction: Correction, actor: Actor, at: datetime
) -> Visit:
    """Does what `correct_arrival` says in the caller's transaction."""
    visit = open_visit(tx, visit_id)
    loads = {load.id: load for load in queries.loads_of(tx, visit_id)}
    changes = _correct_visit(tx, visit, loads.values(), correction, at)
    for load_id, wanted in correction.loads.items():
        if load_id not in loads:
            raise NotFound(Fault.UNKNOWN_LOAD, id=load_id)
        load = open_load(tx, load_id)
        declared = load.species
        changes |= _correct_load(tx, desk, load, wanted)
        changes |= _name_contract(tx, load, wanted.contract)
        if load.species != declared:
            answer_by_correction(tx, load, declared, actor, at)
    for load in loads.values():
        changes |= _drop_contract(tx, load)
    audit.record(
        tx, "arrival_corrected", at, by=actor.id, terminal=actor.terminal, visit_id=visit.id,
        data={"changes": changes},
    )  # fmt: skip
    tx.flush()
    unended = [load for load in loads.values() if load.outcome is None]
    withdrawn = [withdraw_where_it_fails(tx, desk, load, actor, at) for load in unended]
    if any(withdrawn):
        proposals.propose_open_loads(tx, desk, at)
    else:
        proposals.propose(tx, desk, unended, at)
    return visit


def _correct_visit(
    tx: Session, visit: Visit, loads: Iterable[Load], right: Correction, at: datetime
) -> dict[str, Any]:
    """Corrects what all loads of the visit have in common, while none has its ticket."""
    changes: dict[str, Any] = {}
    of_vehicles = bool(right.plate) or right.trailer is not None
    if (of_vehicles or right.supplier) and any(load.outcome == "ticketed" for load in loads):
        raise Conflict(Fault.LOAD_ENDED, outcome="ticketed")
    if of_vehicles:
        changes |= _correct_vehicles(tx, visit, right, at)
    if right.supplier:
        if not right.new_supplier:
            check_known(tx, [right.supplier])
        changes |= _correct_supplier(tx, visit, right.supplier, at)
    return changes


def _correct_vehicles(tx: Session, visit: Visit, right: Correction, at: datetime) -> dict[str, list[Any]]:
    """Moves the visit to the vehicle and trailer of these plates; the audit names vehicles, never plates."""
    before = {"vehicle": visit.vehicle_id, "trailer": visit.trailer_id}
    vehicle = (
        find_or_make_vehicle(tx, right.plate, at) if right.plate else tx.get_one(Vehicle, visit.vehicle_id)
    )
    plate = visit.trailer_plate if right.trailer is None else right.trailer
    trailer = find_or_make_trailer(tx, plate, at)
    check_two(vehicle, trailer)
    for one in (vehicle, trailer):
        if one is not None and one.id not in before.values() and not right.comes_again:
            check_not_on_site(tx, one, but=visit.id)
    wrong = tx.get_one(Vehicle, visit.vehicle_id)
    vehicle.supplier_id, vehicle.species, vehicle.loads = wrong.supplier_id, wrong.species, wrong.loads
    vehicle.is_trailer, vehicle.last_seen_at = False, at
    vehicle.trailer_id = trailer.id if trailer else None
    tx.add(vehicle)
    tx.flush()
    visit.plate, visit.vehicle_id = right.plate or visit.plate, vehicle.id
    visit.trailer_plate, visit.trailer_id = plate, vehicle.trailer_id
    tx.add(visit)
    after = {"vehicle": visit.vehicle_id, "trailer": visit.trailer_id}
    named = {"vehicle": right.plate, "trailer": right.trailer is not None}
    return {name: [before[name], after[name]] for name, is_named in named.items() if is_named}


def _correct_supplier(tx: Session, visit: Visit, name: str, at: datetime) -> dict[str, list[str]]:
    """A load that its supplier owned alone is the right supplier's; named owners stay."""
    before, supplier = visit.supplier_id, find_or_add_supplier(tx, name, at)
    if supplier.id == before:
        return {}
    visit.supplier_id = supplier.id
    tx.add(visit)
    vehicle = tx.get_one(Vehicle, visit.vehicle_id)
    vehicle.supplier_id = supplier.id
    tx.add(vehicle)
    for load in queries.loads_of(tx, visit.id):
        owners = tx.exec(select(LoadOwner).where(LoadOwner.load_id == load.id)).all()
        if [owner.supplier_id for owner in owners] == [before]:
            tx.delete(owners[0])
            tx.add(LoadOwner(load_id=load.id, supplier_id=supplier.id, share=owners[0].share))
    return {"supplier": [before, supplier.id]}


def _correct_load(tx: Session, desk: Desk, load: Load, wanted: LoadCorrection) -> dict[str, list[Any]]:
    species = wanted.species or load.species
    claims = load.claims if wanted.claims is None else sorted(set(wanted.claims))
    regime = wanted.regime.value if wanted.regime else load.regime
    check_declared(desk, species, claims)
    after = {"species": species, "claims": claims, "regime": regime}
    changes = {
        f"{load.position}.{name}": [getattr(load, name), value]
        for name, value in after.items()
        if getattr(load, name) != value
    }
    load.species, load.claims, load.regime = species, claims, regime
    tx.add(load)
    for sample in queries.samples_of(tx, load.id):
        sample.species = species
        tx.add(sample)
        measurements.write_sample(tx, sample.id)
    return changes


def _name_contract(tx: Session, load: Load, number: str | None) -> dict[str, list[Any]]:
    """Count the load on the contract of this number. Raises what `check_contract` raises."""
    if number is None:
        return {}
    contract = check_contract(tx, number, load.campaign, suppliers_of(tx, load), load)
    before, load.contract = load.contract, contract.number if contract else ""
    tx.add(load)
    return {f"{load.position}.contract": [before, load.contract]} if before != load.contract else {}


def _drop_contract(tx: Session, load: Load) -> dict[str, list[Any]]:
    """What was corrected may not be of the contract any more: the load counts on none then."""
    if load.outcome is not None or not load.contract:
        return {}
    try:
        check_contract(tx, load.contract, load.campaign, suppliers_of(tx, load), load)
    except (Conflict, NotFound):
        return _name_contract(tx, load, "")
    return {}
