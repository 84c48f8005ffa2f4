"""Grain of another own silo comes here: heard of from headquarters, read off its paper, or known by its
number alone until one of them tells more. Whoever tells it first, it is one shipment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from drivers.text import fold
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.claims import CLAIMS
from station.grain.identifiers import Regime
from station.grain.past import INSECTICIDE_FREE
from station.receival.arrivals.visits import Arrival, NewLoad, open_visit_of
from station.receival.between_silos import shipment_paper as papers
from station.receival.between_silos.shipment_paper import ShipmentPaper
from station.receival.between_silos.shipment_standing import ARRIVED, EXPECTED, REFUSED, WITHDRAWN, of_number
from station.receival.deciding import proposals
from station.store import audit, queries
from station.store.ids import new_id
from station.store.tables import ExpectedShipment, Load, OwnSite, Visit

BY_HUB, BY_TEXT, BY_NUMBER = "hub", "text", "number"
_FACTS = (
    "from_site", "plate", "species", "kg", "claims", "regime", "organisation", "values", "treated",
    "never_blend",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arriving:
    """`plate` is the one that was seen, else the paper's. `species` is said of a shipment of which nothing is
    known but its number."""

    number: str
    plate: str = ""
    trailer: str = ""
    arrived_at: datetime | None = None
    note: str = ""
    species: str | None = None
    barcode: str | None = None
    comes_again: bool = False


def hear(desk: Desk, paper: ShipmentPaper, by: Actor, at: datetime) -> ExpectedShipment:
    """Learns of a shipment from headquarters, which had it from the silo that it left."""
    with desk.ledger.write() as tx:
        return _learn(tx, desk, paper, BY_HUB, True, by, at)


def withdraw(desk: Desk, number: str, why: str, by: Actor, at: datetime) -> None:
    """Expects a shipment no more: it was cancelled, went back, or arrived elsewhere. What has arrived here
    stays, and headquarters shows that it was in two places."""
    with desk.ledger.write() as tx:
        row = of_number(tx, number)
        if row is None or row.state not in (EXPECTED, REFUSED):
            return
        row.state, row.reason, row.ended_at = WITHDRAWN, why, at
        tx.add(row)
        _record(tx, "shipment_withdrawn", row, by, at, why=why)


def take_text(
    desk: Desk, text: str, actor: Actor, at: datetime, *, despite_site: bool = False
) -> ExpectedShipment:
    """Learns of a shipment from its own paper, without a network.

    Raises Invalid(shipment_text_wrong), Invalid(shipment_text_forged) where the silo that it names did not
    sign it, and Conflict(shipment_for_another) for one that goes elsewhere, unless `despite_site` says that
    the person was asked about it. Where that silo's key is not known it is not verified."""
    try:
        paper, signed, signature = papers.read_text(text)
    except papers.PaperWrong as error:
        raise Invalid(Fault.SHIPMENT_TEXT_WRONG, text=str(error)) from error
    if paper.from_site == desk.policy.site:
        raise Invalid(Fault.SAME_SITE, site=paper.from_site)
    if paper.to_site != desk.policy.site and not despite_site:
        raise Conflict(Fault.SHIPMENT_FOR_ANOTHER, number=paper.number, site=paper.to_site)
    with desk.ledger.write() as tx:
        verified = _verified(tx, paper, signed, signature)
        return _learn(tx, desk, paper, BY_TEXT, verified, actor, at)


def arrive(desk: Desk, arriving: Arriving, actor: Actor, at: datetime) -> Visit:
    """Opens the visit of a shipment; its load is judged by what was measured here or came with the paper.

    Raises NotFound(unknown_shipment) for a number that nobody told, unless the species is said;
    Conflict(shipment_ended) for one that has arrived or does not come; and what `visits.enter_arrival`
    raises."""
    with desk.ledger.write() as tx:
        row = of_number(tx, arriving.number) or _unheard(tx, arriving, at)
        if row.state not in (EXPECTED, REFUSED):
            raise Conflict(Fault.SHIPMENT_ENDED, number=row.number, state=row.state)
        visit = open_visit_of(tx, desk, _arrival(row, arriving), actor, at)
        load = queries.loads_of(tx, visit.id)[0]
        row.state, row.load_id, row.arrived_at, row.ended_at = ARRIVED, load.id, visit.arrived_at, None
        tx.add(row)
        _record(
            tx, "shipment_arrived", row, actor, at, visit_id=visit.id, load_id=load.id,
            as_expected=fold(visit.plate) == row.plate_folded,
        )  # fmt: skip
        proposals.propose(tx, desk, [load], at)
    return visit


