"""Apports that the program of the co-operative announces: said, corrected, withdrawn, and confirmed by a key.

Saying the same again changes nothing. What is corrected after the truck has come is corrected in its visit
too, until the decision: from then on people have acted on it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, select

from drivers.text import fold
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.identifiers import Regime
from station.receival.arrivals.announced_corrections import correct_announced
from station.receival.arrivals.visits import Arrival, NewLoad, check_arrival, open_visit_of
from station.receival.between_silos.shipment_standing import check_not_expected
from station.receival.masters.contract_standing import check_contract
from station.receival.masters.external import External
from station.receival.masters.suppliers import find_or_add_supplier
from station.receival.papers import erp_tickets
from station.store import audit, queries
from station.store.ids import new_id
from station.store.tables import AnnouncedArrival, Load, Supplier, Visit

ERP = "erp"  # the source of the numbers that this program gives
EXPECTED, ARRIVED, WITHDRAWN = "expected", "arrived", "withdrawn"
Did = Literal["announced", "corrected", "unchanged", "arrived", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """`is_here`: the program knows that the truck has come; where it is master of arrivals the visit opens at
    once. `ticket_numbers`: those that it will give to the loads, in their order, where it knows them."""

    arrival: Arrival
    badge: str = ""
    order_ref: str = ""
    expected_at: datetime | None = None
    is_here: bool = False
    ticket_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person at the bridge adds: `barcodes` by load, `plate` where another one came."""

    plate: str = ""
    trailer: str | None = None
    barcodes: Sequence[str | None] = ()
    note: str = ""
    comes_again: bool = False
    no_shipment: bool = False


def announce(desk: Desk, ref: str, said: Announcement, by: Actor, at: datetime) -> tuple[str, Did]:
    """Return the row's identifier and what was done. Raises Invalid as an arrival does, and Conflict
    (announcement_decided, announced_loads_differ) where it is too late; of contracts what
    `check_contract` raises, of ticket numbers what
    `take_number` raises."""
    digest = _digest(said)
    with desk.ledger.write() as tx:
        row = of_ref(tx, ref)
        if row is not None and row.digest == digest and row.state != WITHDRAWN:
            return row.id, "unchanged"
        check_arrival(desk, replace(said.arrival, despite_remarks=True))
        if row is not None and row.state == ARRIVED:
            correct_announced(tx, desk, row, said.arrival, by, at)
            erp_tickets.take_again(tx, desk, _loads(tx, row), said.ticket_numbers, ref, by, at)
        else:
            erp_tickets.check_announced(tx, desk, said.ticket_numbers, said.arrival)
        did: Did = "announced" if row is None or row.state == WITHDRAWN else "corrected"
        row = row or AnnouncedArrival(
            id=new_id(at), external_source=ERP, external_ref=ref, announced_at=at, state=EXPECTED,
            plate="", plate_folded="", supplier_id="", digest="",
        )  # fmt: skip
        _write(tx, row, said, digest, at)
        for load, stored in zip(said.arrival.loads, row.loads, strict=True):
            _check_contract(tx, desk, row, load, stored["owners"])
        _record(tx, f"announcement_{'made' if did == 'announced' else did}", row, by, at)
        if said.is_here and desk.masters.arrival == ERP and row.state == EXPECTED:
            _open(tx, desk, row, Seen(), by, at)
            did = "arrived"
        return row.id, did


def withdraw(desk: Desk, ref: str, by: Actor, at: datetime) -> str:
    """Expect an apport no more. Raises NotFound, and Conflict(announcement_ended) where it is here."""
    with desk.ledger.write() as tx:
        row = of_ref(tx, ref)
        if row is None:
            raise NotFound(Fault.UNKNOWN_ANNOUNCEMENT, ref=ref)
        if row.state == ARRIVED:
            raise Conflict(Fault.ANNOUNCEMENT_ENDED, ref=ref, state=row.state)
        if row.state == EXPECTED:
            end(tx, row, by, at)
        return row.id


def end(tx: Session, row: AnnouncedArrival, by: Actor, at: datetime) -> None:
    row.state, row.ended_at = WITHDRAWN, at
    tx.add(row)
    _record(tx, "announcement_withdrawn", row, by, at)


def confirm_arrival(desk: Desk, announced_id: str, seen: Seen, actor: Actor, at: datetime) -> Visit:
    """Open the visit of what was announced. Raises NotFound(unknown_announcement), Conflict
    (announcement_ended), and what an arrival raises (vehicle_on_site, shipment_expected)."""
    with desk.ledger.write() as tx:
        row = tx.get(AnnouncedArrival, announced_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_ANNOUNCEMENT, ref=announced_id)
        if row.state != EXPECTED:
            raise Conflict(Fault.ANNOUNCEMENT_ENDED, ref=row.external_ref, state=row.state)
        if not seen.no_shipment:
            check_not_expected(tx, seen.plate or row.plate)
        return _open(tx, desk, row, seen, actor, at)


