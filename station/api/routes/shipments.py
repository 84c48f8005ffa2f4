"""Transfers between own silos: what leaves with a paper, and what comes with one."""

from fastapi import APIRouter, Response

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.views.shipments import shipments_expected, shipments_left
from station.api.views.view import view_of
from station.api.views.visits import visit as shown_visit
from station.grain.identifiers import Regime
from station.receival.between_silos import expected_shipments, shipments
from station.receival.between_silos.expected_shipments import Arriving
from station.receival.between_silos.shipments import Journey
from station.receival.storage.movements import Title
from station.store import pages
from station.store.tables import ExpectedShipment, Shipment, Visit

router = APIRouter(prefix="/shipments", tags=["shipments"])


@router.get("/left")
def list_left(
    asked: Asked, response: Response, ended: bool = False, after: After = None, limit: Limit = 50
) -> list[schemas.ShipmentLeft]:
    """What left here, newest first: what is under way by this station's knowledge, or (`ended`) what was
    cancelled or came back."""
    (before,) = place_of(after) or (None,)
    states = (shipments.CANCELLED, shipments.RETURNED) if ended else (shipments.LEFT,)
    with view_of(asked) as view:
        found = pages.shipments(view.tx, Shipment, states, before, limit + 1)
        return shipments_left(view, asked.desk, page(response, found, limit, _place))


@router.get("/expected")
def list_expected(
    asked: Asked, response: Response, ended: bool = False, after: After = None, limit: Limit = 50
) -> list[schemas.ShipmentExpected]:
    """What is to come or on the site, newest first; or (`ended`) what was received, or does not come."""
    (before,) = place_of(after) or (None,)
    states = ("received", "withdrawn") if ended else ("expected", "arrived", "refused")
    with view_of(asked) as view:
        found = pages.shipments(view.tx, ExpectedShipment, states, before, limit + 1)
        return shipments_expected(view, asked.desk, page(response, found, limit, _place))


@router.post("", status_code=201, responses=problems(404, 409))
def ship(asked: Asked, by: By, body: schemas.ShipmentIn) -> schemas.ShipmentLeft:
    """Grain leaves a cell for another own silo. 409 with `remarks`: repeat it with `despite_kg`, the mass
    once more, when the person says that it is right."""
    row = shipments.ship(
        asked.desk, body.cell, body.kg,
        Journey(body.to, body.plate, body.trailer, body.driver, body.carrier, body.species), by, asked.now(),
        reason=body.reason, paper_number=body.paper_number, weighings=body.weighings,
        title=Title(Regime(body.regime) if body.regime else None, body.organisation),
        despite_kg=body.despite_kg, despite_remarks=body.despite_remarks,
    )  # fmt: skip
    return _left(asked, row)


@router.post("/left/{number}/cancel", responses=problems(404, 409))
def cancel(asked: Asked, by: By, number: str, body: schemas.OutcomeIn) -> schemas.ShipmentLeft:
    """The truck never left: the grain is in its cell again."""
    return _left(asked, shipments.cancel(asked.desk, number, body.reason, by, asked.now()))


@router.post("/left/{number}/returned", responses=problems(404, 409))
def take_back(asked: Asked, by: By, number: str, body: schemas.BackIn) -> schemas.ShipmentLeft:
    """The truck came back with the grain."""
    row = shipments.take_back(
        asked.desk, number, body.reason, by, asked.now(), cell=body.cell, kg=body.kg,
        weighings=body.weighings, despite_kg=body.despite_kg, despite_remarks=body.despite_remarks,
    )  # fmt: skip
    return _left(asked, row)


@router.post("/expected", responses=problems(409))
def take_text(asked: Asked, by: By, body: schemas.ShipmentTextIn) -> schemas.ShipmentExpected:
    """A shipment's paper was scanned or typed; one that is known already stays as it is."""
    row = expected_shipments.take_text(
        asked.desk, body.text, by, asked.now(), despite_site=body.despite_site
    )  # fmt: skip
    with view_of(asked) as view:
        return shipments_expected(view, asked.desk, [row])[0]


@router.post("/expected/{number}/arrive", status_code=201, responses=problems(404, 409))
def arrive(asked: Asked, by: By, number: str, body: schemas.ShipmentArrivalIn) -> schemas.Visit:
    """The truck is here: its visit goes on as any other, and ends without a ticket."""
    arriving = Arriving(number, **body.model_dump())
    row = expected_shipments.arrive(asked.desk, arriving, by, asked.now())
    with view_of(asked) as view:
        found = view.tx.get(Visit, row.id)
        if found is None:
            raise NotFound(Fault.UNKNOWN_VISIT, id=row.id)
        return shown_visit(view, found)


def _place(row: Shipment | ExpectedShipment) -> tuple[int]:
    return (row.seq or 0,)


def _left(asked: Inquiry, row: Shipment) -> schemas.ShipmentLeft:
    with view_of(asked) as view:
        return shipments_left(view, asked.desk, [row])[0]