def _verified(tx: Session, paper: ShipmentPaper, signed: bytes, signature: bytes) -> bool:
    site = tx.get(OwnSite, paper.from_site)
    if site is None or not site.public_key:
        return False
    try:
        papers.check_signature(signed, signature, site.public_key)
    except papers.PaperForged as error:
        raise Invalid(Fault.SHIPMENT_TEXT_FORGED, site=site.name or site.id) from error
    return True


def _learn(
    tx: Session, desk: Desk, paper: ShipmentPaper, known_by: str, verified: bool, by: Actor, at: datetime
) -> ExpectedShipment:
    row = of_number(tx, paper.number)
    if row is not None and row.paper and (row.verified or not verified):
        return row
    told = paper.as_dict()
    if row is None:
        row = ExpectedShipment(
            id=new_id(at), number=paper.number, from_site="", plate="", plate_folded="", state=EXPECTED,
            known_by=known_by, heard_at=at,
        )  # fmt: skip
    elif row.paper and any(row.paper.get(name) != told[name] for name in _FACTS):
        _record(tx, "shipment_differs", row, by, at, before=row.paper.get("kg"), after=paper.kg)
    row.from_site, row.plate, row.plate_folded = paper.from_site, paper.plate, fold(paper.plate)
    row.paper, row.known_by, row.verified = told, known_by, verified
    tx.add(row)
    _record(tx, "shipment_expected", row, by, at, known_by=known_by, verified=verified, kg=paper.kg)
    tx.flush()
    if row.load_id is not None:
        _tell_load(tx, desk, tx.get_one(Load, row.load_id), paper, at)
    return row


def _tell_load(tx: Session, desk: Desk, load: Load, paper: ShipmentPaper, at: datetime) -> None:
    """The truck was here before its paper: what is open yet is judged by what the paper says."""
    if load.outcome is not None:
        return
    load.claims = _claims(paper)
    if paper.regime:
        load.regime, load.organisation = paper.regime, paper.organisation
    tx.add(load)
    proposals.propose(tx, desk, [load], at)


def _unheard(tx: Session, arriving: Arriving, at: datetime) -> ExpectedShipment:
    site, _, last = arriving.number.rpartition("-")
    if arriving.species is None or not arriving.plate or not site or not last.isdecimal():
        raise NotFound(Fault.UNKNOWN_SHIPMENT, number=arriving.number)
    row = ExpectedShipment(
        id=new_id(at), number=arriving.number, from_site=site, plate=arriving.plate,
        plate_folded=fold(arriving.plate), known_by=BY_NUMBER, state=EXPECTED, heard_at=at,
    )  # fmt: skip
    tx.add(row)
    return row


def _arrival(row: ExpectedShipment, arriving: Arriving) -> Arrival:
    paper = ShipmentPaper.read(row.paper) if row.paper else None
    site = paper.from_name if paper else row.from_site
    load = NewLoad(
        species=paper.species if paper else arriving.species or "",
        claims=tuple(_claims(paper)) if paper else (),
        barcode=arriving.barcode,
        regime=_regime(paper.regime) if paper else None,
        organisation=paper.organisation or None if paper else None,
    )
    return Arrival(
        plate=arriving.plate or row.plate, supplier=site, loads=(load,), arrived_at=arriving.arrived_at,
        note=arriving.note, comes_again=arriving.comes_again, new_supplier=True, no_shipment=True,
        trailer=arriving.trailer or (paper.trailer if paper else ""),
    )  # fmt: skip


def _claims(paper: ShipmentPaper) -> list[str]:
    """Return those that a load can have; a site's own words mean nothing at another, and what was treated is
    not free of insecticide, whatever an older release wrote."""
    lost = {INSECTICIDE_FREE} if paper.treated else set()
    return sorted({claim for claim in paper.claims if claim in CLAIMS.entries} - lost)


def _regime(said: str) -> Regime | None:
    return Regime(said) if said in {one.value for one in Regime} else None


def _record(
    tx: Session, event: str, row: ExpectedShipment, by: Actor, at: datetime, *, visit_id: str | None = None,
    load_id: str | None = None, **more: Any,
) -> None:  # fmt: skip
    audit.record(
        tx, event, at, by=by.id, terminal=by.terminal, visit_id=visit_id, load_id=load_id, subject_id=row.id,
        data={"number": row.number, "from_site": row.from_site, **more},
    )  # fmt: skip