def of_ref(tx: Session, ref: str) -> AnnouncedArrival | None:
    query = select(AnnouncedArrival).where(
        AnnouncedArrival.external_source == ERP, AnnouncedArrival.external_ref == ref
    )
    return tx.exec(query).first()


def withdraw_of_supplier(tx: Session, supplier_id: str, by: Actor, at: datetime) -> None:
    """Expect nothing more of a supplier who is forgotten, nor what they own a part of."""
    for row in tx.exec(select(AnnouncedArrival).where(AnnouncedArrival.state == EXPECTED)).all():
        owners = {owner for load in row.loads for owner, _ in load["owners"]}
        if supplier_id in {row.supplier_id, *owners}:
            end(tx, row, by, at)


def _digest(said: Announcement) -> str:
    text = json.dumps(asdict(said), default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _write(tx: Session, row: AnnouncedArrival, said: Announcement, digest: str, at: datetime) -> None:
    arrival = said.arrival
    row.plate, row.plate_folded = arrival.plate, fold(arrival.plate)
    row.trailer_plate, row.campaign, row.note = arrival.trailer, arrival.campaign, arrival.note
    row.supplier_id = find_or_add_supplier(tx, arrival.supplier, at).id
    row.loads = [_as_stored(tx, load, at) for load in arrival.loads]
    row.badge, row.order_ref, row.expected_at = said.badge, said.order_ref, said.expected_at
    row.digest, row.ticket_numbers = digest, list(said.ticket_numbers)
    if row.state == WITHDRAWN:
        row.state, row.ended_at = EXPECTED, None
    tx.add(row)
    tx.flush()


def _check_contract(
    tx: Session, desk: Desk, row: AnnouncedArrival, load: NewLoad, owners: Sequence[Any]
) -> None:
    campaign = row.campaign or desk.policy.campaign
    suppliers = [tx.get_one(Supplier, id_) for id_ in (row.supplier_id, *(owner for owner, _ in owners))]
    check_contract(tx, load.contract, campaign, suppliers, load)


def _as_stored(tx: Session, load: NewLoad, at: datetime) -> dict[str, Any]:
    owners = [(find_or_add_supplier(tx, name, at).id, share) for name, share in load.owners]
    stored = asdict(load) | {"claims": list(load.claims), "owners": owners}
    return stored | {"regime": load.regime.value if load.regime else None}


def _open(tx: Session, desk: Desk, row: AnnouncedArrival, seen: Seen, actor: Actor, at: datetime) -> Visit:
    barcodes = [*seen.barcodes, *[None] * len(row.loads)]
    arrival = Arrival(
        plate=seen.plate or row.plate,
        supplier=tx.get_one(Supplier, row.supplier_id).name,
        loads=tuple(
            _as_new(tx, desk, row, load, code) for load, code in zip(row.loads, barcodes, strict=False)
        ),
        note=seen.note or row.note, campaign=row.campaign, external=External(ERP, row.external_ref or ""),
        despite_remarks=True, comes_again=seen.comes_again, new_supplier=True,
        trailer=row.trailer_plate if seen.trailer is None else seen.trailer,
    )  # fmt: skip
    visit = open_visit_of(tx, desk, arrival, actor, at)
    row.state, row.visit_id, row.ended_at = ARRIVED, visit.id, at
    tx.add(row)
    erp_tickets.take_announced(
        tx, desk, _loads(tx, row), row.ticket_numbers, visit.external_ref or "", actor, at
    )
    _record(tx, "announcement_confirmed", row, actor, at)
    return visit


def _loads(tx: Session, row: AnnouncedArrival) -> Sequence[Load]:
    return queries.loads_of(tx, row.visit_id or "")


def _as_new(
    tx: Session, desk: Desk, row: AnnouncedArrival, load: dict[str, Any], barcode: str | None
) -> NewLoad:
    """A contract that holds no more keeps no truck waiting: the load counts on none."""
    owners = tuple((tx.get_one(Supplier, owner).name, share) for owner, share in load["owners"])
    external = External(**load["external"]) if load["external"] else None
    regime = Regime(load["regime"]) if load["regime"] else None
    said = load | {"owners": owners, "claims": tuple(load["claims"]), "regime": regime, "external": external}
    new = NewLoad(**said | {"barcode": barcode or load["barcode"]})
    try:
        _check_contract(tx, desk, row, new, load["owners"])
    except (Conflict, NotFound):
        return replace(new, contract="")
    return new


def _record(tx: Session, event: str, row: AnnouncedArrival, by: Actor, at: datetime) -> None:
    audit.record(
        tx, event, at, by=by.id, terminal=by.terminal, visit_id=row.visit_id, subject_id=row.id,
        data={"ref": row.external_ref, "loads": len(row.loads)},
    )  # fmt: skip
