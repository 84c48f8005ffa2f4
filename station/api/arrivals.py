"""An arrival as a request says it becomes what the desk takes."""

from station.api import schemas
from station.grain.identifiers import Regime
from station.receival.arrivals.announcing import Announcement
from station.receival.arrivals.visits import Arrival, NewLoad
from station.receival.masters.external import External
from station.receival.papers.erp_tickets import Issued


def arrival_of(body: schemas.ArrivalIn) -> Arrival:
    said = {name: getattr(body, name) for name in schemas.ArrivalIn.model_fields}
    external = _external(body.external)
    return Arrival(**said | {"loads": tuple(load_of(load) for load in body.loads), "external": external})


def announcement_of(body: schemas.AnnouncementIn) -> Announcement:
    arrival = Arrival(
        plate=body.plate, trailer=body.trailer, supplier=body.supplier, note=body.note,
        loads=tuple(load_of(load) for load in body.loads), campaign=body.campaign,
    )  # fmt: skip
    numbers = tuple(body.ticket_numbers) if any(body.ticket_numbers) else ()
    return Announcement(arrival, body.badge, body.order_ref, body.expected_at, body.is_here, numbers)


def issued_of(body: schemas.ErpTicketIn, *, ref: str = "", load_id: str = "") -> Issued:
    return Issued(body.number, load_id, ref, body.load, body.net_kg, body.cell)


def load_of(load: schemas.LoadIn) -> NewLoad:
    return NewLoad(
        species=load.species,
        declared_variety=load.declared_variety,
        claims=tuple(load.claims),
        barcode=load.barcode,
        share=load.share,
        owners=tuple((owner.supplier, owner.share) for owner in load.owners),
        declared=load.declared,
        regime=Regime(load.regime) if load.regime else None,
        organisation=load.organisation,
        external=_external(load.external),
        contract=load.contract,
    )


def _external(given: schemas.ExternalIn | None) -> External | None:
    return External(given.source, given.ref) if given else None
