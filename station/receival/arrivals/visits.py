"""Arrivals: a vehicle with its loads is entered, corrected where that is harmless, or cancelled."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, Invalid
from station.claims import CLAIMS
from station.grain.identifiers import Regime
from station.receival.arrivals.loads import check_number, end_load, is_whole, open_load, open_visit
from station.receival.arrivals.on_paper import check_not_on_paper
from station.receival.between_silos.shipment_standing import check_not_expected
from station.receival.deciding import proposals
from station.receival.masters.contract_standing import check_contract
from station.receival.masters.external import External, refer
from station.receival.masters.suppliers import check_known, find_or_add_supplier
from station.receival.masters.vehicles import (
    check_not_on_site,
    check_two,
    find_or_make_trailer,
    find_or_make_vehicle,
)
from station.receival.measuring import samples
from station.receival.measuring.remarked import asked_about, check_asked
from station.store import audit, queries
from station.store.ids import new_id
from station.store.tables import Load, LoadOwner, Supplier, Vehicle, Visit


@dataclass(frozen=True, slots=True)
class NewLoad:
    """Holds what is declared of one load. `owners`: (supplier name, share); without any the supplier owns
    all. `regime` and `organisation` are the site's where they are not given; `contract` is the number of the
    contract that it counts on."""

    species: str
    declared_variety: str = ""
    claims: tuple[str, ...] = ()
    barcode: str | None = None
    share: float | None = None
    owners: tuple[tuple[str, float], ...] = ()
    declared: dict[str, float] = field(default_factory=dict)
    regime: Regime | None = None
    organisation: str | None = None
    external: External | None = None
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """`campaign` is the site's current one where it is not given."""

    plate: str
    supplier: str
    loads: tuple[NewLoad, ...]
    direction: str = "inbound"
    arrived_at: datetime | None = None
    note: str = ""
    campaign: str | None = None
    external: External | None = None
    despite_remarks: bool = False
    comes_again: bool = False
    trailer: str = ""
    new_supplier: bool = False
    no_shipment: bool = False


def enter_arrival(desk: Desk, arrival: Arrival, actor: Actor, at: datetime) -> Visit:
    """Opens a visit; unknown suppliers and vehicles are created. Nothing is written when it is invalid.

    Raises Conflict(unusual_value) for a declared value that is not usual of its species, unless the arrival
    says that the person was asked about it (`despite_remarks`); Conflict(new_supplier) where nobody knows a
    supplier or owner, unless it says that they are new (`new_supplier`); Conflict(vehicle_on_site) where the
    vehicle or its trailer has an open visit, unless it says that it is here once more (`comes_again`);
    Conflict(shipment_expected) where another own silo said that this vehicle brings its grain, unless the
    person was asked and it brings another's (`no_shipment`); NotFound(contract_unknown) and
    Conflict(contract_differs) for a contract that is not this load's."""
    with desk.ledger.write() as tx:
        if not arrival.no_shipment:
            check_not_expected(tx, arrival.plate)
        return open_visit_of(tx, desk, arrival, actor, at)


def open_visit_of(tx: Session, desk: Desk, arrival: Arrival, actor: Actor, at: datetime) -> Visit:
    """Does what `enter_arrival` says in the caller's transaction, whatever is expected."""
    despite = check_arrival(desk, arrival)
    campaign, shares = arrival.campaign or desk.policy.campaign, _shares(arrival.loads)
    arrived_at = arrival.arrived_at or at
    if arrived_at > at:
        raise Invalid(Fault.TIME_IN_FUTURE, at=arrived_at.isoformat())
    if not arrival.new_supplier:
        owners = [name for load in arrival.loads for name, _ in load.owners]
        check_known(tx, [arrival.supplier, *owners])
    supplier = find_or_add_supplier(tx, arrival.supplier, at)
    vehicle = find_or_make_vehicle(tx, arrival.plate, at)
    trailer = find_or_make_trailer(tx, arrival.trailer, at)
    check_two(vehicle, trailer)
    _remember(tx, vehicle, trailer, arrival, supplier, at)
    visit = Visit(
        id=new_id(at),
        plate=arrival.plate,
        vehicle_id=vehicle.id,
        trailer_plate=arrival.trailer,
        trailer_id=trailer.id if trailer else None,
        supplier_id=supplier.id,
        direction=arrival.direction,
        arrived_at=arrived_at,
        entered_at=at,
        entered_by=actor.id,
        note=arrival.note,
    )
    refer(tx, visit, arrival.external)
    if not arrival.comes_again:
        for one in (vehicle, trailer) if trailer else (vehicle,):
            check_not_on_site(tx, one)
    tx.add(visit)
    tx.flush()
    audit.record(
        tx, "arrival_entered", at, by=actor.id, terminal=actor.terminal, visit_id=visit.id,
        data={"supplier_id": supplier.id, "loads": len(arrival.loads), "despite": despite},
    )  # fmt: skip
    for position, (new, share) in enumerate(zip(arrival.loads, shares, strict=True), start=1):
        row = _new_load(tx, desk, visit, position, new, share, campaign, at)
        _add_load(tx, desk, row, new, supplier, actor, at)
    proposals.propose(tx, desk, queries.loads_of(tx, visit.id), at)
    return visit


