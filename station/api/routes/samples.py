"""Samples by their barcode, and values typed for them."""

from fastapi import APIRouter

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.language import N_
from station.api.openapi import problems
from station.api.problems import not_valid
from station.api.views import courtesy as courtesy_view
from station.api.views import evidence
from station.api.views.view import view_of
from station.receival.deciding import courtesy
from station.receival.measuring import readings, samples
from station.store import queries

router = APIRouter(tags=["samples"])


@router.get("/samples/{barcode}", responses=problems(404))
def get_sample(asked: Asked, barcode: str) -> schemas.Sample:
    return _shown(asked, barcode)


@router.post("/samples", status_code=201, responses=problems(404, 409))
def enter_sample(asked: Asked, by: By, body: schemas.SampleIn) -> schemas.Sample:
    """A load's sample where `load_id` is given; else one of its own (courtesy, control, cell, composite)."""
    if body.load_id is not None:
        samples.enter_load_sample(asked.desk, body.load_id, body.barcode, by, asked.now(), points=body.points)
    elif body.kind == "load":
        raise not_valid("body.load_id", N_("a load's sample names its load"))
    else:
        samples.enter_own_sample(
            asked.desk, body.barcode, body.kind, body.species, body.note, by, asked.now()
        )
    return _shown(asked, body.barcode)


@router.post("/courtesy", responses=problems(404, 409))
def ask_courtesy(asked: Asked, body: schemas.CourtesyIn) -> schemas.CourtesyAnswer:
    """What would become of a load like this courtesy sample if it came now; nothing is reserved."""
    with view_of(asked) as view:
        found = courtesy.bring_today(
            view.tx, asked.desk, body.barcode, body.load_t, body.species, body.claims, view.now
        )
        return courtesy_view.courtesy(view, found)


@router.post("/readings", status_code=201, responses=problems(404, 409))
def type_reading(asked: Asked, by: By, body: schemas.TypedReadingIn) -> schemas.Reading:
    """Values read off an instrument by a named person."""
    values = {name: (one.value, one.basis) for name, one in body.values.items()}
    row = readings.type_reading(
        asked.desk, body.barcode, values, body.note, by, asked.now(), despite_remarks=body.despite_remarks
    )
    with view_of(asked) as view:
        sample = queries.sample_by_barcode(view.tx, body.barcode)
        proposal = queries.current_proposal(view.tx, sample.load_id) if sample and sample.load_id else None
        return evidence.reading(view, row, proposal.assessment["results"] if proposal else {})


def _shown(asked: Inquiry, barcode: str) -> schemas.Sample:
    with view_of(asked) as view:
        row = queries.sample_by_barcode(view.tx, barcode)
        if row is None:
            raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=barcode)
        return evidence.sample(view, row)
