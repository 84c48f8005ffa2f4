"""Visits: an arrival is entered, looked at, or cancelled because it was entered in error."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.arrivals import arrival_of
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.paging import After, Limit, page, ticks, time_place
from station.api.views import rows
from station.api.views.view import view_of
from station.api.views.visits import visit
from station.grain.identifiers import Regime
from station.receival.arrivals import corrections, taking_back, visits
from station.store import pages
from station.store.tables import Visit

router = APIRouter(prefix="/visits", tags=["visits"])


@router.post("", status_code=201, responses=problems(409))
def enter_arrival(asked: Asked, by: By, body: schemas.ArrivalIn) -> schemas.Visit:
    """An unknown plate is created; a barcode in a load enters its sample. A vehicle that has an open visit is
    409 `vehicle_on_site`, unless `comes_again`; a supplier that nobody knows is 409 `new_supplier`, with the
    names near it, unless `new_supplier`; one that is expected with a shipment 409 `shipment_expected`, unless
    `no_shipment`."""
    return _shown(asked, visits.enter_arrival(asked.desk, arrival_of(body), by, asked.now()).id)


@router.get("")
def list_visits(
    asked: Asked,
    response: Response,
    is_open: Annotated[bool, Query(alias="open")] = True,
    after: After = None,
    limit: Limit = 50,
    day: schemas.Day | None = None,
) -> list[schemas.VisitRow]:
    """The queue, oldest first; or the ended visits, newest first, where `day` is given those that ended on
    that collecting day."""
    place = time_place(after)
    with view_of(asked) as view:
        if is_open:
            found = pages.open_visits(view.tx, place, limit + 1)
        else:
            span = view.policy.day_spans(day) if day else None
            found = pages.ended_visits(view.tx, place, limit + 1, span)
        return rows.visit_rows(view, page(response, found, limit, _place))


def _place(row: Visit) -> tuple[int, int]:
    return ticks(row.ended_at or row.arrived_at), row.seq or 0


@router.get("/{visit_id}", responses=problems(404))
def get_visit(asked: Asked, visit_id: str) -> schemas.Visit:
    return _shown(asked, visit_id)


@router.post("/{visit_id}/correct", responses=problems(404, 409))
def correct_arrival(asked: Asked, by: By, visit_id: str, body: schemas.ArrivalCorrectionIn) -> schemas.Visit:
    """What was entered wrong is corrected until the ticket. A decision that no longer holds then is
    withdrawn: the load is proposed anew and decided again."""
    loads = {
        load.load_id: corrections.LoadCorrection(
            species=load.species,
            claims=None if load.claims is None else tuple(load.claims),
            regime=Regime(load.regime) if load.regime else None,
            contract=load.contract,
        )
        for load in body.loads
    }
    correction = corrections.Correction(
        body.plate, body.trailer, body.supplier, loads, body.comes_again, body.new_supplier
    )  # fmt: skip
    corrections.correct_arrival(asked.desk, visit_id, correction, by, asked.now())
    return _shown(asked, visit_id)


@router.post("/{visit_id}/cancel", responses=problems(404, 409))
def cancel_visit(asked: Asked, by: By, visit_id: str, body: schemas.OutcomeIn) -> schemas.Visit:
    visits.cancel_visit(asked.desk, visit_id, body.reason, by, asked.now())
    return _shown(asked, visit_id)


@router.post("/{visit_id}/take-back", responses=problems(404, 409))
def take_back(asked: Asked, by: By, visit_id: str) -> schemas.Visit:
    """A visit that was cancelled within a minute is in the queue again."""
    taking_back.restore_visit(asked.desk, visit_id, by, asked.now())
    return _shown(asked, visit_id)


def _shown(asked: Inquiry, visit_id: str) -> schemas.Visit:
    with view_of(asked) as view:
        row = view.tx.get(Visit, visit_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_VISIT, id=visit_id)
        return visit(view, row)