def check_arrival(desk: Desk, arrival: Arrival) -> list[str]:
    """Return the codes of what the person was asked about; raises Invalid for what no arrival can be."""
    if arrival.direction != "inbound":
        raise Invalid(Fault.OUTBOUND_VISIT, plate=arrival.plate)
    campaign = arrival.campaign or desk.policy.campaign
    if campaign not in desk.policy.open_campaigns:
        raise Invalid(Fault.CAMPAIGN_NOT_OPEN, campaign=campaign, open=list(desk.policy.open_campaigns))
    _shares(arrival.loads)
    return [code for load in arrival.loads for code in _check(desk, load, arrival.despite_remarks)]


def see_variety(desk: Desk, load_id: str, variety: str, actor: Actor, at: datetime) -> None:
    """Records what the operator sees; the declared variety stays what was declared."""
    with desk.ledger.write() as tx:
        load = open_load(tx, load_id)
        load.operator_variety = variety
        tx.add(load)
        audit.record(
            tx, "variety_seen", at, by=actor.id, terminal=actor.terminal, visit_id=load.visit_id,
            load_id=load.id, data={"variety": variety},
        )  # fmt: skip


def cancel_visit(desk: Desk, visit_id: str, reason: str, actor: Actor, at: datetime) -> None:
    """Cancels a visit entered in error, and every load of it without an outcome."""
    with desk.ledger.write() as tx:
        visit = open_visit(tx, visit_id)
        audit.record(
            tx, "visit_cancelled", at, by=actor.id, terminal=actor.terminal, visit_id=visit.id,
            data={"reason": reason},
        )  # fmt: skip
        for load in queries.loads_of(tx, visit_id):
            if load.outcome is None:
                check_not_on_paper(tx, load)
                end_load(tx, load, "cancelled", reason, actor, at)
        proposals.propose_open_loads(tx, desk, at)


def _remember(
    tx: Session, vehicle: Vehicle, trailer: Vehicle | None, arrival: Arrival, supplier: Supplier, at: datetime
) -> None:
    vehicle.is_trailer, vehicle.trailer_id = False, trailer.id if trailer else None
    vehicle.supplier_id = supplier.id
    vehicle.species = arrival.loads[0].species
    vehicle.loads = len(arrival.loads)
    vehicle.last_seen_at = at
    tx.add(vehicle)
    tx.flush()


def _new_load(
    tx: Session, desk: Desk, visit: Visit, position: int, new: NewLoad, share: float, campaign: str,
    at: datetime,
) -> Load:  # fmt: skip
    load = Load(
        id=new_id(at),
        visit_id=visit.id,
        position=position,
        species=new.species,
        declared_variety=new.declared_variety,
        claims=sorted(set(new.claims)),
        declared=new.declared,
        share=share,
        regime=new.regime.value if new.regime else desk.policy.regime,
        organisation=new.organisation or desk.policy.organisation,
        campaign=campaign,
    )
    refer(tx, load, new.external)
    return load


def _add_load(
    tx: Session, desk: Desk, load: Load, new: NewLoad, supplier: Supplier, actor: Actor, at: datetime
) -> None:
    tx.add(load)
    tx.flush()
    shares: dict[str, float] = {}
    brought = [supplier]
    for name, part in new.owners or ((supplier.name, 1.0),):
        owner = find_or_add_supplier(tx, name, at)
        shares[owner.id] = shares.get(owner.id, 0.0) + part
        brought.append(owner)
    contract = check_contract(tx, new.contract, load.campaign, brought, load)
    load.contract = contract.number if contract else ""
    tx.add_all(LoadOwner(load_id=load.id, supplier_id=id_, share=part) for id_, part in shares.items())
    if new.barcode:
        samples.enter(tx, desk, new.barcode, "load", load, load.species, actor, at)


def check_declared(desk: Desk, species: str, claims: Iterable[str]) -> None:
    if species not in desk.policy.species:
        raise Invalid(Fault.UNKNOWN_SPECIES, species=species, known=list(desk.policy.species))
    for claim in claims:
        entry = CLAIMS.entries.get(claim)
        if entry is None or not entry.is_for(species):
            known = [one.id for one in CLAIMS.entries.values() if one.is_for(species)]
            raise Invalid(Fault.UNKNOWN_CLAIM, claim=claim, known=known)


def _check(desk: Desk, load: NewLoad, despite_remarks: bool) -> list[str]:
    """Returns the codes of what the person was asked about in what is declared."""
    check_declared(desk, load.species, load.claims)
    declared = {check_number(name, value): value for name, value in load.declared.items()}
    owned = sum(share for _, share in load.owners)
    if load.owners and not is_whole(owned):
        raise Invalid(Fault.SHARES_NOT_WHOLE, total=round(owned, 6))
    return check_asked(asked_about(declared, load.species), despite_remarks)


def _shares(loads: tuple[NewLoad, ...]) -> list[float]:
    """Returns the declared split of a common weight; equal where none is declared."""
    given = [load.share for load in loads]
    if all(share is None for share in given):
        return [1 / len(loads)] * len(loads)
    total = sum(share or 0.0 for share in given)
    if None in given or not is_whole(total):
        raise Invalid(Fault.SHARES_NOT_WHOLE, total=round(total, 6))
    return [share for share in given if share is not None]
