"""Laboratory results typed by a person."""

from fastapi import APIRouter

from drivers.reading import Analyte, Basis
from station.acts.refusals import Fault, Invalid, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.auth import ByOperatorOrAdmin
from station.api.openapi import problems
from station.api.problems import not_valid
from station.api.views.laboratory import lab_result
from station.api.views.view import view_of
from station.grain.reasons import Code, Reason
from station.lab.results import NewResult, record_result
from station.receival.loads import GRAIN_ANALYTES

router = APIRouter(prefix="/lab", tags=["lab"])


@router.post("/results", status_code=201, responses=problems(404))
def add_result(asked: Asked, by: ByOperatorOrAdmin, body: schemas.LabResultIn) -> schemas.LabResult:
    """A later value of the same laboratory for the same analyte supersedes the earlier one."""
    if body.analyte not in GRAIN_ANALYTES:
        raise not_valid("body.analyte", f"must be one of {', '.join(GRAIN_ANALYTES)}")
    now = asked.now()
    new = NewResult(
        body.barcode, Analyte(body.analyte), body.value, Basis(body.basis) if body.basis else None,
        body.laboratory, body.received_at or now, body.note,
    )  # fmt: skip
    found = record_result(asked.desk.ledger, new, by.id, now)
    if isinstance(found, Reason):
        if found.code is Code.UNKNOWN_BARCODE:
            raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=body.barcode)
        raise Invalid(Fault.IMPLAUSIBLE_VALUE, **found.params)
    with view_of(asked) as view:
        return lab_result(view, found)
