"""Laboratory results typed by a person."""

from fastapi import APIRouter

from drivers.reading import Analyte, Basis, grain_analytes
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.problems import not_valid
from station.api.views.laboratory import lab_result
from station.api.views.view import view_of
from station.grain.reasons import Code, Reason
from station.lab.results import NewResult, record_result

router = APIRouter(prefix="/lab", tags=["lab"])


@router.post("/results", status_code=201, responses=problems(404, 409))
def add_result(asked: Asked, by: By, body: schemas.LabResultIn) -> schemas.LabResult:
    """A later value of the same laboratory for the same analyte supersedes the earlier one."""
    if body.analyte not in grain_analytes():
        raise not_valid("body.analyte", f"must be one of {', '.join(grain_analytes())}")
    now = asked.now()
    new = NewResult(
        body.barcode, Analyte(body.analyte), body.value, Basis(body.basis) if body.basis else None,
        body.laboratory, body.received_at or now, body.note,
    )  # fmt: skip
    found = record_result(asked.desk.ledger, new, by.id, now, despite_remarks=body.despite_remarks)
    if isinstance(found, Reason):
        if found.code is Code.UNKNOWN_BARCODE:
            raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=body.barcode)
        if found.code is Code.UNUSUAL_VALUE:
            raise Conflict(Fault.UNUSUAL_VALUE, **found.params, remarks=[found.as_dict()])
        raise Invalid(Fault(found.code.value), **found.params)
    with view_of(asked) as view:
        return lab_result(view, found)
